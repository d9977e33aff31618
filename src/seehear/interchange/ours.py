"""Our own tables and timelines, as `seehear export` writes them."""

from seehear.errors import DataError
from seehear.interchange.content import Content
from seehear.interchange.grid import has_columns, read_grid, rows_of
from seehear.interchange.rows import Findings, number
from seehear.time import NOT_PARSED, TRACKS, Timeline, Track

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
    for where, row in read_grid(content):
        source, track = row.get("filename"), row.get("track")
        start_s, end_s = row.number("onset"), row.number("offset")
        if source and not (track or row.get("onset") or row.get("event_label")):
            found.silent.append(source)
        elif track not in list(Track):
            found.skip(where, f"track: expected {', '.join(Track)}, got {track!r}")
        else:
            found.add(where, row.get("event_label"), start_s, end_s, track=track, source=source)


def is_csv(content: Content) -> bool:
    """Return whether it is our table for spreadsheets, of a clip or of a library."""
    return has_columns(content, *CSV)


def read_csv(content: Content, found: Findings) -> None:
    """Read `source,track,label,start_s,end_s,score`; labels are kept to the byte."""
    separator = "," if content.head.partition("\n")[0].count(",") else ";"
    (_, header), *rows = rows_of(content, separator) or [(1, [])]
    missing = set(CSV) - {name.strip().casefold() for name in header}
    if missing:
        raise DataError(f"expected the columns {', '.join(CSV)}", where=content.path)
    place = {name.strip().casefold(): i for i, name in enumerate(header)}
    for line, fields in rows:
        where = f"line {line}"
        if len(fields) < len(header):
            found.skip(where, f"expected {len(header)} fields, got {len(fields)}")
            continue
        track = fields[place["track"]].strip()
        if track not in list(Track):
            found.skip(where, f"track: expected {', '.join(Track)}, got {track!r}")
            continue
        start_s, end_s = (number(fields[place[name]]) for name in ("start_s", "end_s"))
        score = number(fields[place["score"]]) if "score" in place else None
        label, source = fields[place["label"]], fields[place["source"]]
        found.add(where, label, start_s, end_s, track=track, source=source, score=score)
