"""The time grid: segment index <-> seconds."""

import math
from dataclasses import dataclass

# share of a step: a container often lasts a few audio frames longer; they make no segment
_SHORTEST_TAIL = 0.25


@dataclass(frozen=True, slots=True)
class TimeGrid:
    """`count` segments of `step_s` seconds, one after the other.

    Segment `i` covers `[start_s + i*step_s, start_s + (i+1)*step_s)`.

    Args:
        count: number of segments, at least 0.
        step_s: length of one segment in seconds.
        start_s: where segment 0 begins, seconds from the clip's start.

    Raises:
        ValueError: a negative count, a step that is not positive, or a start that is not finite.

    Examples:
        >>> TimeGrid(10).edges(3)
        (3.0, 4.0)
        >>> TimeGrid.covering(10.05).count, TimeGrid.covering(10.4).count
        (10, 11)
    """

    count: int
    step_s: float = 1.0
    start_s: float = 0.0

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError(f"count must be at least 0, got {self.count}")
        if not (math.isfinite(self.step_s) and self.step_s > 0):
            raise ValueError(f"step_s must be a positive number of seconds, got {self.step_s}")
        if not math.isfinite(self.start_s):
            raise ValueError(f"start_s must be finite, got {self.start_s}")

    @classmethod
    def covering(cls, duration_s: float, step_s: float = 1.0) -> "TimeGrid":
        """Return the grid of a clip of so many seconds.

        It has at least one segment; a remainder of up to a quarter step gets none of its own.
        """
        return cls(max(1, math.ceil(duration_s / step_s - _SHORTEST_TAIL)), step_s)

    @property
    def end_s(self) -> float:
        """Where the last segment ends, in seconds."""
        return self.start_s + self.count * self.step_s

    def edges(self, index: int) -> tuple[float, float]:
        """Return start and end of segment `index` in seconds."""
        return self.start_s + index * self.step_s, self.start_s + (index + 1) * self.step_s

    def crop(self, start_s: float, end_s: float) -> "TimeGrid":
        """Return the segments that reach into `[start_s, end_s)`, maybe none.

        Examples:
            >>> TimeGrid(10).crop(2.5, 5)
            TimeGrid(count=3, step_s=1.0, start_s=2.0)
        """
        # the small pushes leave out segments that reach in by an error of rounding only
        first = math.floor((start_s - self.start_s) / self.step_s + 1e-9)
        last = math.ceil((end_s - self.start_s) / self.step_s - 1e-9)
        first, last = min(max(first, 0), self.count), min(max(last, 0), self.count)
        return TimeGrid(max(last - first, 0), self.step_s, self.edges(first)[0])

    def index_at(self, time_s: float) -> int:
        """Return the segment that holds `time_s`; a time outside the grid gets the nearest one."""
        # the small push keeps 0.3/0.1 in segment 3 although the quotient is 2.9999...
        index = math.floor((time_s - self.start_s) / self.step_s + 1e-9)
        return min(max(index, 0), self.count - 1)
