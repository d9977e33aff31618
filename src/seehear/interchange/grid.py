"""Tables of text as other tools write them: what divides their columns, header and rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seehear.data.dialect import read_rows
from seehear.errors import DataError
from seehear.interchange.content import Content
from seehear.interchange.rows import Time, number, time_s
from seehear.interchange.tracks import TrackColumn

_SEPARATORS = ("\t", ",", ";")


@dataclass(frozen=True)
class TextTable:
    """The rows below a header.

    Args:
        header: names of the columns as they stand.
        rows: line and fields of each row; blank lines are left out.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]

    def __iter__(self) -> "Iterator[tuple[str, TextRow]]":
        columns = {_plain(name): place for place, name in reversed(list(enumerate(self.header)))}
        for line, fields in self.rows:
            yield f"line {line}", TextRow(columns, fields)

    def has(self, *names: str) -> bool:
        """Return whether all of these columns are there."""
        return set(map(_plain, names)) <= set(map(_plain, self.header))

    def tracks(self) -> TrackColumn:
        """Return the columns that say what is heard and what is seen."""
        return TrackColumn(self.header, [row for _, row in self])


@dataclass(frozen=True)
class TextRow:
    """One row: fields by the name of their column, upper and lower case alike."""

    columns: dict[str, int]
    fields: list[str]

    def get(self, *names: str) -> str:
        """Return the text of the first of these columns that is not empty; "" if all are."""
        for name in names:
            place = self.columns.get(_plain(name))
            if place is not None and place < len(self.fields) and self.fields[place].strip():
                return self.fields[place].strip()
        return ""

    def number(self, *names: str) -> float | None:
        """Return the number in the first of these columns that is not empty, or None."""
        return number(self.get(*names))

    def raw(self, name: str) -> str:
        """Return the text of a column with the blanks around it; "" if there is none."""
        place = self.columns.get(_plain(name))
        return self.fields[place] if place is not None and place < len(self.fields) else ""

    def span(
        self, starts: Sequence[str], ends: Sequence[str], lengths: Sequence[str] = ()
    ) -> tuple[Time, Time]:
        """Return when a row begins and ends; a text that is no time as it stands.

        Args:
            starts, ends, lengths: columns, of which the first that is not empty counts; a length
                counts where no end stands.
        """
        start, end, length = (time_s(self.get(*names)) for names in (starts, ends, lengths))
        if end is None and isinstance(length, str):
            return start, length
        if end is None and isinstance(start, float) and isinstance(length, float):
            end = start + length
        return start, end


def read_grid(content: Content) -> TextTable:
    """Return a table with a header.

    Raises:
        DataError: there is none.
    """
    lines = rows_of(content, separator_of(content.text))
    if not lines:
        raise DataError("expected a table, got an empty file", where=content.path)
    (_, header), *rows = lines
    return TextTable(tuple(header), tuple(rows))


def rows_of(content: Content, separator: str) -> list[tuple[int, list[str]]]:
    """Return line and fields of every row that is not blank."""
    found = read_rows(content.text, separator=separator)
    return [(line, fields) for line, fields in found if "".join(fields).strip()]


def separator_of(text: str) -> str:
    """Return what divides the columns of the first line."""
    first = text.lstrip("\n").partition("\n")[0]
    return max(_SEPARATORS, key=lambda sign: (first.count(sign), -_SEPARATORS.index(sign)))


def header_of(content: Content) -> set[str]:
    """Return the fields of the first line, as columns are compared."""
    if content.is_json() or content.is_xml():
        return set()
    first = content.head.partition("\n")[0]
    return {_plain(part.strip('"')) for part in re.split(r"[\t,;]", first)}


def columns_of(content: Content) -> list[str]:
    """Return the columns that the first line of a table names; empty: it names none."""
    if content.is_json() or content.is_xml():
        return []
    first = content.head.partition("\n")[0]
    fields = [field.strip().strip('"') for field in first.split(separator_of(first))]
    if any(times([field], 1) for field in fields):
        return []
    return fields if all(fields) else []


def has_columns(content: Content, *names: str) -> bool:
    """Return whether the first line names all of these columns."""
    return set(map(_plain, names)) <= header_of(content)


def times(fields: Sequence[str], count: int) -> list[float] | None:
    """Return the first fields as seconds, or None where they are no times."""
    found = [time_s(field) for field in fields[:count]]
    known = [value for value in found if isinstance(value, float)]
    return known if len(known) == count else None


def _plain(name: str) -> str:
    return " ".join(name.strip().strip('"').casefold().replace("_", " ").split())
