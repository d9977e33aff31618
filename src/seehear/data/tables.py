"""Tab-separated tables with a header line, their line numbers, and all of their faults at once."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seehear.data.dialect import read_rows, read_text
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
    """Return (line number, fields in the order of `columns`) for every row of a table.

    Columns may stand in any order, others are ignored; blank lines are skipped (`dialect` says what
    a row is).

    Raises:
        DataError: no such file, no text, a missing column, or a row with too few or too many
            fields.
    """
    (_, header), *found = read_rows(read_text(path)) or [(1, [])]
    header = [name.strip() for name in header]
    _check_header(header, columns, path)
    order = [header.index(column) for column in columns]
    rows, faults = [], Faults()
    for number, fields in found:
        if not any(field.strip() for field in fields):
            continue
        if len(fields) <= max(order) or any(fields[len(header) :]):
            faults.add(
                f"expected {len(header)} fields separated by tabs, got {len(fields)}",
                where=f"{path}:{number}",
                hint=_TAB_INSIDE if len(fields) > len(header) else None,
            )
        else:
            rows.append((number, [fields[index] for index in order]))
    faults.check()
    return rows


_TAB_INSIDE = "a field with a tab in it must stand in quotes"
_SEPARATORS = {";": "semicolons", ",": "commas", "|": "vertical bars", " ": "spaces"}


def _check_header(header: Sequence[str], columns: Sequence[str], path: Path) -> None:
    missing = [column for column in columns if column not in header]
    twice = [column for column in columns if header.count(column) > 1]
    if twice:
        raise DataError(f"column {twice[0]} appears twice", where=path, hint="keep one of them")
    if not missing:
        return
    raise DataError(
        f"column {', '.join(missing)} is missing, found {', '.join(header) or 'an empty file'}",
        where=path,
        hint=_separated(header, missing)
        or f"the first line must name {', '.join(columns)}, separated by tabs",
    )


def _separated(header: Sequence[str], missing: Sequence[str]) -> str | None:
    """Return what to do about a first line whose columns are divided by another sign."""
    line = "\t".join(header)
    if line.startswith("sep="):
        return f"remove the first line ({line}); the columns must be separated by tabs"
    for sign, name in _SEPARATORS.items():
        if {*missing} <= {part.strip(' "') for part in line.split(sign)}:
            return f"these columns are separated by {name}: they must be separated by tabs"
    return None


def seconds(text: str, column: str, faults: Faults, *, where: str) -> float | None:
    """Return the number of seconds in a field; None, and a fault noted, if it is none."""
    try:
        value = math.nan if "_" in text else float(text)  # 1_0 is a number to Python alone
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    comma = _DECIMAL_COMMA.fullmatch(text.strip())
    faults.add(
        f"{column}: expected a number of seconds, got {text!r}",
        where=where,
        hint=f"a decimal comma stands there: write {comma[1]}.{comma[2]}" if comma else None,
    )
    return None


_DECIMAL_COMMA = re.compile(r"([-+]?\d*),(\d+)")
