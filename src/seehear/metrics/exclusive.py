"""Events that are only heard (Ao) or only seen (Vo).

The standard audio and visual figures include what is heard *and* seen at once.  Here a segment of a
class counts for Ao only where the class is on in the audio track and off in the visual one, in
predictions and truth alike; for Vo it is the other way round.  Where the other track was not
parsed, nothing is predicted as only heard or only seen, because it is not known.  Counts and means
follow the rules of the ten figures.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.metrics.report import Report, binary, evaluate

EXCLUSIVE = {"audio": "audio_only", "visual": "visual_only"}
EXCLUSIVE_KEYS = tuple(
    f"{level}/{name}" for level in ("segment", "event") for name in EXCLUSIVE.values()
)


def evaluate_exclusive(
    pred_audio: ArrayLike,
    pred_visual: ArrayLike,
    true_audio: ArrayLike,
    true_visual: ArrayLike,
    *,
    unparsed: NDArray[np.bool_] | None = None,
) -> Report:
    """Return the report of audible-only events (as `audio`) and visible-only ones (as `visual`).

    Args:
        pred_audio, pred_visual, true_audio, true_visual: (clips, segments, classes) of 0 and 1.
        unparsed: (2, clips, segments), audio and visual: True where a track was not parsed; None:
            all of both was.

    Raises:
        ValueError: shapes differ or are not three-dimensional, no clip, or values other than 0
            and 1.
    """
    pa, pv = binary(pred_audio, "pred_audio"), binary(pred_visual, "pred_visual")
    ta, tv = binary(true_audio, "true_audio"), binary(true_visual, "true_visual")
    if not pa.shape == pv.shape == ta.shape == tv.shape:
        evaluate(pa, pv, ta, tv)  # names the array whose shape is wrong
    audio_only, visual_only = pa & ~pv, pv & ~pa
    if unparsed is not None:
        audio_only &= ~unparsed[1][..., None]
        visual_only &= ~unparsed[0][..., None]
    return evaluate(audio_only, visual_only, ta & ~tv, tv & ~ta)


def exclusive_figures(report: Report) -> dict[str, float]:
    """Return the four figures, fractions by `EXCLUSIVE_KEYS`.

    Args:
        report: of `evaluate_exclusive`.
    """
    scores = report.per_clip()
    return {
        f"{level}/{name}": float(np.mean(scores[f"{level}/{track}"]))
        for level in ("segment", "event")
        for track, name in EXCLUSIVE.items()
    }
