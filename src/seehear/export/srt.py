"""SubRip subtitles: numbered blocks such as "dog heard"; captions if there is no picture.

Players read `<...>` and `{\\...}` as markup, which the format cannot escape: these brackets become
look-alikes.  It has no comments either: a stretch in which a track was not parsed is a block.
"""

from seehear.export.told import subtitles, unknown
from seehear.export.words import clocks
from seehear.time import Timeline

_LOOKALIKE = str.maketrans({"<": "‹", ">": "›", "{": "❴", "}": "❵"})


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the blocks in order of onset, with blocks for stretches that were not parsed."""
    lines = [*subtitles(timeline), *unknown(timeline)]
    lines.sort(key=lambda line: (line.start_s, line.end_s))
    blocks = []
    for number, line in enumerate(lines, 1):
        start, end = clocks(line.start_s, line.end_s, ",")
        blocks.append(f"{number}\n{start} --> {end}\n{line.text.translate(_LOOKALIKE)}\n")
    return "\n".join(blocks)
