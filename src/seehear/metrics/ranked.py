"""Average precision of ranked candidates, interpolated as in VOC 2011.

Candidates are taken by falling score.  After each, precision is the share of right ones so far,
recall their share of all that are right.  Precision is made monotone: at each place the best one
from there on.  The average precision is the area under it, a step wherever recall grows, and so the
mean, over all right ones, of that precision where they are found (0 for those never found).

Candidates of one score stand in the order of NumPy's `argsort`, reversed, as in the evaluations
that this is compared with; no figure should rest on such ties.

Source: GeWu-Lab/LFAV e17ad4d, src/utils/eval_metrics.py:323-333, and ttgeng233/UnAV 1609deb,
libs/utils/metrics.py:292-300.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def average_precision(right: NDArray[np.bool_], positives: int) -> float:
    """Return the average precision of candidates.

    Args:
        right: whether each candidate is right, in the order of falling score.
        positives: how many there are to find, at least 1.

    Examples:
        >>> average_precision(np.array([True, False, True]), 2)  # (1/1 + 2/3) / 2
        0.8333333333333333
    """
    found = np.cumsum(right)
    precision = found / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[right].sum() / positives)


def by_score(scores: NDArray[np.floating[Any]]) -> NDArray[np.intp]:
    """Return the places of candidates by falling score."""
    return np.argsort(scores)[::-1]
