"""Rich transcription time marks: `SPEAKER file 1 start length <NA> <NA> name score <NA>`."""

import re
from urllib.parse import unquote

from seehear.interchange.content import Content
from seehear.interchange.rows import Findings, number
from seehear.time import Track

_LINE = re.compile(
    r"(SPEAKER|LEXEME|NON-LEX|NON-SPEECH|NOSCORE|SEGMENT|SU|CB|IP|A/P|FILLER|EDIT)[ \t]+\S+[ \t]+\S"
)
_LEAST, _NONE = 8, "<NA>"


def fits(content: Content) -> bool:
    """Return whether its first line is such a line."""
    lines = [line for line in content.head.splitlines() if line and not line.startswith(";;")]
    return bool(lines) and _LINE.match(lines[0]) is not None


def read(content: Content, found: Findings) -> None:
    """Read the lines; `track:label` of our own exports names both."""
    for count, line in enumerate(content.text.split("\n"), 1):
        fields, where = line.split(), f"line {count}"
        if not fields or fields[0].startswith(";;"):
            continue
        if len(fields) < _LEAST:
            found.skip(where, f"expected at least {_LEAST} fields, got {len(fields)}")
            continue
        start_s, length_s = number(fields[3]), number(fields[4])
        end_s = None if start_s is None or length_s is None else start_s + length_s
        track, label = _named(fields)
        score = number(fields[8]) if len(fields) > 8 else None
        source = unquote(fields[1])
        found.add(where, label, start_s, end_s, track=track, source=source, score=score)


def _named(fields: list[str]) -> tuple[str | None, str]:
    """Return the track, where it is one of ours, and the label."""
    track, colon, label = fields[7].partition(":")
    if colon and track in list(Track):
        return track, unquote(label)
    named = [field for field in (fields[7], fields[6], fields[5]) if field != _NONE]
    return None, unquote(named[0]) if named else ""
