"""Where videos were last seen, and their hashes: `LIBRARY/.seehear/media.tsv`.

Each line has a video's size, time of change in nanoseconds, hash (`seehear.media.identity`), the
timeline made of it, and its path from the library, or its address; names are escaped as in
addresses (`%20`). While size and time are the same, a video is not read again.  The file only saves
work: without it, hashes are computed again.  Lines are appended; the last line about
a path counts.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from seehear.addresses import address_of, place_of, stamp
from seehear.errors import MediaError
from seehear.library.lines import Lines
from seehear.library.scan import FOLDER

FILE = "media.tsv"


class Seen(NamedTuple):
    """A video as it was when it was seen.

    Args:
        path: where.
        bytes, mtime_ns: its size and time of change.
        hash: of its content.
        timeline: the timeline made of it, a path below the library without suffix; "": none.
    """

    path: Path
    bytes: int
    mtime_ns: int
    hash: str
    timeline: str = ""

    def holds(self) -> bool:
        """Return whether the file is still there, unchanged."""
        found = stamp(self.path)
        return found is not None and found == (self.bytes, self.mtime_ns)


class Places:
    """The videos that a library has seen.

    Args:
        library: the folder.
        make: whether the file is made if it is missing.
    """

    def __init__(self, library: Path, *, make: bool = False) -> None:
        self._base = Path(os.path.realpath(library))
        self._file = library / FOLDER / FILE
        self._lines = Lines(self._file, make=make)
        self._seen: dict[str, Seen] = {}
        self._of: dict[str, Seen] = {}  # by timeline
        self._by_hash: dict[str, dict[str, Seen]] = {}
        self._read()
        self._stamp = stamp(self._file)

    def is_stale(self) -> bool:
        """Return whether another process wrote to the file since it was read."""
        return stamp(self._file) != self._stamp

    def of_timeline(self, name: str) -> Seen | None:
        """Return the video that a timeline was made of, as it was seen then."""
        return self._of.get(name)

    def with_hash(self, hash_: str) -> Iterator[Path]:
        """Yield the files of this content that were seen on this machine and are still there."""
        for place in list(self._by_hash.get(hash_, {}).values()):
            if address_of(place.path) is None and place.holds():
                yield place.path

    def known_hash(self, path: Path) -> str | None:
        """Return the hash of a video if it is unchanged since it was seen, else None."""
        place = self._seen.get(self._key(path))
        return place.hash if place is not None and place.holds() else None

    def hash_of(self, path: Path) -> str:
        """Return the hash of a video; the file is read only if it is new or changed.

        Raises:
            MediaError: it cannot be read.
        """
        from seehear.media.identity import content_hash

        found = self.known_hash(path)
        if found is not None:
            return found
        before = stamp(path)
        try:
            hash_ = content_hash(path)
        except OSError as error:
            raise MediaError(f"cannot be read: {error.strerror}", where=path) from None
        if before is not None and before == stamp(path):
            self.remember(Seen(path, *before, hash_))
        return hash_

    def remember(self, place: Seen) -> None:
        """Record a video; in a folder that cannot be written, nothing is recorded."""
        self._take(place)
        self._lines.add(self._texts(place))
        self._stamp = stamp(self._file)

    def _take(self, place: Seen) -> None:
        key = self._key(place.path)
        before = self._seen.get(key)
        if before is not None:
            self._by_hash[before.hash].pop(key)
            if not place.timeline and place.hash == before.hash:
                place = place._replace(timeline=before.timeline)
        self._seen[key] = place
        self._by_hash.setdefault(place.hash, {})[key] = place
        if place.timeline:
            self._of[place.timeline] = place

    def _key(self, path: Path) -> str:
        return place_of(path)

    def _texts(self, place: Seen) -> list[str]:
        below = self._key(place.path)
        if address_of(place.path) is None:
            with contextlib.suppress(ValueError):  # on another drive of Windows
                below = os.path.relpath(below, self._base)
        return [str(place.bytes), str(place.mtime_ns), place.hash, place.timeline, below]

    def _read(self) -> None:
        """Read the file; damaged lines are left out."""
        read = self._lines.read()
        for texts in read:
            with contextlib.suppress(ValueError, IndexError):
                address = address_of(texts[4])
                path = Path(address or os.path.normpath(self._base / texts[4]))
                self._take(Seen(path, int(texts[0]), int(texts[1]), texts[2], texts[3]))
        self._lines.shorten(len(read), map(self._texts, self._seen.values()))
