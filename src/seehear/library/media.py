"""Which video belongs to a timeline: found by name inside folders that the user named."""

from pathlib import Path, PurePosixPath

from seehear.data import MEDIA_SUFFIXES
from seehear.time import SUFFIX


def beside(timeline: Path, source: str) -> Path | None:
    """Return the video in the folder of a timeline file, by its `source` or its stem, or None."""
    stem = timeline.name.split(SUFFIX)[0]
    return find(timeline.parent, (base_name(source),), stem=stem)


def base_name(source: str) -> str:
    """Return the last part of `source`, whichever way its folders are divided."""
    return PurePosixPath(source.replace("\\", "/").replace("\0", "")).name


def find(folder: Path, names: tuple[str, ...], *, stem: str | None = None) -> Path | None:
    """Return the first of `names`, relative paths, that is a media file inside `folder`.

    Failing these, `stem` with any media suffix; None if there is none.  A name that leads out of
    `folder`, by `..`, by being absolute or by a symbolic link, is not found.
    """
    root = folder.resolve()
    tries = [name for name in names if name]
    if stem:
        tries += [stem + suffix for suffix in sorted(MEDIA_SUFFIXES)]
    for name in tries:
        try:
            real = (root / name).resolve()
            inside = real.suffix.lower() in MEDIA_SUFFIXES and real.is_relative_to(root)
            if inside and real.is_file():
                return real
        except (OSError, ValueError):  # a name too long for the system, or a loop of links
            continue
    return None
