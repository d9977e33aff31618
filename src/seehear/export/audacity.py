"""A label track for Audacity: `start<TAB>end<TAB>text` a line, in seconds; text is "dog heard"."""

from seehear.export.told import told, unknown
from seehear.export.words import counted
from seehear.time import Timeline


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the lines in order of onset, then where a track was not parsed.

    Tabs and line breaks of labels become spaces, because the format cannot escape them.
    """
    lines = []
    for line in [*told(timeline), *unknown(timeline)]:
        start, end = counted(line.start_s, line.end_s, 1_000_000)
        lines.append(f"{start / 1e6:.6f}\t{end / 1e6:.6f}\t{line.text}\n")
    return "".join(lines)
