"""From a folder of timeline files to a library of parts, and back; nothing is lost either way.

A second call does little: equal clips are skipped, and of two versions the newer counts.  A
person's corrections in the parts are kept when the clip was parsed again in the files.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from seehear.errors import DataError, SeehearError
from seehear.features.beside import kept_path
from seehear.files import atomic_path, make_folder, stamp
from seehear.foreign.forms import anything
from seehear.foreign.texts import parse_json
from seehear.library.parts.library import Incoming, PartsLibrary
from seehear.library.scan import Scan, Stamp, require_files
from seehear.library.written import signed
from seehear.time import SUFFIX, Timeline
from seehear.time.renewed import renewed


@dataclass
class Converted:
    """The result of a conversion.

    Args:
        clips: number of clips that were read.
        written: number of those that were new or newer.
        newer: number of those left alone because the target has a newer version.
        failed: clips that could not be read or written, and why.
        notes: what was skipped.
    """

    clips: int = 0
    written: int = 0
    newer: int = 0
    failed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def to_parts(
    folder: Path, library: PartsLibrary, *, advance: Callable[[], None] = lambda: None
) -> Converted:
    """Add the timelines of a folder, with their kept features, to a library of parts.

    Raises:
        DataError: the folder holds no timeline, or is not a folder of files.
        SeehearError: the library cannot be written.
    """
    require_files(folder)
    if not folder.is_dir():
        raise DataError("expected a folder of timelines", where=folder)
    scan, done = Scan(folder), Converted()
    found = sorted(scan.files())
    done.failed += scan.failed
    done.notes += scan.notes()
    if not found and not scan.failed:
        hint = f"make some: seehear parse VIDEOS --out {folder}"
        raise DataError("there are no timelines", where=folder, hint=hint)
    done.clips = len(found)
    looked = _FilesToAdd(folder, library, done, advance)
    done.written, failed = library.add(filter(None, (looked.at(*one) for one in found)))
    done.failed += map(str, failed)
    return done


class _FilesToAdd:
    """Decides which timeline files are to be added, and with what content."""

    def __init__(
        self, folder: Path, library: PartsLibrary, done: Converted, advance: Callable[[], None]
    ) -> None:
        self._folder, self._library = folder, library
        self._done, self._advance = done, advance
        self._there, self._kept = library.stamps(), library.featured()

    def at(self, path: str, now: Stamp) -> Incoming | None:
        """Return a file as it is to be added; None: it is there already, or cannot be read."""
        self._advance()
        features = kept_path(self._folder / path)
        has = features.is_file()
        stands, people = self._there.get(path, (None, False))
        if stands == now and (path in self._kept or not has):
            return None
        if stands is not None and now[0] < stands[0]:
            self._done.newer += 1
            return None
        try:
            content = (self._folder / path).read_bytes()
            if people and stands != now:
                content = _with_people(self._library, path, content)
        except (OSError, SeehearError) as error:
            told = getattr(error, "strerror", None) or error
            self._done.failed.append(f"{self._folder / path}: {told}")
            return None
        return Incoming(path, now, content, features if has else None, self._folder / path)


def _with_people(library: PartsLibrary, path: str, content: bytes) -> bytes:
    """Return a newly parsed timeline with a person's corrections of the library's version."""
    fresh = Timeline.from_dict(parse_json(content, anything, where=path), where=path)
    stands = library.content(path)
    if stands is None or fresh.is_corrected:
        return content
    before = Timeline.from_dict(parse_json(stands, anything, where=path), where=path)
    return signed(renewed(before, fresh)).to_json().encode()


def to_files(
    library: PartsLibrary, folder: Path, *, advance: Callable[[], None] = lambda: None
) -> Converted:
    """Write the timelines of a library of parts as files, with their kept features.

    Raises:
        DataError: the library is empty.
        SeehearError: the folder cannot be written.
    """
    require_files(folder)
    make_folder(folder)
    done = Converted()
    for path, content, made in library.files():
        done.clips += 1
        advance()
        try:
            target = inside(folder, path)
            now = stamp(target)
            if now is not None and (now[1], now[0]) == made:
                continue
            if now is not None and now[1] > made[0]:
                done.newer += 1
                continue
            _write(target, content, made)
        except DataError as error:
            done.failed.append(str(error))
            continue
        done.written += 1
    if not done.clips:
        raise DataError("the library has no clips", where=library.store.address)
    for path, content in library.all_features():
        target = kept_path(inside(folder, path))
        if not target.is_file() or target.read_bytes() != content:
            _write(target, content, None)
    return done


def _write(target: Path, content: bytes, made: Stamp | None) -> None:
    with atomic_path(target, wanted=len(content)) as part:
        part.write_bytes(content)
        if made is not None:
            os.utime(part, ns=(made[0], made[0]))


def inside(folder: Path, path: str) -> Path:
    """Return where a timeline of a library goes.

    Raises:
        DataError: the path leads out of the folder.
    """
    parts = PurePosixPath(path).parts
    bad = not parts or path.startswith("/") or ".." in parts or "\0" in path
    if bad or not path.endswith(SUFFIX):
        raise DataError("the library has a clip whose name no file can have", where=repr(path))
    return folder / path
