"""Predictions as `seehear evaluate` reads them, tab-separated.

Only audio and visual events are written: audio-visual ones are their conjunction and follow from
them.
"""

from seehear.data.dialect import write_rows
from seehear.export.words import by_time, clip_name, span_text
from seehear.time import Timeline, Track

COLUMNS = ("filename", "track", "onset", "offset", "event_label")


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the events in order of onset; `filename` is the source without folder and suffix.

    Where there is none, a row with nothing but the name says so: the clip was looked at.
    """
    name = clip_name(timeline)
    rows = [
        [name, str(e.track), *span_text(e.start_s, e.end_s), e.label]
        for e in by_time(timeline)
        if e.track is not Track.AUDIO_VISUAL
    ]
    return write_rows([COLUMNS, *(rows or [[name, "", "", "", ""]])])
