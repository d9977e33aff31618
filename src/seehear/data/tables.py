"""Tab-separated tables with a header line; rows keep line numbers, faults are reported together."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seehear.closest import shown
from seehear.data.dialect import read_rows, read_text
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError


@dataclass(frozen=True, slots=True)
class Issue:
    """Something in a table that cannot be right, and what was done about it.

    Args:
        file: name of the table (or media folder).
        line: 1-based line of the file, header included; None: it is about the file or a clip as a
            whole.
        kind: such as `orphan`; `seehear.data.KINDS` says what they mean.  A reading of the truth
            adds `mended` and `legacy`.
        text: what is in the table, and what was done.
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
        self._classes: dict[str, None] = {}
        self._of_classes: DataError | None = None  # the first row with an unknown class
        self._vocabulary = Vocabulary((), ())

    def add(self, problem: str, *, where: object, hint: str | None = None) -> None:
        """Note one fault."""
        self._found.append(DataError(problem, where=where, hint=hint))

    def add_classes(self, labels: Sequence[str], vocabulary: Vocabulary, *, where: object) -> None:
        """Note a row with unknown classes; those of all rows are named together."""
        hint = vocabulary.suggest(*labels)
        self.add(_unknown(labels), where=where, hint=hint)
        self._vocabulary = vocabulary
        self._of_classes = self._of_classes or self._found[-1]
        self._classes |= dict.fromkeys(labels)

    def check(self) -> None:
        """Raise the first fault, saying how many more there are.

        Raises:
            DataError: at least one fault was noted.
        """
        if self._found:
            first, more = self._found[0], len(self._found) - 1
            if first is self._of_classes:
                hint = self._vocabulary.suggest(*self._classes)
                first = DataError(_unknown(list(self._classes)), where=first.where, hint=hint)
            rows = "row" if more == 1 else "rows"
            tail = f" (and {more} more such {rows})" if more else ""
            raise DataError(first.problem + tail, where=first.where, hint=first.hint)


def _unknown(labels: Sequence[str]) -> str:
    named = shown(map(repr, labels))
    return f"unknown class {named}" if len(labels) == 1 else f"unknown classes {named}"


def read_table(path: Path, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return (line number, fields in the order of `columns`) for every row of a table.

    Columns may be in any order and named in any case, other columns are ignored, and blank lines
    are skipped; `dialect` says what a row is.

    Raises:
        DataError: the file cannot be read or is not text, a column is missing or there twice, or a
            row has too few or too many fields.
    """
    (_, header), *found = read_rows(read_text(path)) or [(1, [])]
    header = [name.strip() for name in header]
    _check_header(header, columns, path)
    folded = _folded(header)
    order = [folded.index(column.casefold()) for column in columns]
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
    folded = _folded(header)
    missing = [column for column in columns if column.casefold() not in folded]
    twice = [column for column in columns if folded.count(column.casefold()) > 1]
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


def _folded(names: Iterable[str]) -> list[str]:
    """Return names without case: spreadsheets and people write `Filename`, too."""
    return [name.casefold() for name in names]


def _separated(header: Sequence[str], missing: Sequence[str]) -> str | None:
    """Return what to do about a first line whose columns are not separated by tabs."""
    line = "\t".join(header)
    if line.startswith("sep="):
        return f"remove the first line ({line}); the columns must be separated by tabs"
    for sign, name in _SEPARATORS.items():
        if {*_folded(missing)} <= {part.strip(' "') for part in line.casefold().split(sign)}:
            return f"these columns are separated by {name}: they must be separated by tabs"
    return None


def seconds(text: str, column: str, faults: Faults, *, where: str) -> float | None:
    """Return the number of seconds in a field.

    Args:
        text: the field.
        column: its name, for the fault.
        faults: gets a fault if it is not a number; None is returned then.
        where: file and line.
    """
    try:
        value = math.nan if "_" in text else float(text)  # only Python takes 1_0 for a number
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
