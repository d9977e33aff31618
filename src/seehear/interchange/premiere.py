"""Premiere's list of markers: `Marker Name, Description, In, Out, Duration, Marker Type`."""

from fractions import Fraction

from seehear.interchange.content import Content
from seehear.interchange.grid import has_columns, read_grid
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import as_told
from seehear.interchange.timecode import parse

_NEAR_S = 1e-6


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    return has_columns(content, "Marker Name", "In", "Out")


def read(content: Content, found: Findings) -> None:
    """Read the markers; one without a name is called by its description."""
    rows = []
    table = read_grid(content)
    tracks = table.tracks()
    for where, row in table:
        start, end = parse(row.get("In")), parse(row.get("Out"))
        if start is None:
            found.skip(where, f"In: expected a timecode, got {row.get('In')!r:.40}")
        else:
            label = row.get("Marker Name") or row.get("Description")
            rows.append((where, label, row.get("Marker Type"), tracks.of(row), start, end))
    codes = [code for *_, start, end in rows for code in (start, end) if code is not None]
    rate = content.rate(found, codes)
    origin_s = _origin_s(content, [start.time_s(rate) for *_, start, _ in rows], rate)
    for where, label, kind, track, start, end in rows:
        start_s = start.time_s(rate) - origin_s
        end_s = None if end is None else end.time_s(rate) - origin_s
        found.add(where, label, start_s, end_s, track=track, tier=kind)
    as_told(found)


def _origin_s(content: Content, starts: list[float], rate: Fraction) -> float:
    """Return what is taken off: what the media's first frame is called, where all lie behind it."""
    origin = content.origin()
    at = 0.0 if origin is None else origin.time_s(rate)
    behind = content.hints.said or min(starts, default=at) >= at - _NEAR_S
    return at if behind else 0.0  # a sequence need not begin where its media does
