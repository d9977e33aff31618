"""SubRip subtitles: one numbered block an event, `track: label`.

The format has no escape, and players read `<...>` and `{\\...}` as markup: these brackets become
look-alikes.  It has no comments either: a stretch in which a track was not parsed is a block.
"""

from seehear.export.words import by_time, clocks, not_parsed, one_line
from seehear.time import NOT_PARSED, Timeline

_LOOKALIKE = str.maketrans({"<": "‹", ">": "›", "{": "❴", "}": "❵"})


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the blocks in order of onset, those of stretches that were not parsed among them."""
    cues = [(e.start_s, e.end_s, f"{e.track}: {_text(e.label)}") for e in by_time(timeline)]
    cues += [(start, end, f"{track}: {NOT_PARSED}") for track, start, end in not_parsed(timeline)]
    cues.sort(key=lambda cue: cue[:2])
    blocks = []
    for number, (start_s, end_s, text) in enumerate(cues, 1):
        start, end = clocks(start_s, end_s, ",")
        blocks.append(f"{number}\n{start} --> {end}\n{text}\n")
    return "\n".join(blocks)


def _text(label: str) -> str:
    return one_line(label).translate(_LOOKALIKE)
