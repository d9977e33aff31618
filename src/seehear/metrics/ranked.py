"""Average precision of ranked candidates, interpolated as in VOC 2011.

Candidates are taken by falling score.  After each one, precision is the share of right ones so far,
and recall is the share of all that are to be found.  Precision is then made monotone: each place
gets the highest precision from there on.  The average precision is the area under that curve over
recall.  It equals the mean of that precision over all that are to be found, taken where each is
found, and 0 for those that never are.

Candidates of equal score stand in the reversed order of NumPy's `argsort`, as in the evaluations
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
        positives: how many are to be found in all, at least 1.

    Examples:
        >>> average_precision(np.array([True, False, True]), 2)  # (1/1 + 2/3) / 2
        0.8333333333333333
    """
    found = np.cumsum(right)
    precision = found / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[right].sum() / positives)


def by_score(scores: NDArray[np.floating[Any]]) -> NDArray[np.intp]:
    """Return the indices of candidates by falling score, (n,)."""
    return np.argsort(scores)[::-1]
