"""Facts about the timelines of a library, `LIBRARY/.seehear/timelines.tsv`, so that an unchanged
timeline need not be read again.
"""

import contextlib
import json
from dataclasses import astuple, fields
from pathlib import Path

from seehear.errors import DataError
from seehear.files import stamp
from seehear.foreign.forms import items, text
from seehear.foreign.texts import parse_json
from seehear.library.lines import Lines
from seehear.library.scan import FOLDER
from seehear.library.written import Written, read_written
from seehear.time import SUFFIX

FILE = "timelines.tsv"
Stamp = tuple[int, int]  # `seehear.files.stamp`


class Facts:
    """Reads timelines, each only once while it is unchanged.

    Args:
        library: the folder.
    """

    def __init__(self, library: Path) -> None:
        self._library = library
        self._lines = Lines(library / FOLDER / FILE, make=True)
        self._known: dict[str, tuple[Stamp, Written]] = {}
        read = self._lines.read()
        for texts in read:
            with contextlib.suppress(ValueError, IndexError, DataError):
                one = _written(texts[2:])
                self._known[one.name] = ((int(texts[0]), int(texts[1])), one)
        self._lines.shorten(len(read), (_texts(*known) for known in self._known.values()))

    def read(self, name: str) -> Written | None:
        """Return the facts of a timeline; None if there is no such timeline.

        Args:
            name: its path below the library, without suffix.
        """
        path = self._library / f"{name}{SUFFIX}"
        now = stamp(path)
        if now is None:
            return None
        known = self._known.get(name)
        if known is not None and known[0] == now:
            return known[1]
        one = read_written(path, name)
        self._known[name] = (now, one)
        self._lines.add(_texts(now, one))
        return one


def _texts(at: Stamp, one: Written) -> list[str]:
    out = []
    for value in (*at, *astuple(one)):
        told = json.dumps(value) if isinstance(value, tuple) else str(value)
        out.append("" if value is None else told)
    return out


def _written(texts: list[str]) -> Written:
    if len(texts) != len(fields(Written)):
        raise ValueError(f"expected {len(fields(Written))} texts")
    return Written(
        name=texts[0],
        source=texts[1],
        bytes=int(texts[2]) if texts[2] else None,
        hash=texts[3] or None,
        words=texts[4],
        how=texts[5],
        touched=texts[6] != str(False),
        corrected=texts[7] == str(True),
        vocabulary=tuple(parse_json(texts[8], items(text), where=FILE)),
    )
