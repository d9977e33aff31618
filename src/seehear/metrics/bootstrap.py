"""How sure a figure is, and whether one prediction is better than another: resampling whole clips.

Clips are drawn with replacement and the figures are computed again; the interval holds the middle
95 % of the results.  It covers the choice of clips only, not the annotators, the seed of training
or the thresholds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.metrics.report import FIGURE_KEYS, Report

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """Where a figure lies, as a fraction in [0, 1].

    Args:
        low: lower end.
        high: upper end.
    """

    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """How one figure of prediction B differs from that of prediction A, on the same clips.

    Args:
        difference: B - A, a fraction.
        low: lower end of its interval.
        high: upper end.
        p_value: how often a difference at least as large comes about by chance, when A and B are
            exchanged in each clip with probability one half.
        better: clips on which B scores higher.
        worse: clips on which B scores lower.
    """

    difference: float
    low: float
    high: float
    p_value: float
    better: int
    worse: int


def intervals(
    report: Report, *, level: float = 0.95, resamples: int = 1000, seed: int = 0
) -> dict[str, Interval]:
    """Return the percentile interval of each of the ten figures.

    Args:
        report: what `evaluate` returned.
        level: share of resamples inside, in (0, 1).
        resamples: how many times the clips are drawn anew.
        seed: of the draw; the same seed gives the same intervals.

    Raises:
        ValueError: a level outside (0, 1).
    """
    low, high = _percentiles(_resampled_means(report.matrix(), resamples, seed), level)
    return {
        key: Interval(*ends)
        for key, *ends in zip(FIGURE_KEYS, low.tolist(), high.tolist(), strict=True)
    }


def compare(
    a: Report, b: Report, *, level: float = 0.95, resamples: int = 1000, seed: int = 0
) -> dict[str, Comparison]:
    """Return how the ten figures of `b` differ from those of `a`, clip against clip.

    The interval is that of the mean difference over resampled clips.  The p-value flips the sign of
    each clip's difference at random (a paired permutation test) and is never smaller than 1 /
    (resamples + 1).

    Args:
        a, b: what `evaluate` returned for two predictions of the same clips, in the same order.
        level, resamples, seed: see `intervals`.

    Raises:
        ValueError: the reports are of different numbers of clips, or a level outside (0, 1).
    """
    if len(a) != len(b):
        raise ValueError(
            f"expected two reports of the same clips, got {len(a)} and {amount(len(b), 'clip')}"
        )
    apart = b.matrix() - a.matrix()
    mean = apart.mean(axis=0)
    low, high = _percentiles(_resampled_means(apart, resamples, seed), level)
    flipped = _flipped_means(apart, resamples, seed)
    as_far = (np.abs(flipped) >= np.abs(mean) - 1e-12).sum(axis=0)
    p_value = (as_far + 1) / (resamples + 1)
    clear = np.abs(apart) > 1e-12  # smaller differences come from rounding
    better, worse = (clear & (apart > 0)).sum(axis=0), (clear & (apart < 0)).sum(axis=0)
    columns = [c.tolist() for c in (mean, low, high, p_value, better, worse)]
    rows = zip(FIGURE_KEYS, *columns, strict=True)
    return {key: Comparison(*values) for key, *values in rows}


def _resampled_means(values: Floats, resamples: int, seed: int) -> Floats:
    rng, clips = np.random.default_rng(seed), len(values)
    out = np.empty((resamples, values.shape[1]))
    for index in range(resamples):  # one at a time: memory stays that of the clips
        drawn = np.bincount(rng.integers(0, clips, clips), minlength=clips)
        out[index] = drawn @ values
    return out / clips


def _flipped_means(values: Floats, resamples: int, seed: int) -> Floats:
    rng, clips = np.random.default_rng(seed), len(values)
    out = np.empty((resamples, values.shape[1]))
    for index in range(resamples):
        out[index] = (2.0 * rng.integers(0, 2, clips) - 1.0) @ values
    return out / clips


def _percentiles(means: Floats, level: float) -> tuple[Floats, Floats]:
    if not 0 < level < 1:
        raise ValueError(f"level: expected a share between 0 and 1, got {level}")
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(means, [tail, 100 - tail], axis=0)
    return low, high
