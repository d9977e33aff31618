"""Losses: functions of probabilities and labels, and the smoothing of labels.

Each loss is a mean, one number; `clip_bce_elements` alone returns every element.
"""

from seehear.losses.bce import clip_bce, clip_bce_elements, segment_bce
from seehear.losses.class_token import class_token_ce
from seehear.losses.consistency import contrast_tracks, follow
from seehear.losses.contrastive import expected_contrast, smoothed_contrast
from seehear.losses.targets import AUDIO_CONFIDENCE, VISUAL_CONFIDENCE, smooth

__all__ = [
    "AUDIO_CONFIDENCE",
    "VISUAL_CONFIDENCE",
    "class_token_ce",
    "clip_bce",
    "clip_bce_elements",
    "contrast_tracks",
    "expected_contrast",
    "follow",
    "segment_bce",
    "smooth",
    "smoothed_contrast",
]
