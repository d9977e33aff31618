"""Interval algebra on one long line.

All clips of a library are laid end to end on a line of whole microseconds, with a gap of one
between neighbours. A set of stretches of any number of clips is then two sorted integer arrays, and
no operation needs to know of clips.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MICRO = 1_000_000
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Spans:
    """Disjoint, sorted, half-open stretches `[start, end)`; shapes (n,) and (n,)."""

    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.start)

    def __or__(self, other: "Spans") -> "Spans":
        return covered([(self, 1), (other, 1)], 1)

    def __and__(self, other: "Spans") -> "Spans":
        return covered([(self, 1), (other, 1)], 2)

    def __sub__(self, other: "Spans") -> "Spans":
        return covered([(self, 1), (other, -1)], 1)

    def take(self, which: NDArray[np.bool_]) -> "Spans":
        """Return the stretches where `which` (n,) is true."""
        return Spans(self.start[which], self.end[which])

    @property
    def length(self) -> Ints:
        """Lengths in microseconds, (n,)."""
        return self.end - self.start


EMPTY = Spans(np.zeros(0, np.int64), np.zeros(0, np.int64))


def covered(parts: list[tuple[Spans, int]], least: int) -> Spans:
    """Return where the weights of the parts that hold sum to at least `least`; touching stretches
    become one.
    """
    position = np.concatenate([edge for spans, _ in parts for edge in (spans.start, spans.end)])
    if not len(position):
        return EMPTY
    change = np.concatenate(
        [
            np.full(len(spans), sign * weight, np.int64)
            for spans, weight in parts
            for sign in (1, -1)
        ]
    )
    order = np.argsort(position, kind="stable")
    position, level = position[order], np.cumsum(change[order])
    last = np.append(
        position[1:] != position[:-1], True
    )  # the level counts once every edge at its place is passed
    position, on = position[last], level[last] >= least
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    return Spans(position[edges[::2]], position[edges[1::2]])


class Line:
    """Where each clip lies on the line.

    Args:
        length_s: of each clip in seconds, (clips,).
    """

    def __init__(self, length_s: NDArray[np.floating]) -> None:
        self.length = np.maximum(to_micro(length_s), 0)
        self.offset = np.cumsum(self.length + 1) - (self.length + 1)

    def put(
        self, clip: NDArray[np.integer], start_s: NDArray[np.floating], end_s: NDArray[np.floating]
    ) -> Spans:
        """Return intervals of clips as stretches of the line, cut to their clips; overlaps are
        united.
        """
        clip = np.asarray(clip, np.int64)
        start = self.offset[clip] + np.clip(to_micro(start_s), 0, self.length[clip])
        end = self.offset[clip] + np.clip(to_micro(end_s), 0, self.length[clip])
        return covered([(Spans(start, end), 1)], 1)

    def whole(self, clips: NDArray[np.bool_]) -> Spans:
        """Return the whole of every clip where `clips` (clips,) is true."""
        some = clips & (self.length > 0)
        return Spans(self.offset[some], (self.offset + self.length)[some])

    def get(self, spans: Spans) -> tuple[Ints, NDArray[np.float64], NDArray[np.float64]]:
        """Return clip index, start and end in seconds of each stretch."""
        clip = np.searchsorted(self.offset, spans.start, side="right") - 1
        return (
            clip,
            (spans.start - self.offset[clip]) / MICRO,
            (spans.end - self.offset[clip]) / MICRO,
        )


def to_micro(seconds: NDArray[np.floating]) -> Ints:
    """Return seconds as whole microseconds."""
    return np.rint(np.asarray(seconds, np.float64) * MICRO).astype(np.int64)
