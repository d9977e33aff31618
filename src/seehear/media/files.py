"""Which files of a folder are media."""

from collections.abc import Iterable
from pathlib import Path

from seehear.data.suffixes import MEDIA_SUFFIXES
from seehear.errors import MediaError


def find_media(paths: Iterable[Path]) -> list[Path]:
    """Return the media files of files and folders: a file as it is, a folder's files by suffix,
    sorted, recursively.

    Hidden files and folders are passed over.

    Raises:
        MediaError: a path does not exist, or there is no media file at all.
    """
    found: dict[Path, None] = {}
    paths = list(paths)
    for path in paths:
        try:
            exists = path.exists()
        except OSError as error:  # a name too long for the system, a folder that may not be read
            raise MediaError(
                f"cannot be looked at ({error.strerror or error})", where=str(path)[:200]
            ) from None
        if exists and path.is_dir():
            inside = (
                p
                for p in sorted(path.rglob("*"))
                if p.suffix.lower() in MEDIA_SUFFIXES and p.is_file()
            )
            found.update(dict.fromkeys(p for p in inside if not _hidden(p.relative_to(path))))
        elif exists:
            found[path] = None
        elif "://" in str(path) or ":/" in str(path):  # Path folds the second slash
            raise MediaError(
                "expected a local file, got a network address", where=path, hint="download it first"
            )
        else:
            raise MediaError("no such file or folder", where=path)
    if not found:
        where = ", ".join(map(str, paths))
        raise MediaError(
            "no media files found", where=where, hint="expected names such as clip.mp4 or sound.wav"
        )
    return list(found)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
