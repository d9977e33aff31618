"""From evidence to probability: one logistic regression a track, the same for every class.

Evidence is a handful of numbers about a segment and a class that mean the same whatever the class
is (how strong, how strong is what contradicts it, what came before and after).  Because classes
share the weights, a class the fit never saw is judged by the same rule;
`benchmarks/fit_zero_shot.py` fits them and leaves each class out once to see that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """A logistic regression.

    Args:
        names: of the K numbers of evidence.
        weights: (K,).
        bias: chosen so that probability 0.5 is the best decision on the data it was fitted on.
        fitted: where the numbers come from, for the record.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    fitted: str

    def prob(self, evidence: Floats) -> NDArray[np.float32]:
        """Return probabilities (...,) of evidence (..., K)."""
        logit = evidence @ np.asarray(self.weights, np.float32) + np.float32(self.bias)
        return (1 / (1 + np.exp(-np.clip(logit, -30, 30)))).astype(np.float32)


def around_mean(rows: Floats, reach: int) -> NDArray[np.float32]:
    """Return the mean over the segments within `reach` of each (T, ...); the ends are repeated."""
    found: NDArray[np.float32] = np.mean(_windows(rows, reach), axis=-1, dtype=np.float32)
    return found


def around_max(rows: Floats, reach: int) -> NDArray[np.float32]:
    """Return the maximum over the segments within `reach` of each (T, ...)."""
    found: NDArray[np.float32] = np.max(_windows(rows, reach), axis=-1).astype(np.float32)
    return found


def _windows(rows: Floats, reach: int) -> Floats:
    padded = np.pad(rows, [(reach, reach), *[(0, 0)] * (rows.ndim - 1)], mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
