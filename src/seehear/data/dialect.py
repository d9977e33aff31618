"""The format of our tables of text: how a row is written, and how it is read back.

A row ends at LF, CRLF or CR and nowhere else; its fields are separated by tabs.  A field with a
tab, a line break or a quote in it is put in quotes, with the quotes inside it doubled, as
spreadsheets do.  A field is read as quoted only if a closing quote ends it.  Any other quote is an
ordinary character, so tables that were written without quoting are read unchanged.  Text is UTF-8,
or UTF-16 if a byte order mark says so.
"""

import codecs
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from seehear.errors import DataError

_SPECIAL = re.compile(r'["\t\r\n]')
_BREAK = re.compile(r"\r\n|\n|\r")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def write_rows(rows: Iterable[Sequence[str]]) -> str:
    """Return rows of fields as text, with LF at the end of each row.

    Examples:
        >>> write_rows([["name", "label"], ['The "Best" dog', "Dog"]])
        'name\\tlabel\\n"The ""Best"" dog"\\tDog\\n'
    """
    return "".join("\t".join(map(_written, row)) + "\n" for row in rows)


def _written(field: str) -> str:
    if not _SPECIAL.search(field):
        return field
    return '"' + field.replace('"', '""') + '"'


def read_rows(text: str, *, separator: str = "\t") -> list[tuple[int, list[str]]]:
    """Return (first line, fields) of every row; a blank line is a row with one empty field.

    Lines are counted from 1.

    Examples:
        >>> read_rows('name\\tlabel\\r\\n"The ""Best"" dog"\\tDog')
        [(1, ['name', 'label']), (2, ['The "Best" dog', 'Dog'])]
        >>> read_rows('The "Best" dog\\t"Dog')
        [(1, ['The "Best" dog', '"Dog'])]
    """
    mark = re.escape(separator)
    field = re.compile(
        rf'"([^"]*(?:""[^"]*)*)"(?={mark}|\r|\n|\Z)|([^{mark}\r\n]*)'  # quoted, or as it stands
    )
    rows: list[tuple[int, list[str]]] = []
    fields: list[str] = []
    place, line, begins = 0, 1, 1
    while place < len(text) or fields:
        found = field.match(text, place)
        assert found is not None  # the second half matches anything, even nothing
        quoted, plain = found.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        line += len(_BREAK.findall(found[0]))
        place = found.end()
        if text.startswith(separator, place):
            place += len(separator)
            continue
        ending = _BREAK.match(text, place)
        place = len(text) if ending is None else ending.end()
        rows.append((begins, fields))
        line += 1
        fields, begins = [], line
    return rows


def read_lines(text: str) -> list[str]:
    """Return the lines of a text that is not a table, split at LF, CRLF and CR alone.

    Python's `splitlines` would also split at other characters, such as a form feed.
    """
    lines = _BREAK.split(text)
    return lines if lines[-1] else lines[:-1]


def read_text(path: Path) -> str:
    """Return the text of a file, without its byte order mark.

    Raises:
        DataError: it cannot be read, or is neither UTF-8 nor UTF-16 with a byte order mark.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=path) from None
    try:
        if data.startswith(_UTF16):
            return data.decode("utf-16")
        if _unmarked(data):
            raise DataError(
                "expected UTF-8 text, got what looks like UTF-16 without a byte order mark",
                where=path,
                hint="save it as UTF-8",
            )
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"expected UTF-8 text ({error.reason} at byte {error.start})",
            where=path,
            hint="save it as UTF-8, in a spreadsheet as Unicode text",
        ) from None


def _unmarked(data: bytes) -> bool:
    """Return whether every second byte at the beginning is zero, as Latin letters are in UTF-16."""
    start = data[:64]
    return len(start) >= 4 and not (any(start[::2]) and any(start[1::2]))
