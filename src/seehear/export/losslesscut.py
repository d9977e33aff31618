"""LosslessCut's list of segments: `start,end,name`, seconds, without a header.

Each event is a segment, for what is cut out is the whole of what is heard or seen.
"""

import csv
import io

from seehear.export.told import HOW
from seehear.export.words import by_time, one_line, span_text
from seehear.time import Timeline


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return a row an event by onset, named as "Dog heard"; no time is before zero."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    for e in by_time(timeline):
        start, end = span_text(max(0.0, e.start_s), max(0.0, e.end_s))
        table.writerow([start, end, f"{one_line(e.label)} {HOW[e.track]}"])
    return out.getvalue()
