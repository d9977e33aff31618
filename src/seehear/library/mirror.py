"""A library at an address (`s3://bucket/library`), and its copy on this machine.

Commands work on the copy, as on any folder.  Before they begin, changes at the address are fetched;
while they work, each file that they write is sent.  The copy stays: it holds the index, and files
that could not be sent because the address could not be reached; the next command sends those first.

    LIBRARIES/DIGEST/                    the copy; DIGEST is of the address
      .seehear/sent.tsv                  a line a file: its name, its stamp here and its stamp there

Where both sides changed a file, the address wins.
"""

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from seehear.addresses import Remote, Stamp, address_of, check, fetch, listed, send
from seehear.addresses import stamp as stamp_at
from seehear.errors import MediaError
from seehear.files import cache_dir, stamp
from seehear.library.failures import FILE as FAILED
from seehear.library.lines import Lines
from seehear.library.places import FILE as PLACES
from seehear.library.scan import FOLDER, MARK
from seehear.time import SUFFIX

_STATE = (f"{FOLDER}/{FAILED}", f"{FOLDER}/{PLACES}")
_SENT = "sent.tsv"


class _Same(NamedTuple):
    """A file that is the same on both sides: its stamps."""

    here: Stamp
    there: Stamp


class Mirror:
    """The copy of a library.

    Args:
        address: of the library.

    Attributes:
        folder: the copy.

    Raises:
        ConfigError: the address carries credentials.
    """

    def __init__(self, address: str) -> None:
        check(address)
        self.address = address.rstrip("/")
        digest = hashlib.sha256(self.address.encode()).hexdigest()[:16]
        self.folder = cache_dir() / "libraries" / digest
        self._lines = Lines(self.folder / FOLDER / _SENT, make=True)
        self._same: dict[str, _Same] = {}
        read = self._lines.read()
        for texts in read:
            with contextlib.suppress(ValueError, TypeError):
                name, *numbers = texts
                here, there = map(int, numbers[:2]), map(int, numbers[2:4])
                self._same[name] = _Same(_pair(*here), _pair(*there))
        self._lines.shorten(len(read), map(self._texts, self._same))

    def bring(self) -> None:
        """Send what was not sent yet, then make the copy equal to the library at the address.

        Raises:
            MediaError: access to the address is refused.
            UnreachableError: it cannot be reached.
        """
        there = {entry.name: entry for entry in listed(self.address) if _is_ours(entry.name)}
        self.folder.mkdir(parents=True, exist_ok=True)
        here = {path.relative_to(self.folder).as_posix(): path for path in self._files()}
        for name, path in here.items():
            if name not in there:
                if name in self._same and self._same[name].here == stamp(path):
                    path.unlink(missing_ok=True)  # it was removed there
                else:
                    self.send(path)
        self._fetch([entry for entry in there.values() if self._is_news(entry, here)])

    def _is_news(self, entry: Remote, here: dict[str, Path]) -> bool:
        """Return whether a file is to be fetched; one that changed only here is sent instead."""
        same = self._same.get(entry.name)
        if same is None or same.there != entry.stamp or entry.name not in here:
            return True
        if same.here != stamp(here[entry.name]):
            self.send(here[entry.name])
        return False

    def _fetch(self, entries: list[Remote]) -> None:
        pairs = [(entry.address, self.folder / entry.name) for entry in entries]
        fetch(pairs)
        for entry, (_, path) in zip(entries, pairs, strict=True):
            self._remember(entry.name, path, entry.stamp)

    def send(self, path: Path) -> None:
        """Send a file of the copy.

        Raises:
            UnreachableError: the address cannot be reached or written.
        """
        name = path.relative_to(self.folder).as_posix()
        self._remember(name, path, send(path, f"{self.address}/{name}"))

    def send_state(self) -> None:
        """Send what the library remembers of its videos and of failures; errors as `send`."""
        for name in _STATE:
            path = self.folder / name
            same = self._same.get(name)
            if path.is_file() and (same is None or same.here != stamp(path)):
                self.send(path)

    def shown(self, path: Path) -> str:
        """Return the address of a file of the copy, or of the library."""
        name = path.relative_to(self.folder).as_posix()
        return self.address if name == "." else f"{self.address}/{name}"

    def _remember(self, name: str, path: Path, there: Stamp) -> None:
        here = stamp(path)
        if here is not None:
            self._same[name] = _Same(here, there)
            self._lines.add(self._texts(name))

    def _texts(self, name: str) -> list[str]:
        same = self._same[name]
        return [name, *map(str, (*same.here, *same.there))]

    def _files(self) -> Iterable[Path]:
        """Yield the files of the copy that belong at the address."""
        for path in self.folder.rglob("*"):
            if path.is_file() and _is_ours(path.relative_to(self.folder).as_posix()):
                yield path


def _pair(size: int, version: int) -> Stamp:
    return size, version


def _is_ours(name: str) -> bool:
    return name.endswith(SUFFIX) or name in _STATE


def local_library(library: Path) -> Path:
    """Return the folder of a library on this machine.

    For a library at an address this is its copy, brought up to date; for one of Parquet parts at an
    address, the folder that stands for it here.

    Raises:
        ConfigError: the address carries credentials.
        MediaError: there is none at the address.
        UnreachableError: the address cannot be reached.
    """
    address = address_of(library)
    if address is None:
        return library
    if stamp_at(f"{address}/{MARK}") is not None:
        from seehear.library.parts import opened

        return opened(address)
    mirror = Mirror(address)
    mirror.bring()
    if not any(path.name.endswith(SUFFIX) for path in mirror._files()):
        hint = "make one: seehear parse VIDEOS --out ADDRESS"
        raise MediaError("expected a library, found no timelines", where=address, hint=hint)
    return mirror.folder
