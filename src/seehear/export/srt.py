"""SubRip subtitles: one numbered block an event, `track: label`.

The format has no escape, and players read `<...>` and `{\\...}` as markup: these brackets become
look-alikes.
"""

from seehear.export.words import by_time, clocks, one_line
from seehear.time import Timeline

_LOOKALIKE = str.maketrans({"<": "‹", ">": "›", "{": "❴", "}": "❵"})


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the blocks in order of onset."""
    blocks = []
    for number, e in enumerate(by_time(timeline), 1):
        start, end = clocks(e, ",")
        text = one_line(e.label).translate(_LOOKALIKE)
        blocks.append(f"{number}\n{start} --> {end}\n{e.track}: {text}\n")
    return "\n".join(blocks)
