"""BirdNET's own tables: `Start (s),End (s),Scientific name,Common name,Confidence`, and its like.

Its selection tables are Raven's, its label tracks Audacity's.  A table over many files names each.
"""

from seehear.interchange.content import Content
from seehear.interchange.grid import has_columns, read_grid
from seehear.interchange.rows import Findings

_STARTS, _ENDS = (
    ("Start (s)", "start", "Begin Time (s)", "OFFSET"),
    ("End (s)", "end", "End Time (s)"),
)
_NAMES = (
    *("Manual ID", "Common name", "Scientific name", "Species Code"),
    *("Auto ID", "Top1match"),  # of Kaleidoscope itself
)
_FILES = ("File", "filepath", "Begin Path", "IN FILE", "input")


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    if has_columns(content, "Start (s)", "End (s)"):
        return has_columns(content, "Common name") or has_columns(content, "Scientific name")
    if has_columns(content, "OFFSET", "DURATION", "IN FILE"):
        return True
    return has_columns(content, "start", "end", "common name", "confidence")


def read(content: Content, found: Findings) -> None:
    """Read the detections, each with its confidence."""
    for where, row in read_grid(content):
        start_s, end_s = row.number(*_STARTS), row.number(*_ENDS)
        length_s = row.number("DURATION")
        if end_s is None and start_s is not None and length_s is not None:
            end_s = start_s + length_s
        found.add(
            where,
            row.get(*_NAMES),
            start_s,
            end_s,
            score=row.number("Confidence"),
            source=row.get(*_FILES) or None,
        )
