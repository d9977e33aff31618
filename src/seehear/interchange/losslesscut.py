"""LosslessCut: its project (`.llc`, JSON5) and its segment lists (`start,end,name`, no header)."""

from seehear.files import Json
from seehear.interchange.content import Content
from seehear.interchange.grid import rows_of, separator_of
from seehear.interchange.rows import Findings, number
from seehear.interchange.spoken import as_told, track_of
from seehear.interchange.timecode import HOUR_S
from seehear.interchange.values import inside, seconds, text


def fits(content: Content) -> bool:
    """Return whether it is a project, or rows of two times, of which one may be missing.

    The times stand between commas, or are clock times between tabs.
    """
    if content.is_json():
        return "cutSegments" in content.head
    line = content.head.partition("\n")[0]
    separator = separator_of(line)
    first = line.split(separator)
    if not 2 <= len(first) or content.is_xml() or separator == ";":
        return False
    times = [field.strip() for field in first[:2]]
    if separator == "\t" and not any(":" in text for text in times):
        return False  # Audacity's
    return any(times) and all(not text or _time(text) is not None for text in times)


def read(content: Content, found: Findings) -> None:
    """Read the segments; one without a start begins with the media, its end may be unknown."""
    if content.is_json():
        _project(content.json, found)
    else:
        _list(content, found)
    as_told(found)


def _list(content: Content, found: Findings) -> None:
    for line, fields in rows_of(content, separator_of(content.text)):
        times = [_time(field) for field in (*fields, "", "")[:2]]
        where, label = f"line {line}", ",".join(fields[2:]).strip()
        if any(field.strip() and _time(field) is None for field in fields[:2]):
            found.skip(where, "expected start and end in seconds")
        else:
            found.add(where, label, times[0] or 0.0, times[1])


def _project(value: Json, found: Findings) -> None:
    segments = inside(value, "cutSegments")
    source = text(inside(value, "mediaFileName")) or None
    for place, segment in enumerate(segments if isinstance(segments, list) else []):
        where = f"cutSegments[{place}]"
        start, end = inside(segment, "start"), inside(segment, "end")
        if not isinstance(segment, dict) or not (_is_time(start) and _is_time(end)):
            found.skip(where, "expected start and end in seconds")
            continue
        label, track = text(segment.get("name")), track_of(text(inside(segment, "tags", "track")))
        found.add(where, label, seconds(start) or 0.0, seconds(end), source=source, track=track)


def _is_time(value: Json) -> bool:
    return value is None or seconds(value) is not None


def _time(text: str) -> float | None:
    """Return seconds, or `HH:MM:SS.sss`; None where it is neither."""
    parts = [number(part) for part in text.split(":")]
    known = [part for part in parts if part is not None]
    if not 1 <= len(known) == len(parts) <= 3:
        return None
    hours, minutes, seconds = [0.0] * (3 - len(known)) + known
    return hours * HOUR_S + minutes * 60 + seconds
