"""A selection table of Raven (Cornell Lab of Ornithology): tab-separated, a selection a row.

Raven keeps columns that it does not know, so the track and the score stand in such columns.
"""

from seehear.export.words import one_line, singles, span_text
from seehear.time import Timeline

_COLUMNS = (
    "Selection",
    "View",
    "Channel",
    "Begin Time (s)",
    "End Time (s)",
    "Low Freq (Hz)",
    "High Freq (Hz)",
    "Annotation",
    "Track",
    "Score",
    "Origin",
)
_BAND = ("0", "8000")  # a selection is a box; nothing is known of its frequencies


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the table in order of onset; labels become one line, as the format has no quotes."""
    rows = [_COLUMNS]
    for number, e in enumerate(singles(timeline), 1):
        times = span_text(max(0.0, e.start_s), max(0.0, e.end_s))
        score = "" if e.score is None else f"{e.score:.4f}"
        what = (one_line(e.label), str(e.track), score, e.origin)
        rows.append((str(number), "Spectrogram 1", "1", *times, *_BAND, *what))
    return "".join("\t".join(row) + "\n" for row in rows)
