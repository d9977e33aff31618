"""The files of an archive that could not be parsed, `LIBRARY/.seehear/failed.json`.

They are kept from one run to the next: a file that failed is not tried again while its size and
time of change stay the same, unless the user asks for it.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seehear.addresses import place_of, stamp
from seehear.errors import DataError
from seehear.files import write_text
from seehear.foreign.forms import items, record, text, whole
from seehear.foreign.texts import read_json
from seehear.library.scan import FOLDER

FILE = "failed.json"
_SCHEMA = "seehear.failed/1"
_FAILURE = {"source": text, "path": text, "bytes": whole(), "mtime_ns": whole(-(1 << 62), 1 << 62)}
_FORM = record({"schema": text, "failed": items(record({**_FAILURE, "error": text}))})


@dataclass(frozen=True)
class Failure:
    """A file that could not be parsed.

    Args:
        source: its name as the user gives it.
        path: where it lies.
        bytes, mtime_ns: its size and time of change when it failed.
        error: why it failed, in one line.
    """

    source: str
    path: str
    bytes: int
    mtime_ns: int
    error: str


class Failures:
    """The failures of a library.

    Args:
        library: the folder.
    """

    def __init__(self, library: Path) -> None:
        self.path = library / FOLDER / FILE
        self._failed: dict[str, Failure] = {}
        with contextlib.suppress(DataError):  # damaged or missing: files that fail are found again
            for entry in read_json(self.path, _FORM)["failed"]:
                one = Failure(**{key: entry[key] for key in (*_FAILURE, "error")})
                self._failed[one.path] = one

    def __iter__(self) -> Iterator[Failure]:
        return iter(self._failed.values())

    def of(self, path: Path) -> Failure | None:
        """Return the failure of a file if the file is unchanged since; else None."""
        found = self._failed.get(_key(path))
        same = found is not None and stamp(path) == (found.bytes, found.mtime_ns)
        return found if same else None

    def add(self, path: Path, source: str, error: str, seen: tuple[int, int] | None) -> None:
        """Record a failure.

        Args:
            path, source, error: see `Failure`.
            seen: size and time of change of the file before it was parsed.

        Raises:
            SeehearError: the library takes no files.
        """
        self._failed[_key(path)] = Failure(
            _text(source), _key(path), *(seen or (0, 0)), _text(error)
        )
        self._write()

    def clear(self, path: Path) -> None:
        """Remove the record of a file's failure.

        Raises:
            SeehearError: the library takes no files.
        """
        if self._failed.pop(_key(path), None) is not None:
            self._write()

    def _write(self) -> None:
        if not self._failed:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
            return
        found = {"schema": _SCHEMA, "failed": [vars(one) for one in self]}
        write_text(self.path, json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def _key(path: Path) -> str:
    return _text(place_of(path))


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode()
