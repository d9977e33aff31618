"""From evidence to probability: one logistic regression for each track, the same for every class.

Evidence is a few numbers about a segment and a class that mean the same for every class: how strong
it is, how strong the evidence against it is, what came before and after.  All classes share the
weights, so a class that the fit never saw is judged by the same rule; `benchmarks/fit_zero_shot.py`
fits them, and leaves each class out once to test that.
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
        bias: chosen so that 0.5 is the best threshold on the clips that it was fitted on.
        fitted: which clips these were, for the record.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    fitted: str

    def prob(self, evidence: Floats) -> NDArray[np.float32]:
        """Return probabilities (...,) of evidence (..., K)."""
        logit = evidence @ np.asarray(self.weights, np.float32) + np.float32(self.bias)
        return (1 / (1 + np.exp(-np.clip(logit, -30, 30)))).astype(np.float32)


def around_max(rows: Floats, reach: int) -> NDArray[np.float32]:
    """Return, for each segment of (T, ...), the maximum over those at most `reach` away."""
    found: NDArray[np.float32] = np.max(_windows(rows, reach), axis=-1).astype(np.float32)
    return found


def _windows(rows: Floats, reach: int) -> Floats:
    padded = np.pad(rows, [(reach, reach), *[(0, 0)] * (rows.ndim - 1)], mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
