"""Factors of the re-weighting for any encoder: alpha and beta from the similarities themselves.

The paper's alpha = 4 and beta = 0.4 suit CLIP, whose cosines lie between 0.2 and 0.3.  Other
encoders have other scales (ConSE: 0.53 for the median positive, 0.28 for the median negative), and
there 4 and 0.4 have another effect.

The factors decide which value an unreliable label gets.  So two values are fixed here, that of the
median positive and that of the median negative, and the factors follow, over all classes:

    alpha = POSITIVE / median of sigma over the positives
    beta  = NEGATIVE / median of sigma over the negatives

This needs neither truth nor a grid search, and works alike for a new encoder or vocabulary.  Ours.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.labels.similarity import Floats

# the soft labels that the median positive and the median negative get; chosen on val
POSITIVE = 1.0
NEGATIVE = 0.03


class Scale(NamedTuple):
    """Factors of unreliable positives and negatives."""

    alpha: float
    beta: float


def fit_scale(
    hard: NDArray[np.generic],
    sigma: Floats,
    *,
    positive: float = POSITIVE,
    negative: float = NEGATIVE,
) -> Scale:
    """Return the factors that bring the median positive and negative to given levels.

    A group that is empty, or whose median is 0 or less, gets the factor 0: its labels stay hard.

    Args:
        hard: (N, T, C), 0 or 1.
        sigma: (N, T, C) similarity of each segment to each class.
        positive, negative: the levels.
    """
    on = np.asarray(hard) > 0.5
    return Scale(_factor(sigma[on], positive), _factor(sigma[~on], negative))


def _factor(values: Floats, level: float) -> float:
    middle = float(np.median(values)) if values.size else 0.0
    return level / middle if middle > 0 else 0.0
