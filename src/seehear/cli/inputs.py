"""Which media files the user means, and under which names their results go."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from seehear.errors import MediaError
from seehear.media import find_media


@dataclass(frozen=True)
class Input:
    """One file to do.

    Args:
        path: where it lies.
        source: as the user names it: its file name, or its path below the folder that was given.
        name: of its results, unique: `source` without suffix.
    """

    path: Path
    source: str
    name: str


def collect(paths: Iterable[Path]) -> tuple[list[Input], list[tuple[Path, MediaError]]]:
    """Return the media files of files and folders, and what is none with the reason."""
    found: dict[Path, str] = {}
    failed = []
    for path in paths:
        try:
            for file in find_media([path]):
                source = file.relative_to(path).as_posix() if path.is_dir() else file.name
                found.setdefault(file, source)
        except MediaError as error:
            failed.append((path, error))
    return [
        Input(file, source, name)
        for (file, source), name in zip(found.items(), unique_names(found.values()), strict=True)
    ], failed


def unique_names(sources: Iterable[str]) -> list[str]:
    """Return each source without its suffix; those that would meet keep it, then get a number.

    Examples:
        >>> unique_names(["a.mp4", "b.mp4", "b.mov", "c.mp4", "c.mp4"])
        ['a', 'b.mp4', 'b.mov', 'c.mp4', 'c.mp4-2']
    """
    sources = list(sources)
    bare = [_bare(source) for source in sources]
    count = Counter(bare)
    out: list[str] = []
    for source, name in zip(sources, bare, strict=True):
        wanted = name if count[name] == 1 else source
        number = 2
        unique = wanted
        while unique in out:
            unique, number = f"{wanted}-{number}", number + 1
        out.append(unique)
    return out


def _bare(source: str) -> str:
    path = PurePosixPath(source)
    return str(path.with_name(path.stem)) if path.stem else source
