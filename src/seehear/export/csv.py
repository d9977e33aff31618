"""Comma-separated values (RFC 4180): `source,track,label,start_s,end_s,score`, one event a row."""

import csv
import io

from seehear.export.words import by_time, not_parsed, span_text
from seehear.time import NOT_PARSED, Timeline

COLUMNS = ("source", "track", "label", "start_s", "end_s", "score")


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the events in order of onset; labels survive exactly, with quotes and line breaks.

    Below them stand the stretches in which a track was not parsed, with `[not parsed]` as label.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for e in by_time(timeline):
        score = "" if e.score is None else round(e.score, 6)
        rows.writerow([timeline.source, e.track, e.label, *span_text(e.start_s, e.end_s), score])
    for track, start_s, end_s in not_parsed(timeline):
        rows.writerow([timeline.source, track, NOT_PARSED, *span_text(start_s, end_s), ""])
    return out.getvalue()
