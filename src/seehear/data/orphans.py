"""Names of no clip: which clip is nearest, and how many rows of a table are lost by them.

Ids are compared exactly, everywhere.  An id that fits no clip is never matched by a guess.  The
guess only goes into the message: a name that differs in case, spaces, folder, suffix of the file or
times at its end, else the most similar one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from seehear.amounts import amount
from seehear.closest import closest
from seehear.data.clip import Clip
from seehear.data.suffixes import MEDIA_SUFFIXES
from seehear.errors import DataError


class Nearest:
    """Finds the known name nearest to an unknown one.

    Examples:
        >>> Nearest(["c2", "c3"]).name("C2.WAV ")
        'c2'
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._plain = {_plain(Clip.parse(name).id): name for name in reversed(self._names)}
        self._plain |= {_plain(name): name for name in reversed(self._names)}
        self._found: dict[str, str | None] = {}  # remembered: ten thousand names take a second

    def same(self, name: str) -> str | None:
        """Return the known name that differs in spelling alone (see above); None: there is none."""
        plain = _plain(name)
        return self._plain.get(plain) or self._plain.get(Clip.parse(plain).id)

    def name(self, name: str) -> str | None:
        """Return the known name that is nearest; None if none is near."""
        if name not in self._found:
            self._found[name] = self.same(name) or closest(name, self._names)
        return self._found[name]

    def hint(self, name: str) -> str | None:
        """Return `did you mean ...?`, naming both; None if none is near."""
        near = self.name(name)
        return None if near is None else f"{name!r}: did you mean {near!r}?"


def _plain(name: str) -> str:
    """Return a name without case, folder, suffix and spaces, which often differ between tables."""
    bare = name.strip().replace("\\", "/").casefold()
    if "/" in bare or "." in bare:  # few names, and paths take long
        bare = PurePosixPath(bare).name
        suffix = PurePosixPath(bare).suffix
        if suffix in MEDIA_SUFFIXES:
            bare = bare.removesuffix(suffix)
    return "_".join(bare.split())


@lru_cache(maxsize=2)  # the tables of a dataset are asked about the same clips
def _nearest(known: frozenset[str]) -> Nearest:
    return Nearest(sorted(known))


@dataclass(frozen=True)
class Unmatched:
    """The rows of a table of truth whose clips are in no split.

    Args:
        path: the table.
        names: the clip's name in each of these rows.
        rows: how many rows the table has in all.
        known: the names of all clips of the dataset.
    """

    path: Path
    names: Sequence[str]
    rows: int
    known: frozenset[str]

    @property
    def most(self) -> bool:
        """Whether these are more than half of the table's rows."""
        return 2 * len(self.names) > self.rows

    def __str__(self) -> str:
        return f"{self.path}: {self._problem()}; {self._hint()}"

    def error(self) -> DataError:
        """Return the error for a table of another dataset, or with other names for its clips.

        Figures that leave most of the truth out would say nothing.
        """
        return DataError(self._problem(), where=self.path, hint=self._hint())

    def _problem(self) -> str:
        verb = "names" if len(self.names) == 1 else "name"
        return (
            f"{len(self.names)} of {amount(self.rows, 'row')} of truth {verb} no clip of any split"
            " (not counted)"
        )

    def _hint(self) -> str:
        first = self.names[0]
        near = _nearest(self.known).hint(first)
        return f"first {first!r}, and no clip has a similar name" if near is None else near
