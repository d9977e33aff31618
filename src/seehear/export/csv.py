"""Comma-separated values (RFC 4180), one event a row.

`source,track,label,start_s,end_s,score,origin`; origin says who says so: the parser or a person.
"""

import csv
import io
from collections.abc import Iterator

from seehear.export.words import by_time, not_parsed, span_text
from seehear.time import NOT_PARSED, Timeline

COLUMNS = ("source", "track", "label", "start_s", "end_s", "score", "origin")
Row = tuple[str, str, str, float, float, float | None, str]


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the events in order of onset; labels survive exactly, with quotes and line breaks.

    Below them stand the stretches in which a track was not parsed, with `[not parsed]` as label.
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows(map(cells, rows(timeline)))
    return out.getvalue()


def rows(timeline: Timeline) -> Iterator[Row]:
    """Yield what the table says of a clip, one `COLUMNS` a row, numbers as they are."""
    for e in by_time(timeline):
        yield timeline.source, str(e.track), e.label, e.start_s, e.end_s, e.score, e.origin
    for track, start_s, end_s in not_parsed(timeline):
        yield timeline.source, track, NOT_PARSED, start_s, end_s, None, ""


def cells(row: Row) -> list[str | float]:
    """Return a row as it is written: times and score with six decimals at most."""
    start_s, end_s, score = row[3:6]
    written = "" if score is None else round(score, 6)
    return [*row[:3], *span_text(start_s, end_s), written, row[6]]
