"""How far a track is known: which seconds of it were parsed, which a person has gone through."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from seehear.time.grid import TimeGrid
from seehear.time.spans import Span, clipped, gaps, joined, shifted

PARSED, ABSENT = "parsed", "absent"
# written in place of a class by formats that have no other way to mark seconds as not parsed
NOT_PARSED = "[not parsed]"
# decimals of times and scores, in memory as in JSON: a timeline read back equals the one written
DIGITS = 6


def rounded(start_s: float, end_s: float) -> Span:
    """Return both ends of an event with `DIGITS` decimals; the second stays after the first."""
    start, end = round(start_s, DIGITS), round(end_s, DIGITS)
    return (start, end) if end > start else (start, round(start + 10**-DIGITS, DIGITS))


@dataclass(frozen=True)
class Extent:
    """Which seconds of a track are known.

    Outside `parsed` nothing is known of the track: an event may have happened there or not.

    Args:
        state: `parsed`, or `absent` for a track that the file does not have.
        parsed: stretches (start, end) in seconds, sorted and joined on construction; an absent
            track has none.
        reviewed: stretches that a person has gone through completely.

    Raises:
        ValueError: no such state, a stretch that ends before it starts, or an absent track with
            parsed stretches.
    """

    state: str = ABSENT
    parsed: tuple[Span, ...] = ()
    reviewed: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if self.state not in (PARSED, ABSENT):
            raise ValueError(f"state: expected {PARSED} or {ABSENT}, got {self.state!r}")
        object.__setattr__(self, "parsed", _sorted(self.parsed))
        object.__setattr__(self, "reviewed", _sorted(self.reviewed))
        if self.state == ABSENT and self.parsed:
            raise ValueError("an absent track has no parsed stretches")

    @classmethod
    def of(cls, *parsed: Span) -> Self:
        """Return a track that was parsed in these stretches.

        Examples:
            >>> Extent.of((0, 4), (6, 10)).missing(0, 12)
            ((4.0, 6.0), (10.0, 12.0))
        """
        return cls(PARSED, parsed)

    @property
    def absent(self) -> bool:
        """Whether the file has no such track."""
        return self.state == ABSENT

    def missing(self, start_s: float, end_s: float) -> tuple[Span, ...]:
        """Return what was not parsed between two times."""
        return tuple(gaps(self.parsed, start_s, end_s))

    def segments(self, grid: TimeGrid) -> NDArray[np.bool_]:
        """Return which segments the parsed stretches reach into, (T,)."""
        row = np.zeros(grid.count, np.bool_)
        for start, end in self.parsed:
            # the small pushes leave out segments that are reached by an error of rounding only
            first = math.floor((start - grid.start_s) / grid.step_s + 1e-6)
            last = math.ceil((end - grid.start_s) / grid.step_s - 1e-6)
            row[max(first, 0) : max(last, 0)] = True
        return row

    def crop(self, start_s: float, end_s: float) -> Self:
        """Return what is known between two times."""
        cut = (tuple(clipped(spans, start_s, end_s)) for spans in (self.parsed, self.reviewed))
        return type(self)(self.state, *cut)

    def shift(self, by_s: float) -> Self:
        """Return the same with every time `by_s` later."""
        moved = (tuple(shifted(spans, by_s)) for spans in (self.parsed, self.reviewed))
        return type(self)(self.state, *moved)


def _sorted(spans: Iterable[Span]) -> tuple[Span, ...]:
    rounded = [(round(float(start), DIGITS), round(float(end), DIGITS)) for start, end in spans]
    for start, end in rounded:
        if not start <= end:
            raise ValueError(f"a stretch must end after it starts, got {start} to {end} s")
    return tuple(joined(rounded))
