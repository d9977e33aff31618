"""Re-weighting: a hard label becomes soft where the rest of the training set contradicts it.

For every class, over all segments of all clips (also of clips that are not labelled with it):

    P = segments labelled 1        m = the least similarity in P
    N = segments labelled 0        M = the greatest similarity in N
    unreliable positives: those of P below M        unreliable negatives: those of N above m
    unreliable positive -> alpha * similarity       unreliable negative -> beta * similarity

The unreliable region is defined by extremes, so one outlier on either side makes it wide.  With
4,000 positives and 96,000 negatives of two normal distributions 2.5 deviations apart, it holds 96 %
of the positives and 73 % of the negatives.  So with real similarities the step acts on most of the
data, like label smoothing that depends on class and segment: even classes that the weak label
excludes get labels of about 0.1.  A percentile rule (`trim`) limits the step to where most of each
group overlaps; it is ours, and off by default.

Source: LSLD (NeurIPS 2023), section 3.3, equation 4 and table 4b; code fyyCS/LSLD at d34c988.

Differs: a class with a single positive segment stops the release with an index error; here it is
treated like any other.  As in the release, a label stays hard where factor times similarity lies
outside (0, 1); for positives, and for every beta below 1, this equals the paper's minimum with 1.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.arrays import Array
from seehear.errors import ConfigError
from seehear.labels.similarity import Floats, like, to_numpy, unit_rows

Mask = NDArray[np.bool_]
MODES = ("dynamic", "with-event", "without-event", "stable", "none")
STABLE = (0.9, 0.1)  # the constants of the "stable" variant, for unreliable positives and negatives


@dataclass(frozen=True)
class Regions:
    """Unreliable positives and negatives, boolean (N, T, C)."""

    positive: Mask
    negative: Mask


def class_similarity(segment_features: Array, class_features: Array) -> Floats:
    """Return the cosines (N, T, C) of segments (N, T, D) and class texts (C, D), float32.

    Raises:
        ValueError: shapes that do not fit.
        FeatureError: NaN or infinite features.
    """
    segments = unit_rows(segment_features, "segment features")
    texts = unit_rows(class_features, "class features")
    if segments.ndim != 3 or texts.ndim != 2 or segments.shape[2] != texts.shape[1]:
        raise ValueError(
            f"expected segment features (N, T, D) and class features (C, D), got {segments.shape}"
            f" and {texts.shape}"
        )
    return segments @ texts.T


def reweight(
    hard: Array,
    segment_features: Array,
    class_features: Array,
    alpha: ArrayLike = 4.0,
    beta: ArrayLike = 0.4,
    *,
    mode: str = "dynamic",
    trim: float = 0.0,
) -> Array:
    """Return soft labels (N, T, C) of hard ones, by the cosines of segments and class texts.

    Args:
        hard: (N, T, C), 0 or 1, of the whole training set: the groups are taken over all of it.
        segment_features: (N, T, D).
        class_features: (C, D), one text a class.
        alpha: factor of unreliable positives, a number or one a class; 4 suits CLIP's cosines of
            0.2 to 0.3, see `seehear.labels.lsld.scale` for other encoders.
        beta: factor of unreliable negatives, likewise.
        mode, trim: see `reweight_by`.

    Raises:
        ConfigError: no such mode.
        ValueError: shapes that do not fit, or a trim outside [0, 0.5).
        FeatureError: NaN or infinite features.

    Source: LSLD (NeurIPS 2023), equation 4.
    """
    sigma = class_similarity(segment_features, class_features)
    return like(reweight_by(to_numpy(hard), sigma, alpha, beta, mode=mode, trim=trim), hard)


def reweight_by(
    hard: NDArray[Any],
    sigma: Floats,
    alpha: ArrayLike,
    beta: ArrayLike,
    *,
    mode: str = "dynamic",
    trim: float = 0.0,
) -> Floats:
    """Return soft labels (N, T, C) of hard ones, by similarities that are already computed.

    Args:
        hard: (N, T, C), 0 or 1.
        sigma: (N, T, C) similarity of each segment to each class.
        alpha, beta: numbers, or one a class.
        mode: `dynamic`; `with-event` changes positives only, `without-event` negatives only;
            `stable` uses the constants 0.9 and 0.1 in place of factor times similarity; `none`
            returns the hard labels.
        trim: see `unreliable`.

    Raises:
        ConfigError: no such mode.
        ValueError: shapes differ, or a trim outside [0, 0.5).
    """
    if mode not in MODES:
        raise ConfigError(f"expected {', '.join(MODES)}, got {mode!r}", parameter="mode")
    soft = np.array(hard, np.float32)
    if mode == "none":
        return soft
    region = unreliable(soft > 0.5, sigma, trim=trim)
    if mode == "stable":
        soft[region.positive], soft[region.negative] = STABLE
    if mode in ("dynamic", "with-event"):
        _soften(soft, region.positive, np.asarray(alpha, np.float32) * sigma)
    if mode in ("dynamic", "without-event"):
        _soften(soft, region.negative, np.asarray(beta, np.float32) * sigma)
    return soft


def _soften(soft: Floats, where: Mask, value: Floats) -> None:
    change = where & (value > 0) & (value < 1)
    soft[change] = value[change]


def unreliable(hard: Mask, sigma: Floats, *, trim: float = 0.0) -> Regions:
    """Return where labels contradict the similarities of their class.

    Args:
        hard: (N, T, C) labels.
        sigma: (N, T, C) similarities.
        trim: share of each group left out as outliers, on the side where the groups overlap: 0 is
            the published rule; 0.05 compares the 5th percentile of the positives with the 95th of
            the negatives.

    Raises:
        ValueError: shapes differ, or a trim outside [0, 0.5).
    """
    if hard.shape != sigma.shape or hard.ndim != 3:
        raise ValueError(
            f"expected labels and similarities of one shape (N, T, C), got {hard.shape} and"
            f" {sigma.shape}"
        )
    if not 0 <= trim < 0.5:
        raise ValueError(f"expected a trim in [0, 0.5), got {trim}")
    count = hard.shape[2]
    least, greatest = np.full(count, np.inf, np.float32), np.full(count, -np.inf, np.float32)
    for c in range(count):
        inside, outside = sigma[..., c][hard[..., c]], sigma[..., c][~hard[..., c]]
        if inside.size and outside.size:
            least[c], greatest[c] = inside.min(), outside.max()
            if trim:
                least[c] = np.quantile(inside, trim, method="nearest")
                greatest[c] = np.quantile(outside, 1 - trim, method="nearest")
    # the extreme of an empty group is infinite: no value lies below -inf or above inf
    return Regions(hard & (sigma < greatest), ~hard & (sigma > least))
