"""BirdNET's own tables: `Start (s),End (s),Scientific name,Common name,Confidence`, and its like.

Its selection tables are Raven's, its label tracks Audacity's.  A table over many files names each.
"""

from seehear.interchange.content import Content
from seehear.interchange.grid import has_columns, read_grid
from seehear.interchange.rows import Findings

_STARTS, _ENDS = ("Start (s)", "start", "Begin Time (s)"), ("End (s)", "end", "End Time (s)")
_NAMES = ("Common name", "common_name", "Scientific name", "scientific_name", "Species Code")
_FILES = ("File", "filepath", "Begin Path", "input")


def fits(content: Content) -> bool:
    """Whether it is one."""
    if has_columns(content, "Start (s)", "End (s)"):
        return has_columns(content, "Common name") or has_columns(content, "Scientific name")
    return has_columns(content, "start", "end", "common_name", "confidence")


def read(content: Content, found: Findings) -> None:
    """Read the detections, each with its confidence."""
    for where, row in read_grid(content):
        found.add(
            where,
            row.get(*_NAMES),
            row.number(*_STARTS),
            row.number(*_ENDS),
            score=row.number("Confidence"),
            source=row.get(*_FILES) or None,
        )
