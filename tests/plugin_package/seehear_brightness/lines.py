"""A format, both ways: one event a line, in words."""

import re
from typing import Any

from seehear.export import Format
from seehear.interchange import Content, Findings, ImportFormat
from seehear.time import Timeline


def render(timeline: Timeline, *, media: Any = None) -> str:
    """Return the timeline as lines."""
    return "".join(f"{e.start_s:g} to {e.end_s:g} s: {e.label} ({e.track})\n" for e in timeline)


LINES = Format(".lines.txt", "one event a line, in words", render)

LINE = re.compile(r"(\S+) to (\S+) s: (.*) \((audio|visual|audio_visual)\)")


def fits(content: Content) -> bool:
    """Whether the first line is one of ours."""
    return LINE.match(content.head) is not None


def read(content: Content, found: Findings) -> None:
    """Read every line."""
    for number, line in enumerate(content.text.splitlines(), 1):
        event = LINE.fullmatch(line)
        if event is None:
            found.skip(f"line {number}", "expected: 0 to 2 s: Dog (audio)")
        else:
            start_s, end_s = float(event[1]), float(event[2])
            found.add(f"line {number}", event[3], start_s, end_s, track=event[4])


LINES_BACK = ImportFormat("one event a line, in words", read, fits)
