"""What every command shares: progress on stderr, tables and JSON on stdout."""

import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seehear.files import Json

if TYPE_CHECKING:
    import rich.progress
    from rich.table import Table


def print_json(value: Json) -> None:
    """Print one JSON value on stdout; bytes of a file name that are not UTF-8 become `?`."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    print(text.encode("utf-8", "replace").decode())


def warn(lines: Iterable[str]) -> None:
    """Print warnings on stderr, a line each."""
    for line in lines:
        print(f"seehear: warning: {line}", file=sys.stderr, flush=True)


def table(
    title: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, note: str | None = None
) -> None:
    """Print a table on stdout: ruled on a terminal, plain aligned text elsewhere.

    Columns of numbers are flush right and never fold; columns of words are flush left and fold
    where they must.  Columns that a narrow terminal has no room for follow in another table below,
    again beside the first column, so nothing is cut off.
    """
    from rich.console import Console
    from rich.markup import escape

    # a pipe has no width of its own: never fold what a script may read
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    cells = [list(map(str, row)) for row in rows]
    columns = []
    for i, name in enumerate(header):
        columns.append(_Column(name, [row[i] for row in cells], console.width))
    parts = _parts([column.least for column in columns], console.width)
    for number, part in enumerate(parts):
        shown_title = title if number == 0 else None
        shown_note = note if number == len(parts) - 1 else None
        grid = _grid(shown_title, [columns[i] for i in part], shown_note)
        for row in cells:
            grid.add_row(*(escape(row[i]) for i in part))
        console.print(grid)


def _grid(title: str | None, columns: Sequence["_Column"], note: str | None) -> "Table":
    """Return an empty table of some columns."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    grid = Table(
        title=title and escape(title),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        caption=note and escape(note),
        caption_justify="left",
    )
    alone = len(columns) == 1
    for place, column in enumerate(columns):
        least = None if alone else column.least
        grid.add_column(escape(column.name), overflow="fold", min_width=least)
        if place and column.numbers:
            grid.columns[-1].justify = "right"
    return grid


class _Column:
    """What a column holds and how narrow it may become."""

    def __init__(self, name: str, cells: Sequence[str], width: int) -> None:
        self.name = name
        self.numbers = all(_NUMBERS.fullmatch(cell) for cell in cells)
        longest = max(map(len, [*cells, *name.split()]), default=0)
        self.least = longest if self.numbers else min(_WORDS, (width - 7) // 2, longest)


_NUMBERS = re.compile(r"(?:[^A-Za-z]|\bto\b)*")  # 71.4, 71.4-85.2, +0.3 to +1.2, 81 %, - for none
# how many characters a column of words keeps; on a narrow terminal half of it, so that two fit
_WORDS = 24


def _parts(least: Sequence[int], width: int) -> list[list[int]]:
    """Return which columns stand together: the first, and as many of the others as fit."""
    parts, used = [[0]] if least else [], 0
    for i in range(1, len(least)):
        # every column costs three characters of padding and rule, the last one more
        first = least[0] + 4
        if len(parts[-1]) > 1 and used + least[i] + 3 > width:
            parts.append([0])
        if len(parts[-1]) == 1:
            used = first
        parts[-1].append(i)
        used += least[i] + 3
    return parts


class Progress:
    """Counts finished items; `advance` after each, `note` for a line that stays.

    Args:
        total: items to do, where that is known.
        label: what is done.
        timed: show the time left, estimated from the items done so far; False where the details of
            `advance` say it.
    """

    def __init__(self, total: int | None, label: str, *, timed: bool = True) -> None:
        self.total, self.label, self.done = total, label, 0
        self._start = self._printed = time.monotonic()
        self._bar: rich.progress.Progress | None = None
        if sys.stderr.isatty():
            from rich import progress as rich_progress
            from rich.console import Console

            self._bar = rich_progress.Progress(
                rich_progress.TextColumn("{task.description}"),
                rich_progress.BarColumn(),
                rich_progress.MofNCompleteColumn(),
                *([rich_progress.TimeRemainingColumn()] if timed else []),
                console=Console(stderr=True),
            )
            self._bar.start()
            self._task = self._bar.add_task(label, total=total)

    def advance(self, step: int = 1, detail: str = "") -> None:
        """Count `step` more items as done; `detail` (such as a loss) is shown beside them."""
        self.done += step
        if self._bar is not None:
            self._bar.update(self._task, advance=step, description=f"{self.label} {detail}".strip())
        elif time.monotonic() - self._printed >= 5 or self.done == self.total:
            # plain lines, not too many
            self._printed = time.monotonic()
            total = "" if self.total is None else f"/{self.total}"
            elapsed = self._printed - self._start
            print(
                f"{self.label}: {self.done}{total} {detail} ({elapsed:.0f} s)",
                file=sys.stderr,
                flush=True,
            )

    def note(self, line: str) -> None:
        """Print a line on stderr above the bar."""
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False)
        else:
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._bar is not None:
            self._bar.stop()


@contextmanager
def progress(total: int | None, label: str, *, timed: bool = True) -> Iterator[Progress]:
    """Show progress on stderr while the block runs: a bar on a terminal, plain lines elsewhere."""
    bar = Progress(total, label, timed=timed)
    try:
        yield bar
    finally:
        bar.close()
