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
    table = read_grid(content)
    tracks = table.tracks()
    for where, row in table:
        found.add(
            where,
            row.get(*_NAMES),
            *row.span(_STARTS, _ENDS, ("DURATION",)),
            track=tracks.of(row),
            score=row.number("Confidence"),
            source=row.get(*_FILES) or None,
        )
