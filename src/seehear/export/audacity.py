"""A label track for Audacity: `start<TAB>end<TAB>text`, one event a line, text `track:label`."""

from seehear.export.words import by_time, one_line
from seehear.time import Timeline


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the events in order of onset.

    Tabs and line breaks of labels become spaces, for the format has no escape.
    """
    return "".join(
        f"{e.start_s:.6f}\t{e.end_s:.6f}\t{e.track}:{one_line(e.label)}\n"
        for e in by_time(timeline)
    )
