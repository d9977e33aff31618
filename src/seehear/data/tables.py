"""Tab-separated tables with a header line, their line numbers, and all of their faults at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seehear.errors import DataError


@dataclass(frozen=True, slots=True)
class Issue:
    """Something a table says that cannot be meant, and what was done about it.

    Args:
        file: name of the table (or media folder).
        line: 1-based line of the file, header included; None where it is about the file or a clip
            as a whole.
        kind: `orphan`, `empty`, `reversed`, `outside`, `duplicate`, `overlap`, `touching`, ...
            (docs: data).
        text: what stands there, and what was done.
    """

    file: str
    line: int | None
    kind: str
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.text}"


class Faults:
    """Collects what makes a file unusable, to be raised as one error."""

    def __init__(self) -> None:
        self._found: list[DataError] = []

    def add(self, problem: str, *, where: object, hint: str | None = None) -> None:
        """Note one fault."""
        self._found.append(DataError(problem, where=where, hint=hint))

    def check(self) -> None:
        """Raise the first fault, saying how many more there are.

        Raises:
            DataError: at least one fault was noted.
        """
        if self._found:
            first, more = self._found[0], len(self._found) - 1
            rows = "row" if more == 1 else "rows"
            tail = f" (and {more} more such {rows})" if more else ""
            raise DataError(first.problem + tail, where=first.where, hint=first.hint)


def read_table(path: Path, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return (line number, fields in the order of `columns`) for every row of a tab-separated file.

    Columns may stand in any order, others are ignored; blank lines are skipped; a byte-order mark
    and CRLF are fine.

    Raises:
        DataError: no such file, not UTF-8 text, a missing column, or a row with too few fields.
    """
    lines = _lines(path)
    header = lines[0].split("\t") if lines else []
    _check_header(header, columns, path)
    order = [header.index(column) for column in columns]
    rows, faults = [], Faults()
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        fields = line.split("\t")
        if len(fields) <= max(order):
            faults.add(
                f"expected {len(header)} fields separated by tabs, got {len(fields)}",
                where=f"{path}:{number}",
            )
        else:
            rows.append((number, [fields[index] for index in order]))
    faults.check()
    return rows


def _lines(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode("utf-8-sig").splitlines()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=path) from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"expected UTF-8 text ({error.reason} at byte {error.start})", where=path
        ) from None


def _check_header(header: Sequence[str], columns: Sequence[str], path: Path) -> None:
    missing = [column for column in columns if column not in header]
    if not missing:
        return
    hint = f"the first line must name {', '.join(columns)}, separated by tabs"
    if len(header) == 1 and "," in header[0]:
        hint = "the columns must be separated by tabs"
    raise DataError(
        f"column {', '.join(missing)} is missing, found {', '.join(header) or 'an empty file'}",
        where=path,
        hint=hint,
    )


def seconds(text: str, column: str, faults: Faults, *, where: str) -> float | None:
    """Return the number of seconds in a field; None, and a fault noted, if it is none."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    faults.add(f"{column}: expected a number of seconds, got {text!r}", where=where)
    return None
