"""Predictions as `seehear evaluate` reads them, tab-separated.

Only audio and visual events are written: audio-visual ones are their conjunction and follow from
them.
"""

from seehear.data.dialect import write_rows
from seehear.export.words import by_time, clip_name, not_parsed, span_text
from seehear.time import NOT_PARSED, Timeline, Track

COLUMNS = ("filename", "track", "onset", "offset", "event_label")


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the events in order of onset; `filename` is the source without folder and suffix.

    Below them stand the stretches in which a track was not parsed, with `[not parsed]` as label.
    A clip without events has a row with its name alone, which says that it was parsed.
    """
    name = clip_name(timeline)
    rows = [
        [name, str(e.track), *span_text(e.start_s, e.end_s), e.label]
        for e in by_time(timeline)
        if e.track is not Track.AUDIO_VISUAL
    ]
    for track, start_s, end_s in not_parsed(timeline):
        rows.append([name, track, *span_text(start_s, end_s), NOT_PARSED])
    return write_rows([COLUMNS, *(rows or [[name, "", "", "", ""]])])
