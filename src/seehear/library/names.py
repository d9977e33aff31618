"""The names of the results of media files."""

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath


def result_names(sources: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Return each source without its suffix; equal names keep the suffix, then get a number.

    Args:
        sources: paths with `/` between folders.
        taken: names already in use.

    Examples:
        >>> result_names(["a.mp4", "b.mp4", "b.mov", "c.mp4", "c.mp4"])
        ['a', 'b.mp4', 'b.mov', 'c.mp4', 'c.mp4-2']
        >>> result_names(["a.mov"], taken=["a"])
        ['a.mov']
    """
    sources = list(sources)
    bare = [bare_name(source) for source in sources]
    count = Counter([*bare, *taken])
    given = set(taken)
    out = []
    for source, name in zip(sources, bare, strict=True):
        wanted = unique = name if count[name] == 1 else source
        number = 2
        while unique in given:
            unique, number = f"{wanted}-{number}", number + 1
        given.add(unique)
        out.append(unique)
    return out


def bare_name(source: str) -> str:
    """Return a path without the suffix of its file."""
    path = PurePosixPath(source)
    return str(path.with_name(path.stem)) if path.stem else source
