"""Decisions of a whole library made again from the scores that its timelines keep."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seehear.errors import DataError, SeehearError
from seehear.files import write_text
from seehear.library.scan import Scan, require_files
from seehear.library.written import signed_as
from seehear.time import Decoding, Timeline, decoded, decoding_of


@dataclass(frozen=True)
class Decided:
    """The result for one timeline.

    Args:
        path: of its file, below the library.
        before, after: number of events before, and now.
        changed: whether its file has changed.
        error: why no decision was possible; None: none.
    """

    path: str
    before: int = 0
    after: int = 0
    changed: bool = False
    error: SeehearError | None = None


def decide_library(
    library: Path, change: Callable[[Decoding], Decoding], *, write: bool = True
) -> Iterator[Decided]:
    """Decide every timeline of a library again, and yield each in the order of its name.

    `change` is applied to the parser's own settings, so doing it twice has the effect of doing it
    once.  A timeline is replaced atomically, and not written if it stays the same.

    Args:
        library: a folder of timelines, or one timeline file.
        change: returns the new settings, given those of the parser.
        write: False: only report what would change.

    Raises:
        DataError: there is no such folder or file, or no timeline in it.
    """
    if library.is_file():
        yield _decide(library, library.name, change, write)
        return
    if not library.is_dir():
        raise DataError("expected a folder of timelines, or a timeline", where=library)
    require_files(library)
    scan = Scan(library)
    names = sorted(name for name, _ in scan.files())
    if not names and not scan.failed:
        raise DataError(
            "there are no timelines",
            where=library,
            hint=f"make some: seehear parse VIDEOS --out {library}",
        )
    for line in scan.failed:
        yield Decided("", error=DataError(line))
    for name in names:
        yield _decide(library / name, name, change, write)


def _decide(path: Path, name: str, change: Callable[[Decoding], Decoding], write: bool) -> Decided:
    try:
        old = Timeline.from_json(path)
        new = decoded(old, change(decoding_of(old, parsed=True)))
        if new != old and write:
            write_text(path, signed_as(path, new).to_json())
    except (SeehearError, ValueError) as error:
        hint = error.hint if isinstance(error, SeehearError) else None
        problem = error.problem if isinstance(error, SeehearError) else str(error)
        return Decided(name, error=DataError(problem, where=path, hint=hint))
    return Decided(name, len(old), len(new), new != old)
