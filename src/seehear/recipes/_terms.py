"""Loss terms that several recipes share: each reads one step and returns a scalar."""

from torch import Tensor

from seehear.losses import clip_bce, segment_bce
from seehear.recipes._recipe import Term
from seehear.recipes.contract import Step


def audio(step: Step) -> Tensor:
    """Return the cross-entropy of the pooled audio track against its target."""
    return clip_bce(step.out.track_prob[:, 0], step.targets["audio"])


def visual(step: Step) -> Tensor:
    """Return the cross-entropy of the pooled visual track against its target."""
    return clip_bce(step.out.track_prob[:, 1], step.targets["visual"])


def clip(step: Step) -> Tensor:
    """Return the cross-entropy of the pooled clip against its target."""
    return clip_bce(step.out.clip_prob, step.targets["clip"], weight=step.targets.get("clip_known"))


def audio_segments(step: Step) -> Tensor:
    """Return the cross-entropy of audio segments against their labels."""
    return _segments(step, "audio", 0)


def visual_segments(step: Step) -> Tensor:
    """Return the cross-entropy of visual segments against their labels."""
    return _segments(step, "visual", 1)


def _segments(step: Step, track: str, row: int) -> Tensor:
    """Return the loss of a track's segments, plus that of mixed segments, which has no weights."""
    targets = step.targets
    weight = targets.get(f"{track}_weights")
    loss = segment_bce(
        step.out.segment_prob[:, :, row], targets[f"{track}_segments"], weight=weight
    )
    if step.out.mixed_prob is not None:
        loss = loss + segment_bce(step.out.mixed_prob[:, :, row], targets[f"{track}_mixed"])
    return loss


AUDIO = Term("audio", 1.0, audio, "BCE(p^a, ȳ^a)")
VISUAL = Term("visual", 1.0, visual, "BCE(p^v, ȳ^v)")
CLIP = Term("clip", 1.0, clip, "BCE(p^av, y)")
AUDIO_SEGMENTS = Term("audio_segments", 1.0, audio_segments, "mean_t BCE(p^a_t, ỹ^a_t)")
VISUAL_SEGMENTS = Term("visual_segments", 1.0, visual_segments, "mean_t BCE(p^v_t, ỹ^v_t)")
