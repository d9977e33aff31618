"""A label track for Audacity: `start<TAB>end<TAB>text`, one event a line, text `track:label`."""

from seehear.export.words import by_time, counted, not_parsed, one_line
from seehear.time import NOT_PARSED, Timeline


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the events in order of onset, then where a track was not parsed.

    Tabs and line breaks of labels become spaces, for the format has no escape.
    """
    lines = []
    for e in by_time(timeline):
        start, end = counted(e.start_s, e.end_s, 1_000_000)
        lines.append(f"{start / 1e6:.6f}\t{end / 1e6:.6f}\t{e.track}:{one_line(e.label)}\n")
    for track, start_s, end_s in not_parsed(timeline):
        start, end = counted(start_s, end_s, 1_000_000)
        lines.append(f"{start / 1e6:.6f}\t{end / 1e6:.6f}\t{track}:{NOT_PARSED}\n")
    return "".join(lines)
