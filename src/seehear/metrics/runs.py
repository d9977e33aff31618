"""Maximal runs of ones of many rows at once: the one pass over the arrays that both levels are counted from.

Two facts make it enough to look at runs.  The segments that are on in a row are the sum of its runs' lengths, so
segment counts follow.  And a predicted and a true run overlap in exactly one maximal run of *prediction and truth*:
the runs of the conjunction are therefore precisely the pairs of overlapping events, and no search is needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Runs:
    """The K runs of ones in R rows, ordered by row, then time.

    Args:
        row: (K,) the row each stands in.
        start: (K,) where each begins, counted along all rows laid end to end with one empty segment between them.
        length: (K,) in segments.
    """

    row: NDArray[np.intp]
    start: NDArray[np.intp]
    length: NDArray[np.intp]

    def cells(self, rows: int) -> NDArray[np.int32]:
        """Return how many segments of each row are on, (R,)."""
        return np.bincount(self.row, self.length, rows).astype(np.int32)

    def count(self, rows: int, which: NDArray[np.bool_] | None = None) -> NDArray[np.int32]:
        """Return how many runs each row has, (R,); only those marked in `which` (K,) if it is given."""
        return np.bincount(self.row if which is None else self.row[which], minlength=rows).astype(np.int32)


def find_runs(spaced: NDArray[np.bool_]) -> Runs:
    """Return the runs of rows that are (R, T+1) with an empty first column."""
    flat = spaced.reshape(-1)
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    if len(edges) % 2:  # the very last segment is on
        edges = np.append(edges, len(flat))
    start, end = edges[::2], edges[1::2]
    return Runs(start // spaced.shape[1], start, end - start)


def spaced(array: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (N, T, C) as rows (N*C, T+1) with time last and an empty first column, which keeps rows apart."""
    clips, segments, classes = array.shape
    out = np.zeros((clips, classes, segments + 1), np.bool_)
    out[:, :, 1:] = array.transpose(0, 2, 1)
    return out.reshape(clips * classes, segments + 1)
