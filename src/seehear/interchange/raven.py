"""Raven selection tables, as Raven and BirdNET write them: seconds, a row a selection.

Raven writes a selection once for each view it is shown in (waveform, spectrogram): one number with
one stretch is one selection.  What a selection is stands in a column of the user's own choice.
"""

from seehear.amounts import amount
from seehear.interchange.content import Content
from seehear.interchange.grid import TextRow, TextTable, has_columns, read_grid
from seehear.interchange.rows import Findings, Time, number
from seehear.interchange.tracks import TrackColumn

_LABELS = (
    *(
        "Annotation",
        "Common Name",
        "Species",
        "Label",
        "Labels",
        "Class",
        "Sound Type",
        "Call Type",
    ),
    *("Event", "Event Label", "Type", "Tag", "Tags", "Call", "Species Name", "Scientific Name"),
    *("Notes", "Comments", "Comment", "Description", "Species Code", "Code"),
)
_SCORES = ("Confidence", "Score", "Probability")
_SOURCES = ("Begin Path", "Begin File", "File Name", "Filename", "File")
_MEASURES = ("selection", "view", "channel", "quality", "analyst", "date", "time")
_EDGES = ("begin ", "end ", "start ")  # of a selection: files, dates, times of day


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    return has_columns(content, "Begin Time (s)", "End Time (s)")


def read(content: Content, found: Findings) -> None:
    """Read each selection once; times in its own file where several files follow one another."""
    table = read_grid(content)
    tracks = table.tracks()
    label = _label_column(table, tracks)
    if label is None:
        found.note("no column says what was selected: each row is a `selection`")
    seen: set[tuple[str, ...]] = set()
    repeated = 0
    for where, row in table:
        text = "selection" if label is None else row.get(label)
        key = _key(row, text) or (where,)
        if key in seen:
            repeated += 1
            continue
        seen.add(key)
        source = row.get(*_SOURCES) or None
        track = tracks.of(row)
        found.add(where, text, *_times(row), source=source, score=_score(row), track=track)
    if repeated:
        found.note(
            f"selections shown in more than one view count once: {amount(repeated, 'row')} left out"
        )


def _times(row: TextRow) -> tuple[Time, Time]:
    """Return when a selection is in its own file, where the table follows several."""
    start_s, end_s = row.span(["Begin Time (s)"], ["End Time (s)"])
    offset_s = row.number("File Offset (s)") if row.get(*_SOURCES) else None
    if not isinstance(start_s, float) or not isinstance(end_s, float) or offset_s is None:
        return start_s, end_s
    return offset_s, offset_s + end_s - start_s


def _score(row: TextRow) -> float | None:
    found = [row.number(name) for name in _SCORES]
    return next((score for score in found if score is not None), None)


def _key(row: TextRow, label: str) -> tuple[str, ...] | None:
    """Return what is alike in two rows of one selection; None: it has no number."""
    if not row.get("Selection"):
        return None
    names = ("Selection", "Begin Time (s)", "End Time (s)", "Begin File", "Begin Path")
    return (label, *(row.get(name) for name in names))


def _label_column(table: TextTable, tracks: TrackColumn) -> str | None:
    """Return the column that says what was selected: a usual name, else the last of words."""
    for name in _LABELS:
        if any(row.get(name) for _, row in table):
            return name
    others = {name.casefold() for name in (*_MEASURES, *_SOURCES, *_SCORES)}
    others |= {name.strip().casefold() for name in tracks.names}
    free = [name for name in reversed(table.header) if name.strip().casefold() not in others]
    free = [name for name in free if not name.strip().casefold().startswith(_EDGES)]
    return next((name for name in free if _is_words(table, name)), None)


def _is_words(table: TextTable, name: str) -> bool:
    fields = [row.get(name) for _, row in table]
    return "(" not in name and any(field and number(field) is None for field in fields)
