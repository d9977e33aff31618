"""LosslessCut's list of segments: `start,end,name`, seconds, without a header.

Each event is a segment of its own, so that cutting gives all of what is heard or seen.
"""

import csv
import io

from seehear.export.told import HOW
from seehear.export.words import by_time, one_line, span_text
from seehear.time import Timeline


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return one row an event in order of onset, named like "Dog heard"; times begin at zero."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    for e in by_time(timeline):
        start, end = span_text(max(0.0, e.start_s), max(0.0, e.end_s))
        table.writerow([start, end, f"{one_line(e.label)} {HOW[e.track]}"])
    return out.getvalue()
