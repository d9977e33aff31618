"""Two sets of segment labels, side by side: where they say the same, class by class."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError
from seehear.files import Json
from seehear.labels.similarity import Floats
from seehear.labels.store import SegmentLabels
from seehear.time import TRACKS

_SAME = 1e-3  # labels that differ by less count as equal: half precision has three digits


def agreement(ours: SegmentLabels, theirs: SegmentLabels) -> dict[str, Json]:
    """Return by track how far two sets of labels agree, over the clips that both have.

    A class is counted on the segments of the clips that are weakly labelled with it
    (`ours.weak`), because only those can be denoised.  Where both sets hold the labels before the
    re-weighting, those are compared.

    Args:
        ours, theirs: (N, T, C) by track, of the same classes and grid; clips are matched by name.

    Returns:
        By track: `clips`; `segments`, and how many of these keep the label in `both`, in `ours`
        alone, in `theirs` alone, in `neither`; `same`, the share on which the two agree;
        `clips_alike`, clips without a difference; `soft`: the share of all values that differ by
        more than a thousandth, and the mean difference; `per_class`: the counts of each class.

    Raises:
        DataError: classes or shapes differ, `ours` has no weak labels, or no clip or no track is in
            both.
    """
    mine, other, weak = _in_common(ours, theirs)
    out: dict[str, Json] = {}
    for track in TRACKS:
        a, b = mine.get(track), other.get(track)
        if track in mine.hard and track in other.hard:
            a, b = (labels.hard[track].astype(np.float32) for labels in (mine, other))
        if a is not None and b is not None:
            out[track] = _one_track(a, b, weak)
    if not out:
        raise DataError("expected a track that both label, to compare")
    return out


def _in_common(
    ours: SegmentLabels, theirs: SegmentLabels
) -> tuple[SegmentLabels, SegmentLabels, NDArray[np.bool_]]:
    """Return both for the clips that both have, and the weak labels of these."""
    if ours.vocabulary != theirs.vocabulary:
        raise DataError("expected labels of the same classes to compare")
    known = set(theirs.names)
    names = [name for name in ours.names if name in known]
    mine = ours.select(names)
    if not names or mine.weak is None:
        raise DataError("expected labels with clips in common to compare, made of weak labels")
    return mine, theirs.select(names), mine.weak


def _one_track(a: Floats, b: Floats, weak: NDArray[np.bool_]) -> dict[str, Json]:
    if a.shape != b.shape:
        raise DataError(f"expected labels of one shape to compare, got {a.shape} and {b.shape}")
    present = np.repeat(weak[:, None], a.shape[1], axis=1)
    one, two = a >= 0.5, b >= 0.5
    kept = {
        "segments": present,
        "both": present & one & two,
        "ours": present & one & ~two,
        "theirs": present & ~one & two,
        "neither": present & ~one & ~two,
    }
    counts = {key: mask.sum(axis=(0, 1)) for key, mask in kept.items()}
    out: dict[str, Any] = {key: int(count.sum()) for key, count in counts.items()}
    apart = np.abs(a - b)
    out |= {
        "clips": len(a),
        "same": (out["both"] + out["neither"]) / max(out["segments"], 1),
        "clips_alike": int((apart.max(axis=(1, 2)) <= _SAME).sum()),
        "soft": {"apart": float((apart > _SAME).mean()), "mean": float(apart.mean())},
        "per_class": {key: count.tolist() for key, count in counts.items()},
    }
    return out
