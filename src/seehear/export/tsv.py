"""Predictions as `seehear evaluate` reads them, tab-separated.

Only audio and visual events are written: audio-visual ones are their conjunction and follow from
them.
"""

import csv
import io

from seehear.export.words import by_time, clip_name
from seehear.time import Timeline, Track

COLUMNS = ("filename", "track", "onset", "offset", "event_label")


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the events in order of onset; `filename` is the source without folder and suffix."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter="\t", lineterminator="\n")
    rows.writerow(COLUMNS)
    for e in by_time(timeline):
        if e.track is not Track.AUDIO_VISUAL:
            rows.writerow(
                [clip_name(timeline), e.track, f"{e.start_s:.6g}", f"{e.end_s:.6g}", e.label]
            )
    return out.getvalue()
