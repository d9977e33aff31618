"""All clips of a library on one long line, and the algebra of `seehear.time.spans` on it.

All clips are put one after another on a line of whole microseconds, with a gap of one microsecond
between neighbours.  A set of stretches in any number of clips is then two sorted integer arrays,
and operations need not distinguish clips.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seehear.time import spans as intervals

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


def covered(parts: list[tuple[Spans, int]], least: int) -> Spans:
    """Return where the weights of the parts that cover a place sum to at least `least`."""
    edges = [(spans.start, spans.end) for spans, _ in parts]
    return Spans(*intervals.covered(edges, [weight for _, weight in parts], least))


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
        """Return intervals of clips as stretches of the line, cut to their clips and united."""
        clip = np.asarray(clip, np.int64)
        length_s = self.length[clip] / MICRO
        start = self.offset[clip] + to_micro(np.clip(start_s, 0, length_s))
        end = self.offset[clip] + to_micro(np.clip(end_s, 0, length_s))
        return covered([(Spans(start, end), 1)], 1)

    def get(self, spans: Spans) -> tuple[Ints, NDArray[np.float64], NDArray[np.float64]]:
        """Return clip index, start and end in seconds of each stretch."""
        clip = np.searchsorted(self.offset, spans.start, side="right") - 1
        offset = self.offset[clip]
        return clip, (spans.start - offset) / MICRO, (spans.end - offset) / MICRO

    def widened(self, spans: Spans, seconds: float) -> Spans:
        """Return stretches with this much more on both sides, cut to their clips and united."""
        clip, start_s, end_s = self.get(spans)
        return self.put(clip, start_s - seconds, end_s + seconds)

    def within(self, spans: Spans, others: Spans, seconds: float) -> NDArray[np.bool_]:
        """Return which stretches have one of `others` within `seconds`, in their clip, (n,)."""
        wide = self.widened(others, seconds)
        nearest = np.searchsorted(wide.start, spans.end, side="right") - 1
        found = nearest >= 0
        found[found] = wide.end[nearest[found]] >= spans.start[found]
        return found


def to_micro(seconds: NDArray[np.floating]) -> Ints:
    """Return seconds as whole microseconds."""
    return np.rint(np.asarray(seconds, np.float64) * MICRO).astype(np.int64)
