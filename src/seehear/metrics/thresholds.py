"""The best threshold of each class and track, chosen on a split that the report must name.

The ten figures are means over clips and classes together, so no class can be tuned for them alone.
A class's threshold is therefore the one with the highest segment-level F of that class over the
whole split (counts added over clips).  Figures reported on the split that the thresholds were
chosen on are optimistic.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.metrics.report import binary
from seehear.time import Decoding, decide
from seehear.time.decode import per_track

CANDIDATES = tuple(round(0.05 * step, 2) for step in range(1, 20))


def best_thresholds(
    segment_prob: NDArray[np.floating],
    track_prob: NDArray[np.floating] | None,
    clip_prob: NDArray[np.floating] | None,
    true_audio: ArrayLike,
    true_visual: ArrayLike,
    *,
    decoding: Decoding,
    candidates: Sequence[float] = CANDIDATES,
) -> Decoding:
    """Return `decoding` with the best segment threshold of each class and track, its gate kept.

    Args:
        segment_prob: (N, T, 2, C).
        track_prob: (N, 2, C), or None where the gate does not need it.
        clip_prob: (N, C), likewise.
        true_audio: (N, T, C) of 0 and 1.
        true_visual: likewise.
        decoding: the settings to start from.
        candidates: the thresholds tried; of equally good ones the one nearest to that of `decoding`
            is taken, and a class that is never true keeps the one of `decoding`.

    Raises:
        ValueError: shapes do not fit, or the gate's probabilities are missing.
    """
    truth = np.stack([binary(true_audio, "true_audio"), binary(true_visual, "true_visual")], axis=2)
    if truth.shape != segment_prob.shape:
        raise ValueError(
            f"expected scores of the shape of the truth, {truth.shape}, got {segment_prob.shape}"
        )
    classes = truth.shape[-1]
    present = per_track(decoding.threshold, decoding.visual_threshold, classes)
    tried = np.asarray(sorted(set(candidates)), np.float64)
    scores = np.empty((len(tried), 2, classes))
    for index, value in enumerate(tried):
        on = decide(
            segment_prob,
            track_prob,
            clip_prob,
            decoding=replace(decoding, threshold=float(value), visual_threshold=None),
        )
        scores[index] = _f1(on, truth)
    best = scores >= scores.max(axis=0) - 1e-12
    distance = np.where(best, np.abs(tried[:, None, None] - present), np.inf)
    chosen = tried[distance.argmin(axis=0)]
    # a class that is never true teaches nothing
    chosen = np.where(truth.any(axis=(0, 1)), chosen, present)
    return replace(
        decoding,
        threshold=tuple(map(float, chosen[0])),
        visual_threshold=tuple(map(float, chosen[1])),
    )


def _f1(on: NDArray[np.bool_], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    both = (on & truth).sum(axis=(0, 1))
    either = on.sum(axis=(0, 1)) + truth.sum(axis=(0, 1))
    out: NDArray[np.float64] = 2 * both / np.maximum(either, 1)
    return out
