"""Comma-separated values (RFC 4180): `source,track,label,start_s,end_s,score`, one event a row."""

import csv
import io

from seehear.export.words import by_time, span_text
from seehear.time import Timeline

COLUMNS = ("source", "track", "label", "start_s", "end_s", "score")


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the events in order of onset; labels survive exactly, with quotes and line breaks."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for e in by_time(timeline):
        score = "" if e.score is None else round(e.score, 6)
        rows.writerow([timeline.source, e.track, e.label, *span_text(e.start_s, e.end_s), score])
    return out.getvalue()
