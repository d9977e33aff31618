"""The figures of audio-visual video parsing, exact and fast.  Numpy only."""

from seehear.metrics.accuracy import segment_accuracy
from seehear.metrics.bootstrap import Comparison, Interval, compare, intervals
from seehear.metrics.clip_labels import clip_figures, decided_figures
from seehear.metrics.counts import LEVELS, STREAMS, Counts
from seehear.metrics.detection import DetectionScore, detection_map
from seehear.metrics.exclusive import EXCLUSIVE_KEYS, evaluate_exclusive, exclusive_figures
from seehear.metrics.label_quality import LabelQuality, label_quality
from seehear.metrics.report import CLIP_KEYS, FIGURE_KEYS, Pooled, Report, evaluate
from seehear.metrics.snippets import snippet_map
from seehear.metrics.thresholds import best_thresholds
from seehear.metrics.timelines import evaluate_timelines

__all__ = [
    "CLIP_KEYS",
    "EXCLUSIVE_KEYS",
    "FIGURE_KEYS",
    "LEVELS",
    "STREAMS",
    "Comparison",
    "Counts",
    "DetectionScore",
    "Interval",
    "LabelQuality",
    "Pooled",
    "Report",
    "best_thresholds",
    "clip_figures",
    "compare",
    "decided_figures",
    "detection_map",
    "evaluate",
    "evaluate_exclusive",
    "evaluate_timelines",
    "exclusive_figures",
    "intervals",
    "label_quality",
    "segment_accuracy",
    "snippet_map",
]
