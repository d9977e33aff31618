"""Subtitle files (SubRip, WebVTT, ASS and SSA) into which cues are put and nothing else is changed.

Readers that make objects of a file lose its styles, notes, regions, settings, markup and line ends
when they write it again.  Here a file is text with places: cues are read for their times, new ones
are put between them, and every byte that was there stays as it was.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seehear.captions.plan import Caption, Spoken
from seehear.errors import DataError
from seehear.export.words import clock, one_line

FORMS = {".srt": "srt", ".vtt": "vtt", ".ass": "ass", ".ssa": "ass"}
_MOST_BYTES = 64 * 1024 * 1024
_LINE = re.compile(r"[^\r\n]*")
_BREAK = re.compile(r"\r\n|\r|\n")
_CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIME = re.compile(_CLOCK)
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-+>\s*{_CLOCK}")
_SRT = str.maketrans({"<": "(", ">": ")", "{": "(", "}": ")"})  # brackets that any encoding has
_VTT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ASS = str.maketrans({"{": "(", "}": ")", "\\": "/"})
_TOP = "{\\an8}"
_FIELDS = ("Layer", "Start", "End", "Style", "Name", "MarginL", "MarginR", "MarginV", "Effect")


@dataclass(frozen=True)
class Cue:
    """A cue of the file.

    Args:
        said: when it stands, and its text.
        at: index in the text where the cue begins, with its number or name.
    """

    said: Spoken
    at: int


@dataclass(frozen=True)
class Subtitles:
    """A subtitle file.

    Args:
        form: srt, vtt or ass.
        text: all of it; `text.encode(encoding)` are its bytes.
        encoding: of the file.
        cues: in its order.
        end: index in the text where cues after all others go.
        number: of the last cue of an SRT; 0: its cues have none.
        fields: of the lines of an ASS, in lower case.
        style: of the lines that are put into an ASS.
    """

    form: str
    text: str
    encoding: str
    cues: tuple[Cue, ...]
    end: int
    number: int = 0
    fields: tuple[str, ...] = ()
    style: str = "Default"

    def spoken(self) -> list[Spoken]:
        """Return what the file says, in its order."""
        return [cue.said for cue in self.cues]

    def taking(self, captions: Iterable[Caption]) -> bytes:
        """Return the bytes of the file with captions put in, each before the first later cue.

        Raises:
            DataError: the file's encoding lacks a letter of a caption.
        """
        parts: list[str] = []
        done = place = 0
        for number, caption in enumerate(sorted(captions, key=lambda c: c.start_s), 1):
            while place < len(self.cues) and self.cues[place].said.start_s <= caption.start_s:
                place += 1
            at = max(done, self.cues[place].at if place < len(self.cues) else self.end)
            parts += [self.text[done:at], self._block(caption, number, at)]
            done = at
        try:
            return "".join([*parts, self.text[done:]]).encode(self.encoding)
        except UnicodeEncodeError as error:
            raise DataError(
                f"the file is in an old encoding that has no {error.object[error.start]!r}",
                hint="save it as UTF-8, or use words without it",
            ) from None

    def _block(self, caption: Caption, number: int, at: int) -> str:
        """Return a caption as it stands at a place of the file."""
        line = self._newline()
        before = self._break_before(at, line)
        if self.form == "ass":
            ended = bool(before) and at >= len(
                self.text
            )  # the file had no line end at its end, and gets none
            return f"{before}{self._ass(caption)}{'' if ended else line}"
        made = self._srt(caption, number) if self.form == "srt" else _vtt(caption)
        return before + "".join(f"{text}{line}" for text in (*made, ""))

    def _srt(self, caption: Caption, number: int) -> list[str]:
        """Return the lines of a cue; it has a number where the others have."""
        head = [str(self.number + number)] if self.number or not self.cues else []
        texts = [one_line(text).translate(_SRT) for text in caption.lines]
        if caption.beside:
            texts[0] = _TOP + texts[0]
        return [*head, " --> ".join(_clocks(caption, ",")), *texts]

    def _ass(self, caption: Caption) -> str:
        start, end = (_ass_clock(t) for t in (caption.start_s, caption.end_s))
        values = {"layer": "0", "marked": "Marked=0", "start": start, "end": end}
        values |= {"style": self.style, "marginl": "0", "marginr": "0", "marginv": "0"}
        body = "\\N".join(text.translate(_ASS) for text in map(one_line, caption.lines))
        values["text"] = (_TOP if caption.beside else "") + body
        return "Dialogue: " + ",".join(values.get(name, "") for name in self.fields)

    def _newline(self) -> str:
        found = _BREAK.search(self.text)
        return "\n" if found is None else found[0]

    def _break_before(self, at: int, line: str) -> str:
        """Return the line ends that must stand before a block so that it begins one."""
        text = self.text
        if at <= text.startswith("\ufeff"):
            return ""
        ended = text[at - 1] in "\r\n"
        if self.form == "ass":
            return "" if ended else line
        if not ended:
            return line * 2
        end = at - (2 if text[at - 2 : at] == "\r\n" else 1)
        begin = max(text.rfind(sign, 0, end) for sign in "\r\n") + 1
        return line if text[begin:end].strip() else ""


def _vtt(caption: Caption) -> list[str]:
    """Return the lines of a cue."""
    times = " --> ".join(_clocks(caption, ".")) + (" line:0" if caption.beside else "")
    return [times, *(one_line(text).translate(_VTT) for text in caption.lines)]


def _clocks(caption: Caption, point: str) -> tuple[str, str]:
    start, end = (round(time_s * 1000) for time_s in (caption.start_s, caption.end_s))
    return clock(start, point), clock(end, point)


def read_subtitles(path: Path) -> Subtitles:
    """Return a subtitle file; its kind is told by its content, not by its name.

    Raises:
        DataError: it cannot be read, is too large, or holds no subtitles.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=path) from None
    if len(data) > _MOST_BYTES:
        raise DataError("expected subtitles, got more than 64 MB", where=path)
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise DataError("expected text, got damaged UTF-16", where=path) from None
    lines = list(_lines(text))
    if text.removeprefix("\ufeff").startswith("WEBVTT"):
        return _read_timed("vtt", text, encoding, lines)
    if any(line.strip().lower() == "[events]" for _, line in lines):
        return _read_ass(text, encoding, lines)
    found = _read_timed("srt", text, encoding, lines)
    if not found.cues:
        raise DataError(
            "expected subtitles (SubRip, WebVTT or ASS), got another kind of file",
            where=path,
            hint="convert it to one of these",
        )
    return found


