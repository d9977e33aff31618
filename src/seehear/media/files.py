"""Which files of a folder are media."""

from collections.abc import Iterable
from pathlib import Path, PurePath

from seehear.data.suffixes import MEDIA_SUFFIXES
from seehear.errors import MediaError
from seehear.media.container import is_address, unseen


def is_media(path: PurePath | str) -> bool:
    """Return whether a file is called as media files are."""
    return PurePath(path).suffix.lower() in MEDIA_SUFFIXES


def find_media(paths: Iterable[Path]) -> list[Path]:
    """Return the media files among files and folders, each once.

    A file is taken as it is; a folder's files, and those of its subfolders, by suffix, sorted.
    Hidden files and folders are passed over.

    Raises:
        MediaError: a path does not exist, or there is no media file at all.
    """
    paths = list(paths)
    found = list(dict.fromkeys(file for path in paths for file in _media_of(path)))
    if not found:
        where = ", ".join(map(str, paths))
        raise MediaError(
            "no media files found", where=where, hint="expected names such as clip.mp4 or sound.wav"
        )
    return found


def _media_of(path: Path) -> list[Path]:
    try:
        exists = path.exists()
    except OSError as error:
        raise unseen(path, error) from None
    if exists:
        return _media_below(path) if path.is_dir() else [path]
    if is_address(path):
        raise MediaError(
            "expected a local file, got a network address", where=path, hint="download it first"
        )
    raise MediaError("no such file or folder", where=path)


def _media_below(folder: Path) -> list[Path]:
    found = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if is_media(path) and not hidden and path.is_file():
            found.append(path)
    return found
