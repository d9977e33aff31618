"""WebVTT (W3C): cues such as "dog heard".

For styling, a cue has classes: its track, and what a person did to it (`<c.audio.confirmed>`).
"""

from seehear.export.told import subtitles
from seehear.export.words import clocks, not_parsed, one_line
from seehear.time import Timeline


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the cues in order of onset; labels are escaped."""
    blocks = ["WEBVTT", f"NOTE What is heard, seen, or both in {escape(timeline.source)}"]
    for track, start_s, end_s in not_parsed(timeline):
        start, end = clocks(start_s, end_s, ".")
        blocks.append(f"NOTE {track} not parsed from {start} to {end}")
    for number, line in enumerate(subtitles(timeline), 1):
        start, end = clocks(line.start_s, line.end_s, ".")
        classes = ".".join((line.track, *line.origins))
        blocks.append(f"{number}\n{start} --> {end}\n<c.{classes}>{escape(line.text)}</c>")
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Return `text` as cue text: one line, no markup."""
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