def empty(form: str) -> Subtitles:
    """Return a file without cues: srt, vtt or ass."""
    if form == "ass":
        head = "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize"
        head += "\nStyle: Default,Arial,48\n\n[Events]\nFormat: " + ", ".join((*_FIELDS, "Text"))
        text = head + "\n"
        return _read_ass(text, "utf-8", list(_lines(text)))
    text = "WEBVTT\n\n" if form == "vtt" else ""
    return Subtitles(form, text, "utf-8", (), len(text))


def _encoding(data: bytes) -> str:
    """Return an encoding in which the bytes come back as they are."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return name
    if len(data) > 1 and not len(data) % 2:
        zeros = [data[place::2].count(0) > len(data) // 4 for place in (0, 1)]
        if any(zeros):
            return "utf-16-be" if zeros[0] else "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"  # a sign a byte, as in any old encoding whose line ends are ASCII's
    return "utf-8"


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the place and the text of each line, without the byte order mark."""
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        found = _LINE.match(text, at)
        content = "" if found is None else found[0]
        yield at, content
        ending = _BREAK.match(text, at + len(content))
        at += len(content) + (0 if ending is None else len(ending[0]))


def _read_timed(form: str, text: str, encoding: str, lines: Sequence[tuple[int, str]]) -> Subtitles:
    """Read cues whose times stand as `start --> end` on a line, with their text below."""
    cues: list[Cue] = []
    number = 0
    for index, (at, line) in enumerate(lines):
        found = _TIMES.match(line)
        if found is None:
            continue
        above = lines[index - 1] if index else None
        parted = index < 2 or form == "srt" or not lines[index - 2][1].strip()
        if above is not None and parted and _names_cue(form, above[1]):
            at = above[0]
            if form == "srt":
                number = max(number, int(above[1].strip()))
        below = (lines[place][1] for place in range(index + 1, len(lines)))
        body = itertools.takewhile(str.strip, below)
        start_s, end_s = _seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])
        cues.append(Cue(Spoken(start_s, max(start_s, end_s), "\n".join(body)), at))
    return Subtitles(form, text, encoding, tuple(cues), len(text), number)


def _names_cue(form: str, line: str) -> bool:
    """Return whether the line above the times belongs to the cue: a number, or in VTT any name."""
    if form == "srt":
        return line.strip().isdecimal() and len(line.strip()) < 10
    return bool(line.strip()) and not line.startswith("WEBVTT")


class _Script:
    """What the lines of an ASS file say, one after the other.

    Args:
        text: of the file.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.section = self.style = ""
        self.fields: tuple[str, ...] = ("layer", "start", "end", "style", "text")
        self.end = 0
        self.cues: list[Cue] = []

    def take(self, at: int, line: str) -> None:
        """Read a line."""
        key, _, value = line.strip().partition(":")
        if key.startswith("[") and key.endswith("]"):
            self.section = key.lower()
        elif self.section.endswith("styles]") and key.lower() == "style":
            name = value.split(",")[0].strip()
            self.style = name if not self.style or name == "Default" else self.style
        elif self.section == "[events]":
            self._event(at, key.lower(), value)
            if key.lower() in ("format", "dialogue", "comment"):
                self.end = _after(self.text, at + len(line))

    def _event(self, at: int, key: str, value: str) -> None:
        if key == "format":
            self.fields = tuple(name.strip().lower() for name in value.split(","))
        elif key == "dialogue":
            cue = _dialogue(value, self.fields, at)
            if cue is not None:
                self.cues.append(cue)


def _read_ass(text: str, encoding: str, lines: Sequence[tuple[int, str]]) -> Subtitles:
    """Read the dialogue lines below `[Events]`."""
    script = _Script(text)
    for at, line in lines:
        script.take(at, line)
    end, cues = script.end or len(text), tuple(script.cues)
    style = script.style or "Default"
    return Subtitles("ass", text, encoding, cues, end, 0, script.fields, style)


def _dialogue(value: str, fields: Sequence[str], at: int) -> Cue | None:
    """Return the cue of a dialogue line; None: it has no times."""
    cells = dict(zip(fields, value.split(",", len(fields) - 1), strict=False))
    times = [_TIME.fullmatch(cells.get(name, "").strip()) for name in ("start", "end")]
    if times[0] is None or times[1] is None:
        return None
    start_s, end_s = (_seconds(*found.groups()) for found in times if found is not None)
    return Cue(Spoken(start_s, max(start_s, end_s), cells.get("text", "")), at)


def _after(text: str, at: int) -> int:
    """Return the place after the line end that stands at a place."""
    found = _BREAK.match(text, at)
    return at if found is None else found.end()


def _seconds(hours: str | None, minutes: str, seconds: str, rest: str) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(rest.ljust(3, "0")) / 1000


def _ass_clock(time_s: float) -> str:
    hundredths = round(time_s * 100)
    seconds, rest = divmod(hundredths, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:02d}"
