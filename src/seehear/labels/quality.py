"""How denoising changed the labels: what was removed and softened, and how good they are now.

The figures of label quality are those of parsing (`seehear.metrics`), with labels of at least one
half taken as predictions.  Labels are made with the clips' weak labels, which parsing never reads,
so these figures measure labels and not a parser.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seehear.files import Json
from seehear.labels.similarity import Floats
from seehear.time import TRACKS

if TYPE_CHECKING:
    from seehear.data import Truth
    from seehear.metrics import Report

SEGMENT_KEYS = (
    "segment/audio",
    "segment/visual",
    "segment/audio_visual",
    "segment/type",
    "segment/event",
)


def changes(
    weak: NDArray[Any], hard: NDArray[np.float32], soft: NDArray[np.float32]
) -> dict[str, Json]:
    """Return what denoising and re-weighting changed in one track.

    Args:
        weak: (N, C), 0 or 1.
        hard: (N, T, C), 0 or 1.
        soft: (N, T, C), in [0, 1].

    Returns:
        Totals by name, and in `per_class` the same names with one number for each class: `clips`
        with the weak label; `clips_removed`, those where no segment kept it; `segments`, which is
        clips times T; `segments_removed`, those that lost the label; `lowered` and `raised`,
        positive and negative segments that re-weighting changed; `share_reweighted`, the share of
        all labels that it changed.
    """
    present = weak.astype(bool)
    clips, segments, _ = hard.shape
    kept = hard >= 0.5
    moved = soft != hard
    counts = {
        "clips": present.sum(axis=0),
        "clips_removed": (present & ~kept.any(axis=1)).sum(axis=0),
        "segments": present.sum(axis=0) * segments,
        "segments_removed": (present[:, None] & ~kept).sum(axis=(0, 1)),
        "lowered": (moved & kept).sum(axis=(0, 1)),
        "raised": (moved & ~kept).sum(axis=(0, 1)),
    }
    out: dict[str, Json] = {key: int(count.sum()) for key, count in counts.items()}
    out["share_reweighted"] = float(moved.mean()) if moved.size else 0.0
    per_class = {key: count.tolist() for key, count in counts.items()}
    reweighted = counts["lowered"] + counts["raised"]
    per_class["share_reweighted"] = (reweighted / max(clips * segments, 1)).tolist()
    out["per_class"] = per_class
    return out


def label_quality(
    stages: Mapping[str, Mapping[str, Floats | None]],
    weak: NDArray[Any],
    truth: "Truth",
    *,
    joint: bool = False,
) -> dict[str, Json]:
    """Return the segment figures of each stage of the labels against the truth.

    Args:
        stages: stage name (`weak`, `denoised`, `re-weighted`) to arrays (N, T, C) by track; a track
            without an array is its weak label on every segment, as training takes it.
        weak: (N, C), 0 or 1.
        truth: of the same clips.
        joint: whether the truth marks only what is heard and seen at once.

    Returns:
        By stage: the five segment figures (means over clips), and `per_class`: by track, C pooled
        F values.  None stands for a class that neither labels nor truth have, and for figures
        that this truth cannot give.
    """
    from seehear.metrics import evaluate

    everywhere = np.repeat(weak[:, None].astype(bool), truth.audio.shape[1], axis=1)
    out = {}
    for stage, arrays in stages.items():
        binary = {}
        for track in TRACKS:
            labels = arrays.get(track)
            binary[track] = everywhere if labels is None else labels >= 0.5
        report = evaluate(binary["audio"], binary["visual"], truth.audio, truth.visual)
        out[stage] = _segment_figures(report, joint)
    return out


def _segment_figures(report: "Report", joint: bool) -> dict[str, Json]:
    from seehear.metrics.told import told

    figures = told(report.figures(), joint=joint)
    pooled = told(report.per_class(), joint=joint)
    out: dict[str, Json] = {key: figures[key] for key in SEGMENT_KEYS}
    out["per_class"] = {}
    for track in TRACKS:
        of_track = pooled[f"segment/{track}"]
        nothing = np.full(report.per_class()["segment/audio_visual"].f1.shape, np.nan)
        out["per_class"][track] = _or_none(nothing if of_track is None else of_track.f1)
    return out


def _or_none(values: NDArray[np.floating]) -> list[float | None]:
    out: list[float | None] = values.tolist()
    for place in np.flatnonzero(np.isnan(values)):
        out[place] = None
    return out
