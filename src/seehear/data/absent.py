"""Why a clip has no media file, and which file may be meant.

A file is found by the clip's exact name or id, in the media folder itself.  Where there is none, a
file of that name may lie in a subfolder, have another suffix, or be spelled in another way.
"""

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path, PurePath
from typing import NamedTuple

from seehear.closest import closest
from seehear.data.clip import Clip
from seehear.data.orphans import Nearest
from seehear.data.suffixes import MEDIA_SUFFIXES

GENERAL = "no media file of this clip"


class _Why(NamedTuple):
    """A reason that many clips may share, and the file or id that may be meant for this one."""

    kind: str
    file: str = ""


class Absent:
    """Says why clips have no media file.

    Args:
        media: the media folder; None: there is none.
        named: the folder that the dataset names, where that is not there.
    """

    def __init__(self, media: Path | None, named: Path | None = None) -> None:
        self._media, self._named_folder = media, named

    def kind(self, clip: Clip) -> str:
        """Return why a clip has none; the same text for all clips with the same fault."""
        return self._why(clip).kind

    def reason(self, clip: Clip) -> str:
        """Return why a clip has none, with its name and the file that may be meant."""
        why = self._why(clip)
        meant = f"; did you mean {why.file}?" if why.file else ""
        return f"{clip.name}: {why.kind}{meant}"

    def _why(self, clip: Clip) -> _Why:
        if self.no_folder is not None:
            return _Why(f"{GENERAL}: {self.no_folder}")
        for name in dict.fromkeys((clip.name, clip.id)):
            for files in (self._named(name, _is_media), self._named(name, _is_other)):
                if files:
                    return self._of_file(files[0])
        meant = self._nearest.same(clip.name)
        if meant is None:
            return _Why(f"{GENERAL}: no file has its name")
        if PurePath(clip.name).suffix.lower() in MEDIA_SUFFIXES:
            return _Why(
                f"{GENERAL}: its id ends in a suffix, and ids are file names without",
                meant,
            )
        return _Why(f"{GENERAL}: only one of another spelling", self._by_stem[meant][0])

    @cached_property
    def no_folder(self) -> str | None:
        """Why no clip has a media file, where there is no media folder; None: there is one."""
        if self._media is not None:
            return None
        named = self._named_folder
        if named is None:
            return "the dataset has no media folder"
        near = closest(named.name, (path.name for path in named.parent.glob("*/")))
        meant = f"; did you mean {near}?" if near else ""
        return f"the media folder {named.name} is not there{meant}"

    def _of_file(self, file: str) -> _Why:
        path = PurePath(file)
        if not _is_media(file):
            suffix = path.suffix or "no suffix"
            return _Why(f"{GENERAL}: {suffix} is not among the suffixes of media", file)
        if len(path.parts) > 1:
            return _Why(f"{GENERAL}: it lies in a subfolder, and only the folder is searched", file)
        return _Why(GENERAL, file)

    def _named(self, name: str, which: Callable[[str], bool]) -> list[str]:
        return [file for file in self._by_stem.get(name, []) if which(file)]

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        """Return every file below the media folder by its stem (looked for once)."""
        found: dict[str, list[str]] = {}
        root = self._media or Path()
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder, name).relative_to(root)
                found.setdefault(path.stem, []).append(path.as_posix())
        return found

    @cached_property
    def _nearest(self) -> Nearest:
        media = (stem for stem, files in self._by_stem.items() if any(map(_is_media, files)))
        return Nearest(media)


def _is_media(file: str) -> bool:
    return PurePath(file).suffix.lower() in MEDIA_SUFFIXES


def _is_other(file: str) -> bool:
    return not _is_media(file)
