"""SubRip subtitles: one numbered block an event, `track: label`.

The format has no escape, and players read `<...>` and `{\\...}` as markup: these brackets become
look-alikes.
"""

from seehear.export.words import by_time, clock, one_line
from seehear.time import Timeline

_LOOKALIKE = str.maketrans({"<": "‹", ">": "›", "{": "❴", "}": "❵"})


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the blocks in order of onset."""
    blocks = [
        f"{number}\n{clock(e.start_s, ',')} --> {clock(e.end_s, ',')}\n{e.track}: "
        f"{one_line(e.label).translate(_LOOKALIKE)}\n"
        for number, e in enumerate(by_time(timeline), 1)
    ]
    return "\n".join(blocks)
