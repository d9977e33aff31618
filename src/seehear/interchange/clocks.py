"""Times of subtitles: `HH:MM:SS,mmm`, with fewer parts and other signs as they occur."""

import re

_PART = r"(?:(\d+):)?(\d+):(\d+)(?:[.,:](\d+))?"
_ARROW = re.compile(rf"\s*(-?){_PART}\s*-+>\s*(-?){_PART}(?P<rest>.*)")
_CLOCK = re.compile(rf"\s*(-?){_PART}\s*")


def arrow(line: str) -> tuple[float, float] | None:
    """Return both times of a line such as `00:00:06,500 --> 00:00:09,000`, or None.

    Examples:
        >>> arrow("00:06.5 --> 01:00:09,000 align:left"), arrow("no")
        ((6.5, 3609.0), None)
    """
    found = _ARROW.match(line)
    if found is None:
        return None
    parts = found.groups()
    return _seconds(parts[:5]), _seconds(parts[5:10])


def clock(text: str) -> float | None:
    """Return the time of a text such as `25:00:00.00`, or None."""
    found = _CLOCK.fullmatch(text)
    return None if found is None else _seconds(found.groups())


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds = (int(part or 0) for part in parts[1:4])
    at = float(f"{hours * 3600 + minutes * 60 + seconds}.{parts[4] or 0}")
    return -at if parts[0] else at
