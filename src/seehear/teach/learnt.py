"""What a teacher returns: numbers that move margins, or numbers and linear scorers."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from seehear.parser.adjusted import Adjustment
from seehear.teach.evidence import ClipEvidence

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Refit:
    """What becomes of margins.

    Args:
        adjustment: of the margins themselves.
        weights: what is added, (2, K + 1, C) for the reduced rows of a segment and 1; K is 0 where
            no rows were learnt from.
    """

    adjustment: Adjustment
    weights: Floats

    def moved(self, clip: ClipEvidence) -> Floats:
        """Return the margins of a clip moved, (T, 2, C)."""
        moved = self.adjustment.of(clip.margins)
        if clip.rows is not None and self.weights.shape[1] > 1:
            for track, rows in enumerate(clip.rows):
                moved[:, track] += rows @ self.weights[track, :-1] + self.weights[track, -1]
        return moved


Learnt: TypeAlias = Adjustment | Refit


def moved(clip: ClipEvidence, learnt: Learnt) -> Floats:
    """Return the margins of a clip as what was learnt has them, (T, 2, C)."""
    if isinstance(learnt, Refit):
        return learnt.moved(clip)
    return learnt.of(clip.margins)
