"""Intervals <-> boolean matrix on a grid."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from seehear.time.grid import TimeGrid


def runs(row: NDArray[np.generic]) -> list[tuple[int, int]]:
    """Return the maximal runs of true values as half-open index pairs.

    Examples:
        >>> runs(np.array([1, 1, 0, 1]))
        [(0, 2), (3, 4)]
    """
    starts, ends = run_edges(row)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def run_edges(row: NDArray[np.generic]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first index of each run of true values, and the first index after it."""
    padded = np.zeros(len(row) + 2, np.int8)
    padded[1:-1] = np.asarray(row, bool)
    edges = np.flatnonzero(np.diff(padded))
    return edges[::2], edges[1::2]


def rasterise(intervals: Iterable[tuple[float, float]], grid: TimeGrid) -> NDArray[np.bool_]:
    """Return which segments of a grid some intervals, in seconds, switch on, (T,).

    Each end of an interval is moved to the nearest edge of the grid, halves upwards.  Where both
    ends move to the same edge, the segment that holds the interval's middle is on: an event that
    was found never disappears.  Intervals that touch become one run of segments.
    """
    row = np.zeros(grid.count, np.bool_)
    for start_s, end_s in intervals:
        if end_s <= start_s:
            continue  # an empty or reversed interval marks nothing
        first = round_half_up((start_s - grid.start_s) / grid.step_s)
        last = round_half_up((end_s - grid.start_s) / grid.step_s)
        if last > first:
            row[max(first, 0) : max(last, 0)] = True
        elif grid.count and grid.start_s <= (start_s + end_s) / 2 < grid.end_s:
            row[grid.index_at((start_s + end_s) / 2)] = True
    return row


def round_half_up(value: float) -> int:
    """Round to the nearest whole number, halves upwards (Python's own rounding goes to even)."""
    return int(np.floor(value + 0.5 + 1e-9))
