"""Frames and their time codes, as editing programs count them (SMPTE ST 12-1)."""

import re
from dataclasses import dataclass
from fractions import Fraction

from seehear.time import MediaFile

_CODE = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})")
_NEAR = 5e-4  # relative difference of rates that count as equal; 24 and 23.976 differ by twice that
_DEFAULT = Fraction(25)  # frames a second of files without a picture


@dataclass(frozen=True)
class Frames:
    """How the frames of a file are counted.

    Args:
        rate: frames a second.
        drop: whether numbers are skipped so that codes of 29.97 frames a second keep clock time.
        first: number of the file's first frame.
    """

    rate: Fraction = _DEFAULT
    drop: bool = False
    first: int = 0

    @classmethod
    def of(cls, media: MediaFile | None) -> "Frames":
        """Return how a file counts: by its rate, from the number of its first frame."""
        rate = usual(None if media is None else media.frame_rate)
        found = _CODE.fullmatch((media and media.start_timecode) or "")
        if found is None:
            return cls(rate)
        *clock, sign, frame = found.groups()
        drop = sign in ";," and rate.denominator == 1001 and round(rate) % 30 == 0
        hours, minutes, seconds = map(int, clock)
        if int(frame) >= round(rate):  # the time code was counted at another rate
            return cls(rate, drop)
        minute = hours * 60 + minutes
        number = (minute * 60 + seconds) * round(rate) + int(frame)
        if drop:
            number -= round(rate) // 15 * (minute - minute // 10)
        return cls(rate, drop, max(0, number))

    @property
    def timebase(self) -> int:
        """The whole rate that time codes count with: 30 for 29.97."""
        return round(self.rate)

    @property
    def ntsc(self) -> bool:
        """Whether the rate is a thousandth below its timebase."""
        return self.rate.denominator == 1001

    def at(self, time_s: float) -> int:
        """Return the frame nearest to a time; the file's first frame is 0."""
        return max(0, round(Fraction(time_s) * self.rate))

    def span(self, start_s: float, end_s: float) -> tuple[int, int]:
        """Return both ends of an interval in frames; the interval has at least one frame."""
        start = self.at(start_s)
        return start, max(start + 1, self.at(end_s))

    def code(self, frame: int) -> str:
        """Return the time code of a frame; the file's first frame is 0.

        Examples:
            >>> Frames(Fraction(25), first=90000).code(26)
            '01:00:01:01'
            >>> Frames(Fraction(30000, 1001), drop=True).code(1800)
            '00:01:00;02'
        """
        return coded(self.first + frame, self.timebase, drop=self.drop)


def coded(number: int, timebase: int, *, drop: bool = False) -> str:
    """Return the time code of a frame by its number; after 24 hours codes begin again."""
    if drop:
        skipped = timebase // 15  # 2 of 30, at each minute except every tenth
        tens, rest = divmod(number, timebase * 600 - 9 * skipped)
        minutes = max(0, (rest - skipped) // (timebase * 60 - skipped))
        number += skipped * (9 * tens + minutes)
    seconds, frames = divmod(number, timebase)
    clock = f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{clock}{';' if drop else ':'}{frames:02d}"


def usual(rate: float | None) -> Fraction:
    """Return the usual rate nearest to a file's frames a second, for editing.

    Files state a mean such as 29.9701; editing programs use whole rates and those a thousandth
    below.

    Examples:
        >>> usual(29.9701), usual(23.976), usual(25.001), usual(27.3)
        (Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25, 1), Fraction(27, 1))
    """
    if not rate or rate <= 0:
        return _DEFAULT
    below = Fraction(max(1, round(rate * 1.001)) * 1000, 1001)
    whole = Fraction(max(1, round(rate)))
    near = min((whole, below), key=lambda fraction: abs(fraction - Fraction(rate)))
    return near if abs(float(near) / rate - 1) < _NEAR else whole
