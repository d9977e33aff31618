"""Lists the timeline files of a library, and those that cannot be read."""

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from seehear.closest import shown
from seehear.errors import DataError
from seehear.time import SUFFIX

FOLDER = ".seehear"  # holds what a library keeps beside its timelines
MARK = "seehear.library.json"  # a folder with such a file is a library of Parquet parts
Stamp = tuple[int, int]  # mtime_ns and size of a file: while they stay, it is not read again


@dataclass
class Scan:
    """One walk through the files of a library.

    Args:
        library: the folder.
        failed: files named as timelines that cannot be read, a line each.
        linked: folders with timelines that are links, and were therefore not read.
    """

    library: Path
    failed: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)

    def files(self) -> Iterator[tuple[str, Stamp]]:
        """Yield every timeline file by its relative path.

        Links are not followed.  There may be very many files, so each costs few system calls.
        """
        if is_parts(self.library):
            yield from _of_parts(self.library)
            return
        folders = [("", self.library)]
        while folders:
            above, folder = folders.pop()
            for entry in self._entries(folder):
                try:
                    if entry.name.endswith(SUFFIX):
                        stamp = self._stamp(entry)
                        if stamp is not None:
                            yield above + entry.name, stamp
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((f"{above}{entry.name}/", Path(entry.path)))
                    elif entry.is_symlink() and _leads_to_timelines(entry.path):
                        self.linked.append(above + entry.name)
                except OSError as error:
                    self.failed.append(f"{entry.path}: cannot be read: {error.strerror}")

    def _entries(self, folder: Path) -> Iterator["os.DirEntry[str]"]:
        """Yield what lies in a folder and is not hidden."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name[0] != ".":
                        yield entry
        except OSError as error:
            self.failed.append(f"{folder}: cannot be read: {error.strerror}")

    def _stamp(self, entry: "os.DirEntry[str]") -> Stamp | None:
        """Return time and size of a timeline file; None if it is none, or has just been removed."""
        if entry.is_file(follow_symlinks=False):
            try:
                stat = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                return None
            return stat.st_mtime_ns, stat.st_size
        got = "something else"
        if entry.is_symlink():
            got = "a link, and links are not followed"
        elif entry.is_dir(follow_symlinks=False):
            got = "a folder"
        self.failed.append(f"{entry.path}: expected a timeline file, got {got}")
        return None

    def notes(self) -> list[str]:
        """Return notes on what was skipped and the user may miss."""
        if not self.linked:
            return []
        return [
            f"{self.library}: links to folders are not followed, and there are timelines behind "
            f"{shown(self.linked)}; name such a folder itself"
        ]


def is_parts(library: Path) -> bool:
    """Return whether a folder is a library of parts, or stands for one at an address."""
    return (library / MARK).is_file()


def require_files(library: Path) -> None:
    """Check that a library consists of timeline files.

    Raises:
        DataError: it is a library of parts.
    """
    if is_parts(library):
        raise DataError(
            "expected a folder of timeline files, got a library of Parquet parts",
            where=library,
            hint="seehear convert json LIBRARY --out FOLDER makes files of it",
        )


def _of_parts(library: Path) -> Iterator[tuple[str, Stamp]]:
    from seehear.library.parts import parts_of

    parts = parts_of(library)
    for path, (stamp, _) in parts.stamps().items() if parts else ():
        yield path, stamp


def _leads_to_timelines(link: str) -> bool:
    """Return whether a link leads to a folder that holds timelines, by their names alone."""
    try:
        with os.scandir(link) as entries:
            return any(entry.name.endswith(SUFFIX) for entry in entries)
    except OSError:  # no folder
        return False


def require_timelines(library: Path) -> None:
    """Check that a folder holds timelines, before anything is written into it.

    A folder that is not there, or of which files cannot be read, is left to the index to tell.

    Raises:
        DataError: it holds none.
    """
    from seehear.media.files import list_media

    scan = Scan(library)
    if not library.is_dir() or next(scan.files(), None) is not None or scan.failed:
        return
    folder = shlex.quote(str(library))
    hint = f"make some: seehear parse VIDEOS --out {folder}"
    if scan.linked:
        hint = scan.notes()[0]
    elif list_media(library).files:
        hint = f"parse its videos first: seehear parse {folder} --out LIBRARY; then name LIBRARY"
    raise DataError("there are no timelines", where=library, hint=hint)
