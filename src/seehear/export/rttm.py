"""Rich transcription time marks (NIST).

    SPEAKER file 1 start length <NA> <NA> track:label score <NA>

Fields are divided by spaces: white space, quotes and `%` inside a field are percent-encoded.
"""

import re
from urllib.parse import quote

from seehear.export.words import by_time, clip_name, counted
from seehear.time import Timeline

_UNSAFE = re.compile(r'[\s"%\x00-\x1f\x7f]')


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return one line an event, in order of onset."""
    name = escape(clip_name(timeline))
    lines = []
    for e in by_time(timeline):
        score = "<NA>" if e.score is None else f"{e.score:.4f}"
        what = f"{e.track}:{escape(e.label)}"
        start, end = counted(e.start_s, e.end_s, 1000)
        when = f"{start / 1000:.3f} {(end - start) / 1000:.3f}"
        lines.append(f"SPEAKER {name} 1 {when} <NA> <NA> {what} {score} <NA>\n")
    return "".join(lines)


def escape(text: str) -> str:
    """Return `text` as one field; `urllib.parse.unquote` gives it back."""
    return _UNSAFE.sub(lambda found: quote(found[0], safe="", errors="replace"), text)
