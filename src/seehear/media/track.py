"""What is read of a track: frames and sounds with their times, and a reader with its problems."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from seehear.time.spans import Span

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture, and when it is on the screen.

    Args:
        data: RGB uint8 (H, W, 3), upright.
        time_s: when it appears, in seconds from the clip's start.
        duration_s: how long it stays, if the file says.
        index: which of the moments asked for it is the answer to.
        asked_s: that moment.
    """

    data: NDArray[np.uint8]
    time_s: float
    duration_s: float | None
    index: int
    asked_s: float


@dataclass(frozen=True, eq=False)
class Sound:
    """A stretch of mono sound.

    Args:
        data: float32 (n,), in [-1, 1].
        time_s: when its first sample is heard, in seconds from the clip's start.
        rate_hz: samples a second.
    """

    data: NDArray[np.float32]
    time_s: float
    rate_hz: int

    @property
    def duration_s(self) -> float:
        """Its length in seconds."""
        return len(self.data) / self.rate_hz


class TrackReader(Iterator[T], Generic[T]):
    """Gives what is read of a track, one value after the other.

    Attributes:
        problems: one line for each thing that was degraded; complete when the reader is at its end
            or closed.
        delivered: stretches of the clip, in seconds, for which the decoder gave sound or pictures;
            complete at the same moment.  What lies after the last value that was wanted may be
            missing from them.
    """

    def __init__(
        self, values: Iterator[T], problems: list[str], delivered: list[Span] | None = None
    ) -> None:
        self.problems = problems
        self.delivered: list[Span] = [] if delivered is None else delivered
        self._values = values

    def __next__(self) -> T:
        return next(self._values)

    def __enter__(self) -> "TrackReader[T]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Read no further, and give the file back."""
        close = getattr(self._values, "close", None)
        if close is not None:
            close()
