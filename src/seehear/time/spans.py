"""Union, intersection and difference of half-open intervals `[start, end)`: of seconds, segments or
microseconds.

`joined` is a loop that also bridges gaps.  `covered` counts, in one scan over the sorted edges, how
many intervals cover each place; a million intervals take one scan.  The other operations follow
from that count: a union is where at least one interval is, an intersection where both are.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from seehear.time.raster import run_edges

Number = TypeVar("Number", int, float)
Place = TypeVar("Place", np.float64, np.int64)
Span = tuple[float, float]


def joined(
    spans: Iterable[tuple[Number, Number]], *, gap: Number | float | None = 0
) -> list[tuple[Number, Number]]:
    """Return the intervals, sorted, with those made one that lie no further apart than `gap`.

    Args:
        spans: in any order; those without length are left out.
        gap: 0 joins those that overlap or touch, None only those that overlap.

    Examples:
        >>> joined([(4, 6), (0, 2), (2, 3)])
        [(0, 3), (4, 6)]
        >>> joined([(4, 6), (0, 2), (2, 3)], gap=1)
        [(0, 6)]
        >>> joined([(4, 6), (0, 2), (2, 3)], gap=None)
        [(0, 2), (2, 3), (4, 6)]
    """
    out: list[tuple[Number, Number]] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if out and _meet(out[-1][1], start, gap):
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _meet(end: float, start: float, gap: float | None) -> bool:
    return start < end if gap is None else start - end <= gap


def intersection(a: Iterable[Span], b: Iterable[Span]) -> list[Span]:
    """Return the times that both `a` and `b` cover.

    Examples:
        >>> intersection([(0, 4), (6, 9)], [(3, 7)])
        [(3.0, 4.0), (6.0, 7.0)]
    """
    return _counted(a, b, weight=1, least=2)


def difference(a: Iterable[Span], b: Iterable[Span]) -> list[Span]:
    """Return the times that `a` covers and `b` does not.

    Examples:
        >>> difference([(0, 9)], [(3, 7)])
        [(0.0, 3.0), (7.0, 9.0)]
    """
    return _counted(a, b, weight=-1, least=1)


def clipped(spans: Iterable[Span], start: float, end: float) -> list[Span]:
    """Return what lies between `start` and `end`, overlapping and touching intervals made one."""
    return intersection(spans, [(start, end)])


def gaps(spans: Iterable[Span], start: float, end: float) -> list[Span]:
    """Return what no interval covers between `start` and `end`.

    Examples:
        >>> gaps([(1, 2), (2, 4)], 0, 5)
        [(0.0, 1.0), (4.0, 5.0)]
    """
    found = list(spans)
    if any(first <= start and end <= last for first, last in found):
        return []  # the usual case: nothing is missing
    return difference([(start, end)], found)


def shifted(spans: Iterable[Span], by: float) -> list[Span]:
    """Return the intervals moved by `by`, later where it is positive."""
    return [(start + by, end + by) for start, end in spans]


def covered(
    edges: Sequence[tuple[NDArray[Place], NDArray[Place]]], weights: Sequence[int], least: int
) -> tuple[NDArray[Place], NDArray[Place]]:
    """Return the starts and ends of the stretches whose intervals weigh at least `least` together.

    Args:
        edges: for each group of intervals its starts and its ends, (n,) each, in any order.
        weights: the weight of an interval of each group; a negative one takes away.
        least: the sum wanted, at least 1.

    Returns:
        Sorted and disjoint; touching intervals have become one.
    """
    position = np.concatenate([edge for pair in edges for edge in pair])
    steps = []
    for (starts, ends), weight in zip(edges, weights, strict=True):
        steps.append(np.full(len(starts), weight, np.int64))
        steps.append(np.full(len(ends), -weight, np.int64))
    order = np.argsort(position, kind="stable")
    position, level = position[order], np.cumsum(np.concatenate(steps)[order])
    last = np.ones(len(position), np.bool_)  # the level counts once every edge at its place is past
    last[:-1] = position[1:] != position[:-1]
    position, on = position[last], level[last] >= least
    first, end = run_edges(on)
    return position[first], position[end]


def _counted(a: Iterable[Span], b: Iterable[Span], *, weight: int, least: int) -> list[Span]:
    edges = []
    for spans in (a, b):
        array = np.array(joined(spans), np.float64).reshape(-1, 2)
        edges.append((array[:, 0], array[:, 1]))
    starts, ends = covered(edges, (1, weight), least)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
