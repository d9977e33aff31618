"""What every command shares: progress on stderr, tables and JSON on stdout."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def print_json(value: Any) -> None:
    """Print one JSON value on stdout."""
    print(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, note: str | None = None,
          left: bool = False) -> None:
    """Print a table on stdout: ruled on a terminal, plain aligned text elsewhere.

    Numbers are set flush right; `left` is for tables of words.
    """
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    # a pipe has no width of its own: never fold what a script may read
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    grid = Table(title=escape(title), title_justify="left", box=box.SIMPLE_HEAD, caption=note and escape(note),
                 caption_justify="left")
    cells = [[str(cell) for cell in row] for row in rows]
    for index, name in enumerate(header):
        # on a narrow terminal the names in front stay whole as long as they are no sentences
        least = min(24, max((len(row[0]) for row in cells), default=0)) if index == 0 else None
        grid.add_column(escape(name), justify="left" if left or index == 0 else "right", overflow="fold",
                        min_width=least)
    for row in cells:
        grid.add_row(*map(escape, row))
    console.print(grid)


class Progress:
    """Counts finished items; `advance` after each, `note` for a line that stays."""

    def __init__(self, total: int | None, label: str) -> None:
        self.total, self.label, self.done, self._start = total, label, 0, time.monotonic()
        self._bar: Any = None
        self._printed = self._start
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                                 TimeRemainingColumn(), console=Console(stderr=True))
            self._bar.start()
            self._task = self._bar.add_task(label, total=total)

    def advance(self, step: int = 1, detail: str = "") -> None:
        """Count `step` more items as done; `detail` (such as a loss) is shown beside them."""
        self.done += step
        if self._bar is not None:
            self._bar.update(self._task, advance=step, description=f"{self.label} {detail}".strip())
        elif time.monotonic() - self._printed >= 5 or self.done == self.total:  # plain lines, not too many
            self._printed = time.monotonic()
            total = "" if self.total is None else f"/{self.total}"
            elapsed = self._printed - self._start
            print(f"{self.label}: {self.done}{total} {detail} ({elapsed:.0f} s)", file=sys.stderr, flush=True)

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
