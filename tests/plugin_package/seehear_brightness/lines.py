"""A format: one event a line, in words."""

from typing import Any

from seehear.export import Format
from seehear.time import Timeline


def render(timeline: Timeline, *, media: Any = None) -> str:
    """Return the timeline as lines."""
    return "".join(f"{e.start_s:g} to {e.end_s:g} s: {e.label} ({e.track})\n" for e in timeline)


LINES = Format(".lines.txt", "one event a line, in words", render)
