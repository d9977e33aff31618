"""Which timeline of a library a name in somebody's file means."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from seehear.amounts import amount
from seehear.closest import closest, shown
from seehear.interchange.media import address_parts, without_upload
from seehear.library.names import bare_name

_TIMES = re.compile(r"_\d+(?:\.\d+)?_\d+(?:\.\d+)?$")  # as LLP's names end: VIDEO_START_END


@dataclass(frozen=True)
class NamedClip:
    """A timeline by its names.

    Args:
        name: its path below the library, without suffix.
        source: what its video is called.
        words: its classes, where they were read.
    """

    name: str
    source: str
    words: tuple[str, ...] = field(default=(), compare=False)


class ClipNames:
    """Finds the clip that a name means: by its path, then its file, then without suffix.

    Args:
        clips: of the library.
    """

    def __init__(self, clips: Iterable[NamedClip]) -> None:
        self._by: dict[str, list[NamedClip]] = defaultdict(list)
        for clip in clips:
            source = clip.source.replace("\\", "/")
            file = source.rsplit("/", 1)[-1]
            names = {clip.name, source, bare_name(source), file, bare_name(file)}
            for name in names - {""}:
                self._by[name].append(clip)

    def find(self, name: str) -> tuple[NamedClip | None, str]:
        """Return (clip, "") of a name, or (None, why) if it fits no clip or several.

        Args:
            name: a path, a file name, either without suffix, or an id as LLP writes it.
        """
        name = name.replace("\\", "/").removeprefix("./")
        for tried in _tried(name):
            found = self._by.get(tried, [])
            if len(found) == 1:
                return found[0], ""
            if found:
                names = shown((clip.name for clip in found), most=3)
                return None, f"{name} fits {amount(len(found), 'clip')} ({names})"
        near = closest(name, self._by)
        hint = f"; did you mean {near}?" if near is not None else ""
        return None, f"no clip of the library is called {name}{hint}"


def _tried(name: str) -> Iterator[str]:
    """Yield the names under which a clip may be known, for a path, address or name."""
    parts = address_parts(name)
    file = parts[-1] if parts else name
    for one in (name, "/".join(parts), file, without_upload(file)):
        yield one
        yield bare_name(one)
    yield _TIMES.sub("", file)
