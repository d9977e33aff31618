"""What the labels became: how much was removed and softened, and, where truth exists, how good they
are now.

The figures of label quality are those of parsing (`seehear.metrics`), with labels of at least one
half taken as predictions.  They use the clips' weak labels, so they measure labels, never a parser.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.time import TRACKS

SEGMENT_KEYS = (
    "segment/audio",
    "segment/visual",
    "segment/audio_visual",
    "segment/type",
    "segment/event",
)


def changes(
    weak: NDArray[Any], hard: NDArray[np.float32], soft: NDArray[np.float32]
) -> dict[str, Any]:
    """Return what denoising and re-weighting changed in one track.

    Args:
        weak: (N, C), 0 or 1.
        hard: (N, T, C), 0 or 1.
        soft: (N, T, C), in [0, 1].

    Returns:
        Totals, and lists with one number a class: `clips` with the weak label; `clips_removed`, of
            these, where no
        segment kept it; `segments` = clips times T; `segments_removed`, of these; `lowered` and
        `raised`: positive and negative segments that re-weighting changed; `share_reweighted`:
            those over all N times T segments.
    """
    present, segments = weak.astype(bool), hard.shape[0] * hard.shape[1]
    kept = hard >= 0.5
    moved = soft != hard
    per_class = {
        "clips": present.sum(axis=0),
        "clips_removed": (present & ~kept.any(axis=1)).sum(axis=0),
        "segments": present.sum(axis=0) * hard.shape[1],
        "segments_removed": (present[:, None] & ~kept).sum(axis=(0, 1)),
        "lowered": (moved & kept).sum(axis=(0, 1)),
        "raised": (moved & ~kept).sum(axis=(0, 1)),
    }
    totals = {key: int(value.sum()) for key, value in per_class.items()}
    changed = per_class["lowered"] + per_class["raised"]
    return {
        **totals,
        "share_reweighted": float(moved.mean()) if moved.size else 0.0,
        "per_class": {
            **{key: value.tolist() for key, value in per_class.items()},
            "share_reweighted": (changed / max(segments, 1)).tolist(),
        },
    }


def label_quality(
    stages: Mapping[str, Mapping[str, NDArray[np.float32] | None]], weak: NDArray[Any], truth: Any
) -> dict[str, Any]:
    """Return the segment figures of each stage of the labels against the truth, in all and per
    class.

    Args:
        stages: stage name (`weak`, `denoised`, `re-weighted`) to arrays (N, T, C) by track; a track
            without an array is its weak label on every segment, as training takes it.
        weak: (N, C), 0 or 1.
        truth: `audio` and `visual`, boolean (N, T, C).

    Returns:
        By stage: the five segment figures (means over clips), and `per_class`: track to C pooled F
            values, None for a
        class that is neither in the labels nor in the truth.
    """
    from seehear.metrics import evaluate

    everywhere = np.repeat(weak[:, None].astype(bool), truth.audio.shape[1], axis=1)
    out = {}
    for stage, arrays in stages.items():
        binary = [
            everywhere if arrays.get(track) is None else np.asarray(arrays[track]) >= 0.5
            for track in TRACKS
        ]
        report = evaluate(*binary, truth.audio, truth.visual)
        figures, pooled = report.figures(), report.per_class()
        out[stage] = {
            **{key: figures[key] for key in SEGMENT_KEYS},
            "per_class": {
                track: [None if np.isnan(f) else float(f) for f in pooled[f"segment/{track}"].f1]
                for track in TRACKS
            },
        }
    return out
