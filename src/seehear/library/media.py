"""Which video belongs to a timeline: found by name inside folders that the user named."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from seehear.data import MEDIA_SUFFIXES
from seehear.time import SUFFIX


class MediaPlace(NamedTuple):
    """Where a video may lie.

    Args:
        folder: a folder that the user named.
        names: relative paths, the likeliest first.
        stem: if no name is found, any media file of this stem is taken.
    """

    folder: Path
    names: tuple[str, ...]
    stem: str | None = None


def place_beside(timeline: Path, source: str) -> MediaPlace:
    """Return the place in the folder of a timeline file."""
    return MediaPlace(timeline.parent, (base_name(source),), timeline.name.split(SUFFIX)[0])


def base_name(source: str) -> str:
    """Return the last part of `source`, with `/` or `\\` between folders."""
    return PurePosixPath(source.replace("\\", "/").replace("\0", "")).name


def find(
    folder: Path, names: tuple[str, ...], stem: str | None = None, *, links: Iterable[Path] = ()
) -> Path | None:
    """Return the first of `found`, or None."""
    return next(found(folder, names, stem, links=links), None)


def found(
    folder: Path, names: tuple[str, ...], stem: str | None = None, *, links: Iterable[Path] = ()
) -> Iterator[Path]:
    """Yield those of `names`, relative paths, that are media files inside `folder`.

    After these, `stem` with any media suffix.  A name that leads out of `folder`, by `..`, by being
    absolute or by a symbolic link, is not found.

    Args:
        folder: a folder that the user named.
        names: relative paths.
        stem: see above.
        links: resolved folders that symbolic links may lead into; other links are not followed.
    """
    root, links = folder.resolve(), tuple(links)
    for name, real in _files(root, names, stem):
        if real.is_relative_to(root):
            if is_media(real):
                yield real
        elif _stays(name) and any(map(real.is_relative_to, links)):
            yield real


def allowed(path: Path, roots: Iterable[Path], links: Iterable[Path]) -> bool:
    """Return whether a file lies inside resolved folders, or is a link into others.

    Args:
        path: the file.
        roots: folders it may lie in.
        links: further ones that it may be a link into.
    """
    try:
        real, roots = path.resolve(), tuple(roots)
    except (OSError, RuntimeError):  # a loop of links
        return False
    if any(map(real.is_relative_to, roots)):
        return True
    here = any(map(path.is_relative_to, roots))
    return here and any(map(real.is_relative_to, links))


def refused(place: MediaPlace) -> Path | None:
    """Return the file outside the folder that a symbolic link of a video's name leads to."""
    root = place.folder.resolve()
    for name, real in _files(root, place.names, place.stem):
        if _stays(name) and not real.is_relative_to(root):
            return real
    return None


def _files(root: Path, names: tuple[str, ...], stem: str | None) -> Iterator[tuple[str, Path]]:
    """Yield (name, resolved file) for each name with a file."""
    tries = [name for name in names if name]
    if stem:
        tries += [stem + suffix for suffix in sorted(MEDIA_SUFFIXES)]
    for name in tries:
        try:
            real = (root / name).resolve()
            if real.is_file():
                yield name, real
        except (OSError, ValueError, RuntimeError):  # too long for the system, or a loop of links
            continue


def _stays(name: str) -> bool:
    """Return whether a name has a media suffix and does not itself lead out of the folder."""
    path = PurePosixPath(name)
    return is_media(path) and not path.is_absolute() and ".." not in path.parts


def is_media(path: PurePosixPath | Path) -> bool:
    """Return whether a file has the suffix of media files."""
    return path.suffix.lower() in MEDIA_SUFFIXES
