"""What every command shares: progress on stderr, tables and JSON on stdout."""

import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def print_json(value: Any) -> None:
    """Print one JSON value on stdout."""
    print(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def table(
    title: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, note: str | None = None
) -> None:
    """Print a table on stdout: ruled on a terminal, plain aligned text elsewhere.

    Columns of numbers are flush right and never fold; columns of words are flush left and fold
    where they must.  What a terminal is too narrow for follows below, under the first column once
    more: nothing is cut off.
    """
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    # a pipe has no width of its own: never fold what a script may read
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    cells = [[str(cell) for cell in row] for row in rows]
    columns = [
        _Column(name, [row[i] for row in cells], console.width) for i, name in enumerate(header)
    ]
    parts = _parts([column.least for column in columns], console.width)
    for number, part in enumerate(parts):
        caption = note if number == len(parts) - 1 else None
        grid = Table(
            title=escape(title) if number == 0 else None,
            title_justify="left",
            box=box.SIMPLE_HEAD,
            caption=caption and escape(caption),
            caption_justify="left",
        )
        for i in part:
            least = columns[i].least if len(part) > 1 else None
            grid.add_column(
                escape(header[i]),
                justify="right" if i and columns[i].numbers else "left",
                overflow="fold",
                min_width=least,
            )
        for row in cells:
            grid.add_row(*(escape(row[i]) for i in part))
        console.print(grid)


class _Column:
    """What a column holds and how narrow it may become."""

    def __init__(self, name: str, cells: Sequence[str], width: int) -> None:
        self.numbers = all(_NUMBERS.fullmatch(cell) for cell in cells)
        longest = max(map(len, cells), default=0)
        word = max(map(len, name.split()), default=0)
        self.least = (
            max(word, longest)
            if self.numbers
            else min(_WORDS, (width - 7) // 2, max(longest, word))
        )


_NUMBERS = re.compile(r"(?:[^A-Za-z]|\bto\b)*")  # 71.4, 71.4-85.2, +0.3 to +1.2, 81 %, - for none
# to how many characters a column of words shrinks; on a narrow terminal to half of it, so that two
# fit
_WORDS = 24


def _parts(least: Sequence[int], width: int) -> list[list[int]]:
    """Return which columns stand together: the first, and as many of the others as fit."""
    parts, used = [[0]] if least else [], 0
    for i in range(1, len(least)):
        first = (
            least[0] + 4
        )  # every column costs three characters of padding and rule, the last one more
        if len(parts[-1]) > 1 and used + least[i] + 3 > width:
            parts.append([0])
        if len(parts[-1]) == 1:
            used = first
        parts[-1].append(i)
        used += least[i] + 3
    return parts


class Progress:
    """Counts finished items; `advance` after each, `note` for a line that stays."""

    def __init__(self, total: int | None, label: str) -> None:
        self.total, self.label, self.done, self._start = total, label, 0, time.monotonic()
        self._bar: Any = None
        self._printed = self._start
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._bar.start()
            self._task = self._bar.add_task(label, total=total)

    def advance(self, step: int = 1, detail: str = "") -> None:
        """Count `step` more items as done; `detail` (such as a loss) is shown beside them."""
        self.done += step
        if self._bar is not None:
            self._bar.update(self._task, advance=step, description=f"{self.label} {detail}".strip())
        elif (
            time.monotonic() - self._printed >= 5 or self.done == self.total
        ):  # plain lines, not too many
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
def progress(total: int | None, label: str) -> Iterator[Progress]:
    """Show progress on stderr while the block runs: a bar on a terminal, plain lines elsewhere."""
    bar = Progress(total, label)
    try:
        yield bar
    finally:
        bar.close()
