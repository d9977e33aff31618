"""What a foreign file says, row by row, and what of it was not used and why."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from seehear.interchange.tracks import track_said
from seehear.time import Track

Time = float | str | None  # seconds; a text that is no time, as it stands; None: nothing stands
_CLOCK = re.compile(r"(-?)(?:(\d+):(?=\d+:))?(\d+):([0-5]?\d(?:[.,]\d+)?)")
_UNIT = re.compile(r"\s*(?:s|sec|seconds?)$", re.IGNORECASE)
_TRACKS = frozenset(map(str, Track))
_MOST_S = 1e9  # of a time that is read: thirty years
_LONG = 1e-9  # seconds; what is shorter is a point


@dataclass(frozen=True, slots=True)
class ForeignRow:
    """A labelled stretch or point of a foreign file.

    Args:
        source: what the file calls the media; None: it does not say.
        track: `audio`, `visual` or `audio_visual`; None: the file does not say.
        label: as it stands there.
        start_s: seconds from the media's start.
        end_s: seconds; a point ends where it begins; None: the file does not say.
        score: from 0 to 1; None: none is given.
        where: line or element of the file.
        tier: the lane, layer or kind that the file puts it in; empty: none.
    """

    source: str | None
    track: str | None
    label: str
    start_s: float
    end_s: float | None
    score: float | None
    where: str
    tier: str = ""

    @property
    def point(self) -> bool:
        """Whether it is a moment, not a stretch."""
        return self.end_s is not None and self.end_s - self.start_s < _LONG


@dataclass(frozen=True, slots=True)
class Unused:
    """A row that was not used.

    Args:
        where: line or element of the file.
        reason: why not.
    """

    where: str
    reason: str


@dataclass(frozen=True)
class Imported:
    """What a file says.

    Args:
        format: a name of `FORMATS`.
        rows: in file order.
        unused: rows that cannot be used, whatever one does with them.
        notes: what was assumed or is odd about the file as a whole.
        silent: names of media of which the file says that nothing is there.
    """

    format: str
    rows: tuple[ForeignRow, ...]
    unused: tuple[Unused, ...] = ()
    notes: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many rows the file has, used or not."""
        return len(self.rows) + len(self.unused)


@dataclass
class Findings:
    """Collects what a reader finds."""

    rows: list[ForeignRow] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def add(
        self,
        where: str,
        label: str,
        start_s: Time,
        end_s: Time,
        *,
        track: str | None = None,
        source: str | None = None,
        score: float | None = None,
        tier: str = "",
    ) -> None:
        """Take a row; if its times or its track cannot be used, note it as unused, with the reason.

        A time that is a text, and a track that is none, stand in the reason.
        """
        said = track if track is None or track in _TRACKS else track_said(track)
        reason = _no_track(track, said) or _wrong(start_s, end_s)
        if reason or start_s is None or isinstance(start_s, str) or isinstance(end_s, str):
            self.skip(where, reason or "no time")
            return
        start_s = round(start_s, 9) + 0.0  # never -0.0
        end_s = None if end_s is None else round(end_s, 9) + 0.0
        if score is not None and not 0 <= score <= 1:
            score = None
        self.rows.append(ForeignRow(source, said, label, start_s, end_s, score, where, tier))

    def skip(self, where: str, reason: str) -> None:
        """Note a row that cannot be used."""
        self.unused.append(Unused(where, reason))

    def note(self, text: str) -> None:
        """Note something about the file, once."""
        if text not in self.notes:
            self.notes.append(text)

    def replace(self, rows: Iterable[ForeignRow]) -> None:
        """Put other rows in place of those found."""
        self.rows[:] = rows


def _no_track(track: str | None, said: str | None) -> str | None:
    """Return what is wrong with the track of a row, given the one that it says, or None."""
    if track is None or said is not None:
        return None
    return f"track: expected {', '.join(Track)} (or heard, seen, both), got {track!r:.60}"


def _wrong(start_s: Time, end_s: Time) -> str | None:
    """Return what is wrong with the times of a row, or None."""
    for name, at in (("start", start_s), ("end", end_s)):
        if isinstance(at, str):
            return f"{name}: expected seconds or a time such as 1:02:03.5, got {at!r:.60}"
        if at is not None and not (math.isfinite(at) and abs(at) <= _MOST_S):
            return f"its {name} is not a time"
    if start_s is None:
        return "it has no start"
    if not isinstance(start_s, str) and not isinstance(end_s, str) and end_s is not None:
        if end_s < start_s - _LONG:
            return f"it ends before it begins: {start_s:g} to {end_s:g} s"
    return None


def time_s(text: str) -> Time:
    """Return seconds, written as a number or as a clock shows them, or the text if it is no time.

    Examples:
        >>> time_s("2,5"), time_s("0:05.5"), time_s("1:02:03"), time_s("soon"), time_s(" ")
        (2.5, 5.5, 3723.0, 'soon', None)
    """
    text = text.strip()
    plain = _UNIT.sub("", text)
    seconds = number(plain)
    if seconds is not None or not text:
        return seconds
    found = _CLOCK.fullmatch(plain)
    if found is None:
        return text
    hours, minutes = int(found[2] or 0), int(found[3])
    at = float(found[4].replace(",", ".")) + 60 * minutes + 3600 * hours
    return -at if found[1] else at


def number(text: str) -> float | None:
    """Return a number as people write it, with a comma for the point too; None if it is none."""
    text = text.strip()
    if "_" in text or not text:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    if text.count(",") == 1 and "." not in text:
        return number(text.replace(",", "."))
    return None
