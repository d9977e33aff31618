"""EDL (CMX 3600) with markers as Resolve and others write them.

    001  001      V     C        01:00:03:03 01:00:03:04 01:00:03:03 01:00:03:04
     |C:ResolveColorBlue |M:dog heard |D:30

A note may stand on the marker's line or on lines of its own; a marker of other tools is a comment
`* LOC: 01:00:03:03 RED name`.  Neither frame rate nor origin stands in such a file.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import as_told
from seehear.interchange.timecode import HOUR_S, Timecode, parse

_CODE = r"\d{1,2}[:;.]\d\d[:;.]\d\d[:;.]\d{2,3}"
_EVENT = re.compile(rf"\s*(\w+)\s+.*?({_CODE})\s+({_CODE})\s+({_CODE})\s+({_CODE})\s*$")
_MARKER = re.compile(r"(.*?)\|C:(.*?)\s*\|M:(.*?)\s*\|D:\s*(\d+)\s*(.*)")
_LOCATOR = re.compile(rf"\*\s*LOC:\s*({_CODE})\s+(\S+)\s*(.*)", re.IGNORECASE)
_CLIP = re.compile(r"\*\s*(FROM|TO) CLIP NAME:\s*(.*)", re.IGNORECASE)
_FCM = re.compile(r"FCM:\s*(NON[- ]?)?DROP", re.IGNORECASE)


@dataclass
class _Mark:
    """One marker: its name, colour, notes, and where it stands."""

    where: str
    start: Timecode
    end: Timecode | None
    name: str
    colour: str
    frames: int | None = None
    notes: list[str] = field(default_factory=list)


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    lines = content.head.splitlines()
    titled = bool(lines) and lines[0].startswith("TITLE:")
    return (titled or any(map(_EVENT.match, lines))) and not content.is_xml()


def read(content: Content, found: Findings) -> None:
    """Read the markers; without any, the events of the list and their clip names."""
    lines = _Lines(found)
    for line, words in enumerate(content.text.split("\n"), 1):
        lines.take(f"line {line}", words)
    marks, drop = lines.marks or lines.events, lines.drop
    codes = [code for mark in marks for code in (mark.start, mark.end) if code is not None]
    rate = content.rate(found, codes, drop=bool(drop))
    marks_s = [(mark, *_times(mark, rate, drop)) for mark in marks]
    origin_s = _origin_s(content, [start for _, start, _ in marks_s], rate, drop, found)
    for mark, start_s, end_s in marks_s:
        label = mark.name or " ".join(mark.notes)
        found.add(mark.where, label, start_s - origin_s, end_s - origin_s, tier=mark.colour)
    as_told(found)


class _Lines:
    """What the lines of a list say, one after the other."""

    def __init__(self, found: Findings) -> None:
        self.marks: list[_Mark] = []
        self.events: list[_Mark] = []
        self.drop: bool | None = None
        self._found = found

    def take(self, where: str, line: str) -> None:
        """Read a line."""
        event, words = _EVENT.match(line), line.strip()
        if event is not None:
            self._event(where, event)
        elif (told := _FCM.match(words)) is not None:
            self.drop = told[1] is None
        elif (located := _LOCATOR.match(words)) is not None:
            self._mark(where, parse(located[1]), located[3], located[2])
        elif words and self.events:
            self._below(where, words)

    def _event(self, where: str, event: re.Match[str]) -> None:
        start, end = parse(event[4]), parse(event[5])
        if start is None:
            self._found.skip(where, "its timecode cannot be read")
        else:
            self.events.append(_Mark(where, start, end, "", ""))

    def _mark(self, where: str, start: Timecode | None, name: str, colour: str) -> None:
        if start is None:
            self._found.skip(where, "its timecode cannot be read")
        else:
            self.marks.append(_Mark(where, start, None, name.strip(), colour))

    def _below(self, where: str, words: str) -> None:
        """Read a line below an event: a marker, the name of its clip, a note."""
        event, marker, clip = self.events[-1], _MARKER.match(words), _CLIP.match(words)
        if marker is not None:
            mark = _Mark(where, event.start, event.end, marker[3].strip(), marker[2].strip())
            mark.frames = int(marker[4])
            notes = (note.strip() for note in (marker[1], marker[5]))
            mark.notes = [*event.notes, *filter(None, notes)]
            self.marks.append(mark)
        elif clip is not None:
            replaced = clip[1].upper() == "TO"  # what a transition goes to is what the event shows
            event.name = clip[2].strip() if replaced else event.name or clip[2].strip()
        elif not words.startswith(("*", "M2", "TITLE:")):
            event.notes.append(words)


def _times(mark: _Mark, rate: Fraction, drop: bool | None) -> tuple[float, float]:
    """Return start and end; a marker lasts its frames, which may be more than its event says."""
    start = mark.start.frame(rate, drop=drop)
    end = start if mark.end is None else mark.end.frame(rate, drop=drop)
    if mark.frames is not None:
        end = start + mark.frames
    return float(start / rate), float(end / rate)


def _origin_s(
    content: Content, starts: list[float], rate: Fraction, drop: bool | None, found: Findings
) -> float:
    """Return which time of the list is the media's first."""
    code = content.origin()
    if code is not None and (content.hints.said or _inside(starts, code, rate, drop)):
        return code.time_s(rate, drop=drop)
    length_s = content.hints.duration_s
    if not starts or max(starts) < HOUR_S:
        return 0.0
    if length_s is None:
        found.note(
            "times are as in the file, which begins after the first hour: where the media's first"
            " frame is 01:00:00:00, say so with `start_timecode`"
        )
        return 0.0
    hours = min(starts) // HOUR_S * HOUR_S
    if max(starts) <= length_s or max(starts) - hours > length_s:
        return 0.0
    found.note(f"the list begins at {hours / HOUR_S:02.0f}:00:00:00: counted from there")
    return hours


def _inside(starts: list[float], code: Timecode, rate: Fraction, drop: bool | None) -> bool:
    """Return whether no time lies before the first frame of the media, as it calls it itself."""
    return not starts or min(starts) >= code.time_s(rate, drop=drop) - 1e-6
