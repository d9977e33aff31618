"""Our own tables and timelines, as `seehear export` writes them."""

from seehear.closest import shown
from seehear.errors import DataError
from seehear.interchange.content import Content
from seehear.interchange.grid import TextTable, has_columns, read_grid
from seehear.interchange.rows import Findings
from seehear.time import NOT_PARSED, TRACKS, Timeline

TSV = ("filename", "track", "onset", "offset", "event_label")
CSV = ("source", "track", "label", "start_s", "end_s")


def is_timeline(content: Content) -> bool:
    """Return whether it is a timeline."""
    return content.is_json() and '"seehear.timeline/' in content.head


def read_timeline(content: Content, found: Findings) -> None:
    """Read the events; unparsed stretches become rows of class `NOT_PARSED`."""
    timeline = Timeline.from_dict(content.json, where=content.path)
    for place, e in enumerate(timeline.events):
        where = f"events[{place}]"
        found.add(
            where, e.label, e.start_s, e.end_s, track=e.track, source=timeline.source, score=e.score
        )
    for track in TRACKS:
        for start_s, end_s in timeline.unparsed(track):
            source = timeline.source
            found.add(f"tracks.{track}", NOT_PARSED, start_s, end_s, track=track, source=source)
    if not found.rows:
        found.silent.append(timeline.source)


def is_tsv(content: Content) -> bool:
    """Return whether it is our table of predictions."""
    return has_columns(content, *TSV)


def read_tsv(content: Content, found: Findings) -> None:
    """Read `filename track onset offset event_label`; a row of a name alone: nothing is there."""
    for where, row in _table(content, TSV):
        source, track = row.get("filename"), row.get("track")
        if source and not (track or row.get("onset") or row.get("event_label")):
            found.silent.append(source)
        else:
            span = row.span(["onset"], ["offset"])
            found.add(where, row.get("event_label"), *span, track=track, source=source)


def is_csv(content: Content) -> bool:
    """Return whether it is our table for spreadsheets, of a clip or of a library."""
    return has_columns(content, *CSV)


def read_csv(content: Content, found: Findings) -> None:
    """Read `source,track,label,start_s,end_s,score`; labels are kept to the byte.

    Spreadsheets write it with tabs or semicolons, too.
    """
    table = _table(content, CSV)
    for where, row in table:
        if len(row.fields) < len(table.header):
            found.skip(where, f"expected {len(table.header)} fields, got {len(row.fields)}")
            continue
        found.add(
            where,
            row.raw("label"),
            *row.span(["start_s"], ["end_s"]),
            track=row.get("track"),
            source=row.raw("source"),
            score=row.number("score"),
        )


def _table(content: Content, columns: tuple[str, ...]) -> TextTable:
    """Return a table that has these columns.

    Raises:
        DataError: it has not.
    """
    table = read_grid(content)
    if not table.has(*columns):
        problem = f"expected the columns {', '.join(columns)}, got {shown(table.header)}"
        raise DataError(problem, where=content.path)
    return table
