"""DCASE tables: `filename onset offset event_label` with or without that header, and few-shot ones.

Few-shot tables (`Audiofilename,Starttime,Endtime,Q`) label by column: a class a column, `POS` where
it is, `UNK` where nobody knows, `NEG` where it is not.  A name may begin with `#`: it is a name.
"""

import re

from seehear.interchange.content import Content
from seehear.interchange.grid import (
    TextRow,
    TextTable,
    has_columns,
    header_of,
    read_grid,
    rows_of,
    separator_of,
    times,
)
from seehear.interchange.rows import Findings, Time
from seehear.interchange.tracks import track_said

_FEW_SHOT = ("Audiofilename", "Starttime", "Endtime")
_LABELS = ("event label", "event labels", "label", "labels", "class", "event", "category", "name")
_FILES = (
    *("filename", "file", "audio filename", "file name", "audio file", "filepath", "path"),
    *("segment id", "audio", "recording"),
)
_CLASS_ID = re.compile(r"/[mtg]/\w+")  # of AudioSet: looks like a path and is not a file
_PLACE = 3  # of the label, in rows of a name, an onset and an offset
_UNITS = ("", " s", " (s)", " seconds")


def _timed(*words: str) -> tuple[str, ...]:
    return tuple(f"{word}{unit}" for word in words for unit in _UNITS)


_ONSETS = _timed("onset", "event onset", "start", "start time", "starttime", "begin", "begin time")
_OFFSETS = _timed("offset", "event offset", "end", "end time", "endtime", "stop")
_LENGTHS = _timed("duration")


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    if has_columns(content, *_FEW_SHOT):
        return True
    if _is_table(content):
        return True
    return _headless(content) is not None


def _is_table(content: Content) -> bool:
    """Return whether the header names an onset, an end and a label in usual words.

    A header that names a file and its labels, without times, counts, too.
    """
    columns = header_of(content)
    timed = columns & set(_ONSETS) and columns & {*_OFFSETS, *_LENGTHS}
    named, labelled = columns & set(_FILES), columns & set(_LABELS)
    weak = named and columns & set(_LABELS[:2])
    return bool(weak or (timed and (named or labelled)))


def _headless(content: Content) -> str | None:
    """Return what divides the fields of a table whose rows begin with a name and two numbers."""
    if content.is_json() or content.is_xml():
        return None
    line = content.head.partition("\n")[0]
    for separator in ("\t", ",", None):
        fields = line.split(separator)
        if len(fields) >= 3 and not times(fields, 1) and _times(fields) is not None:
            return separator or " "
    return None


def read(content: Content, found: Findings) -> None:
    """Read the rows; one of a name alone says that nothing is there."""
    if has_columns(content, *_FEW_SHOT):
        _few_shot(read_grid(content), found)
    elif _is_table(content):
        _table(read_grid(content), found)
    else:
        _rows(content, found)


def _table(table: TextTable, found: Findings) -> None:
    tracks = table.tracks()
    for where, row in table:
        source, label = row.get(*_FILES), row.get(*_LABELS)
        span = row.span(_ONSETS, _OFFSETS, _LENGTHS)
        if source and not label and not row.get(*_ONSETS):
            found.silent.append(source)
        else:
            found.add(where, label, *span, track=tracks.of(row), source=source or None)


def _unnamed(table: TextTable, found: Findings) -> None:
    """Read answers to a few-shot task: rows of times without a class."""
    found.note("no column says what it is: each row is an `event`")
    tracks = table.tracks()
    for where, row in table:
        source = row.get("Audiofilename") or None
        found.add(where, "event", *_few_shot_span(row), track=tracks.of(row), source=source)


def _few_shot_span(row: TextRow) -> tuple[Time, Time]:
    return row.span(_FEW_SHOT[1:2], _FEW_SHOT[2:])


def _few_shot(table: TextTable, found: Findings) -> None:
    tracks = table.tracks()
    classes = [name for name in table.header if name.strip() not in (*_FEW_SHOT, *tracks.names)]
    if not classes:
        _unnamed(table, found)
        return
    for where, row in table:
        source, span = row.get("Audiofilename") or None, _few_shot_span(row)
        told = {name: row.get(name).upper() for name in classes}
        positive = [name for name in classes if told[name] == "POS"]
        for name in positive:
            label = name.strip()
            found.add(where, label, *span, track=tracks.of(row), source=source, tier=label)
        if not positive:
            unknown = "UNK" in told.values()
            found.skip(where, "of an unknown class" if unknown else "no class is marked POS")


def _rows(content: Content, found: Findings) -> None:
    for line, fields in _fields(content):
        source: str | None = fields[0].strip()
        told = _times(fields)
        if told is None:
            if len(fields) == 1 and source:
                found.silent.append(source)
            else:
                found.skip(f"line {line}", "expected a name, an onset and an offset")
            continue
        if source is not None and _CLASS_ID.fullmatch(source):
            source = None
        start_s, end_s, place = told
        label = (fields[place] if len(fields) > place else fields[0]).strip()
        track = track_said(fields[1]) if place > _PLACE else None  # else a scene stands there
        found.add(f"line {line}", label, start_s, end_s, track=track, source=source)


def _fields(content: Content) -> list[tuple[int, list[str]]]:
    """Return line and fields of every row of a table without a header."""
    separator = _headless(content) or separator_of(content.text)
    if separator != " ":
        return rows_of(content, separator)
    lines = enumerate(content.text.split("\n"), 1)
    return [(n, _apart(line)) for n, line in lines if line.strip()]


def _apart(line: str) -> list[str]:
    """Return the fields of a line between blanks; a label may hold some."""
    fields = line.split(None, 3)
    return fields if _times(fields) is not None else line.split(None, 4)


def _times(fields: list[str]) -> tuple[float, float, int] | None:
    """Return onset and offset after a name, or a name and a scene, and where the label stands."""
    for place in (1, 2) if len(fields) > 4 else (1,):
        found = times(fields[place:], 2)
        if found is not None:
            return found[0], found[1], place + 2
    return None
