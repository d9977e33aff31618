"""How far the parsing of many files is: hours of video done, of how many, and the time left.

The length of files that were not opened yet is estimated from their sizes, by the seconds per byte
of those that are done.
"""

import time
from collections.abc import Callable, Iterable


class Hours:
    """Counts files, bytes and seconds of video.

    Args:
        sizes: of the files to do, in bytes.
        clock: seconds; for tests.
    """

    def __init__(
        self, sizes: Iterable[int], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bytes = sum(sizes)
        self._clock, self._began = clock, clock()
        self._done_bytes, self._done_s = 0, 0.0
        self._running: dict[str, float] = {}

    def reached(self, name: str, time_s: float) -> None:
        """Note up to which second a file has been read."""
        self._running[name] = time_s

    def finished(self, name: str, size: int, duration_s: float | None) -> None:
        """Note that a file is done; without a duration it failed and no longer counts."""
        self._running.pop(name, None)
        if duration_s is None:
            self._bytes -= size
        else:
            self._done_bytes += size
            self._done_s += duration_s

    def text(self) -> str:
        """Return hours done, of how many, and the time left."""
        reached_s = self._done_s + sum(self._running.values())
        if not self._done_bytes or not reached_s:
            return f"{length(reached_s)} of video"
        whole_s = max(self._done_s * self._bytes / self._done_bytes, reached_s)
        left_s = (self._clock() - self._began) * (whole_s / reached_s - 1)
        return f"{length(reached_s)} of about {length(whole_s)} of video, {length(left_s)} left"


def length(seconds: float) -> str:
    """Return a length of time with the unit that suits it.

    Examples:
        >>> length(7), length(90), length(5400), length(720000)
        ('7 s', '1.5 min', '1.5 h', '200 h')
    """
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit:
            number = seconds / unit
            return f"{number:,.0f} {name}" if number >= 100 else f"{number:.1f} {name}"
    return f"{seconds:.0f} s"
