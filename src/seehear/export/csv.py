"""Comma-separated values (RFC 4180), one event a row.

`source,track,label,start_s,end_s,score,origin`; times in seconds; origin: the parser or a person.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from seehear.export.words import by_time, not_parsed, span_text
from seehear.time import NOT_PARSED, Timeline

COLUMNS = ("source", "track", "label", "start_s", "end_s", "score", "origin")
BOM = "\ufeff"  # tells Excel that a file is UTF-8
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Row = tuple[str, str, str, float, float, float | None, str]


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the events in order of onset; labels are kept exactly, with quotes and line breaks.

    Below them stand the stretches in which a track was not parsed, with `[not parsed]` as label.
    """
    return _text(map(cells, rows(timeline)))


def for_excel(timeline: Timeline) -> str:
    """Return the same table for Excel: marked as UTF-8, and no cell acts as a formula."""
    return BOM + _text(map(harmless, map(cells, rows(timeline))))


def harmless(row: Sequence[str | float]) -> list[str | float]:
    """Return a row with `'` before every text that Excel would take for a formula.

    Examples:
        >>> harmless(["=1+1", "Dog", -0.5])
        ["'=1+1", 'Dog', -0.5]
    """
    out: list[str | float] = []
    for cell in row:
        formula = isinstance(cell, str) and cell.startswith(_FORMULA) and not _number(cell)
        out.append(f"'{cell}" if formula else cell)
    return out


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _text(table: Iterable[Sequence[str | float]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(table)
    return out.getvalue()


def rows(timeline: Timeline) -> Iterator[Row]:
    """Yield the rows of a clip, with the columns `COLUMNS` and unrounded numbers."""
    for e in by_time(timeline):
        yield timeline.source, str(e.track), e.label, e.start_s, e.end_s, e.score, e.origin
    for track, start_s, end_s in not_parsed(timeline):
        yield timeline.source, track, NOT_PARSED, start_s, end_s, None, ""


def cells(row: Row) -> list[str | float]:
    """Return a row as it is written: times and score have at most six decimals."""
    start_s, end_s, score = row[3:6]
    written = "" if score is None else round(score, 6)
    return [*row[:3], *span_text(start_s, end_s), written, row[6]]
