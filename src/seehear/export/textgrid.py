"""Praat TextGrid, long text form: a tier per track and class, empty text where nothing is on."""

from seehear.export.words import in_row, tiers
from seehear.time import Timeline

_UNITS = 1_000_000  # a second; times in the file have six decimals


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the tiers; quotes inside labels are doubled, as Praat requires."""
    found = [(name, in_row(intervals, _UNITS)) for name, intervals in tiers(timeline)]
    ends = [end for _, intervals in found for _, end, _ in intervals]
    first = min([0, *(start for _, intervals in found for start, _, _ in intervals)])
    last = max([round(timeline.duration_s * _UNITS), *ends])
    if last <= first:  # an empty clip still needs a span of time
        last = first + max(1, round(timeline.grid.step_s * _UNITS))
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        f"xmin = {_time(first)}",
        f"xmax = {_time(last)}",
        "tiers? <exists>",
        f"size = {len(found)}",
        "item []:",
    ]
    for number, (name, intervals) in enumerate(found, 1):
        pieces = _with_gaps(intervals, first, last)
        lines += [
            f"    item [{number}]:",
            '        class = "IntervalTier"',
            f"        name = {_quoted(name)}",
            f"        xmin = {_time(first)}",
            f"        xmax = {_time(last)}",
            f"        intervals: size = {len(pieces)}",
        ]
        for index, (start, end, text) in enumerate(pieces, 1):
            lines += [
                f"        intervals [{index}]:",
                f"            xmin = {_time(start)}",
                f"            xmax = {_time(end)}",
                f"            text = {_quoted(text)}",
            ]
    return "\n".join(lines) + "\n"


def _with_gaps(
    intervals: list[tuple[int, int, str]], first: int, last: int
) -> list[tuple[int, int, str]]:
    """Fill the time between intervals, since a tier covers its whole span."""
    out, now = [], first
    for start, end, text in intervals:
        if start > now:
            out.append((now, start, ""))
        out.append((start, end, text))
        now = end
    if now < last:
        out.append((now, last, ""))
    return out


def _time(value: int) -> str:
    return f"{value / _UNITS:.6f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
