"""Which files of a folder are media, and what else lies there."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from seehear.closest import shown
from seehear.data.suffixes import MEDIA_SUFFIXES
from seehear.errors import MediaError
from seehear.media.container import is_address, unseen
from seehear.time import KEPT_SUFFIX, SUFFIX

_HINT = "expected names such as clip.mp4 or sound.wav; `everything` tries files of any name"
_LINKS = ("link to a folder", "links to folders")


@dataclass(frozen=True)
class Listing:
    """What was found at a path, or below it where it is a folder.

    Args:
        files: the file itself, or the folder's media files, sorted.
        skipped: paths below the folder of files that are not media, and of links to folders.
        failed: folders that cannot be looked into.
    """

    files: tuple[Path, ...]
    skipped: tuple[str, ...] = ()
    failed: tuple[MediaError, ...] = ()

    def told(self) -> str | None:
        """Return what was skipped as one line; None if nothing was."""
        return told(self.skipped)


def told(skipped: Iterable[str]) -> str | None:
    """Return skipped names as one line: how many of each kind, and the first of them.

    A name that ends in `/` is a link to a folder.

    Examples:
        >>> told(["a.gif", "b.gif", "notes"])
        'skipped: 2 .gif, 1 without a suffix (a.gif, b.gif, notes)'
    """
    names = list(skipped)
    if not names:
        return None
    count = Counter(_kind(name) for name in names)
    kinds = []
    for kind, number in count.most_common():
        one, many = _LINKS if kind == "/" else (kind, kind)
        kinds.append(f"{number} {one if number == 1 else many}")
    return f"skipped: {shown(kinds, most=12)} ({shown(names)})"


def _kind(name: str) -> str:
    if name.endswith("/"):
        return "/"
    return PurePath(name).suffix.lower() or "without a suffix"


def is_media(path: PurePath | str) -> bool:
    """Return whether a file has the suffix of a media file."""
    return PurePath(path).suffix.lower() in MEDIA_SUFFIXES


def find_media(paths: Iterable[Path]) -> list[Path]:
    """Return the media files among files and folders, each once.

    A file is taken as it is.  Of a folder and its subfolders the files with the suffix of a media
    file are taken, sorted; hidden files and folders are skipped.

    Raises:
        MediaError: a path does not exist, or there is no media file at all.
    """
    paths = list(paths)
    listings = [list_media(path) for path in paths]
    found = list(dict.fromkeys(file for listing in listings for file in listing.files))
    if not found:
        require_any(paths, listings)
    return found


def require_any(paths: Iterable[Path], listings: Iterable[Listing]) -> None:
    """Refuse paths below which there is no media file, saying what there is.

    Raises:
        MediaError: there is none.
    """
    listings = list(listings)
    if any(listing.files for listing in listings):
        return
    for listing in listings:
        for error in listing.failed:
            raise error
    others = told(name for listing in listings for name in listing.skipped)
    problem = "no media files found" if others is None else f"no media files found, {others}"
    raise MediaError(problem, where=", ".join(map(str, paths)), hint=_HINT)


def list_media(path: Path, *, everything: bool = False) -> Listing:
    """Return the media at or below a path, and what else lies there.

    A file with the suffix of a media file is taken, whatever is in it: one that cannot be read
    fails later, on its own.  Links to files are followed, links to folders are not.  Hidden files,
    hidden folders, timelines and kept features are left out, and not listed as skipped.

    Args:
        path: a file or folder.
        everything: open files with other suffixes too, and take those with sound or pictures.

    Raises:
        MediaError: the path does not exist.
    """
    try:
        exists = path.exists()
    except OSError as error:
        raise unseen(path, error) from None
    if exists:
        return _list_below(path, everything) if path.is_dir() else Listing((path,))
    if is_address(path):
        raise MediaError(
            "expected a local file, got a network address", where=path, hint="download it first"
        )
    raise MediaError("no such file or folder", where=path)


def _list_below(folder: Path, everything: bool) -> Listing:
    files, skipped = [], []
    failed: list[MediaError] = []
    for path in _walk(folder, failed.append):
        if is_media(path) or (everything and _holds_media(path)):
            files.append(path)
        else:
            link = "/" if os.path.isdir(path) else ""
            skipped.append(f"{path.relative_to(folder).as_posix()}{link}")
    return Listing(tuple(sorted(files)), tuple(sorted(skipped)), tuple(failed))


def _walk(folder: Path, fail: Callable[[MediaError], None]) -> Iterator[Path]:
    """Yield every file below a folder, and every link to a folder, that is not hidden or ours."""
    folders = [folder]
    while folders:
        above = folders.pop()
        try:
            with os.scandir(above) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or entry.name.endswith((SUFFIX, KEPT_SUFFIX)):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
                    else:
                        yield Path(entry.path)
        except OSError as error:
            fail(unseen(above, error))


def _holds_media(path: Path) -> bool:
    from seehear.media.probe import probe

    try:
        return os.path.isfile(path) and bool(probe(path))
    except MediaError:
        return False
