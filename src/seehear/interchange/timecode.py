"""Frames and timecodes as seconds: rates of television, dropped frames, and what nobody wrote down.

Many files count frames and do not say how many make a second.  The user may say it, or the media;
else the frame numbers show the lowest possible rate.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from seehear.errors import ConfigError

_CODE = re.compile(r"(-?)(\d{1,3})[:;.,](\d{1,2})[:;.,](\d{1,2})([:;.,])(\d{1,3})")
_USUAL = (24, 25, 30, 48, 50, 60, 100, 120)
_NTSC = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120))
_NEAR = 0.004  # of a rate: what 29.97 is off from 30000/1001, and a mean from its rate
HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Timecode:
    """Hours, minutes, seconds and frames, as written; frames are dropped after a semicolon."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    drop: bool = False
    negative: bool = False

    def frame(self, rate: Fraction, *, drop: bool | None = None) -> int:
        """Return which frame it is, counted from 0."""
        a_second = whole_rate(rate)
        minutes = self.hours * 60 + self.minutes
        frame = (minutes * 60 + self.seconds) * a_second + self.frames
        if (self.drop if drop is None else drop) and a_second % 30 == 0:
            frame -= a_second // 15 * (minutes - minutes // 10)
        return -frame if self.negative else frame

    def time_s(self, rate: Fraction, *, drop: bool | None = None) -> float:
        """Return when its frame begins, in seconds of a clock."""
        return float(self.frame(rate, drop=drop) / rate)


def parse(text: str) -> Timecode | None:
    """Return the timecode that a text is, or None.

    Examples:
        >>> parse("00;00;01;01").frame(rate_of(29.97)), parse("01:00:00:00").time_s(Fraction(25))
        (31, 3600.0)
    """
    found = _CODE.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = map(int, found.group(2, 3, 4))
    drop, negative = found[5] in ";.,", bool(found[1])
    return Timecode(hours, minutes, seconds, int(found[6]), drop, negative)


def rate_of(fps: float) -> Fraction:
    """Return a frame rate as it is meant: 29.97 is 30000/1001.

    Raises:
        ConfigError: it is not from 1 to 1000.
    """
    if not 1 <= fps <= 1000:
        raise ConfigError(f"expected frames a second, from 1 to 1000, got {fps:g}", parameter="fps")
    exact = [Fraction(n) for n in _USUAL if abs(n - fps) < 1e-6]
    near = [rate for rate in _NTSC if abs(float(rate) - fps) < _NEAR]
    return (exact or near or [Fraction(fps).limit_denominator(100_000)])[0]


def whole_rate(rate: Fraction) -> int:
    """Return how many frame numbers a timecode counts in one of its seconds."""
    return max(1, round(rate))


def least_rate(most_frame: int) -> Fraction:
    """Return the smallest usual rate whose timecodes reach a frame number."""
    return Fraction(next((n for n in _USUAL if n > most_frame), most_frame + 1))
