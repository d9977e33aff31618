"""The media that foreign files speak of: found by name below a folder that the user named."""

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from seehear.amounts import amount
from seehear.data.suffixes import MEDIA_SUFFIXES
from seehear.errors import ConfigError

_UPLOADED = re.compile(r"[0-9a-f]{6,8}-(?=.)")  # what Label Studio puts before an uploaded name
_UNSAFE = re.compile(r'[/\\:*?"<>|]')
_MOST = 1_000_000  # files below a folder


@dataclass(frozen=True)
class MediaFound:
    """What a name leads to.

    Args:
        path: the media file; None: none, or several.
        name: what its timeline is called: its path below the folder, without suffix.
        source: its path below the folder; where there is none, what the file calls it.
        why: why there is none.
        several: whether that is because there are several.
    """

    path: Path | None
    name: str
    source: str
    why: str = ""
    several: bool = False


class MediaFolder:
    """Media by their names.

    Args:
        path: a folder, or one media file; None: there are none.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._by: dict[str, list[Path]] = defaultdict(list)
        self.all = [] if path is None else _files(path)
        for file in self.all:
            for name in {file.name.casefold(), file.stem.casefold()}:
                self._by[name].append(file)

    @property
    def only(self) -> Path | None:
        """The media file where there is but one."""
        return self.all[0] if len(self.all) == 1 else None

    def find(self, source: str) -> MediaFound:
        """Return the media file of a path, address or name."""
        parts = address_parts(source)
        name = parts[-1] if parts else ""
        for tried in (name, without_upload(name)):
            for key in (tried, PurePosixPath(tried).stem):
                found = self._best(self._by.get(key.casefold(), []), parts)
                if len(found) == 1:
                    return self.found(found[0])
                if found:
                    why = f"{amount(len(found), 'media file')} are called {key}"
                    return MediaFound(None, "", name, why, several=True)
        why = "" if self.path is None else f"there is no media file called {name} below {self.path}"
        suffix = PurePosixPath(name).suffix.lower()
        bare = PurePosixPath(name).stem if suffix in MEDIA_SUFFIXES else name
        return MediaFound(None, _safe(bare), name or "clip", why)

    def of_annotation(self, file: Path) -> MediaFound:
        """Return the media file that an annotation file is called after."""
        name = file.name
        while name:
            found = self.find(name) if self._by.get(name.casefold()) else None
            if found is not None and found.path is not None:
                return found
            shorter = name.rpartition(".")[0]
            if shorter == name:
                break
            name = shorter
        if self.only is not None:
            return self.found(self.only)
        why = "" if self.path is None else f"no media file below {self.path} is called after it"
        name = _safe(file.name.partition(".")[0] or file.name)
        return MediaFound(None, name, name, why)

    def found(self, file: Path) -> MediaFound:
        """Return a media file under its names."""
        below = Path(file.name)
        if self.path is not None and file != self.path:
            below = file.relative_to(self.path)
        return MediaFound(file, below.with_suffix("").as_posix(), below.as_posix())

    def _best(self, files: list[Path], parts: list[str]) -> list[Path]:
        """Return those of several files of one name whose folders are most like the source's."""
        if len(files) < 2:
            return files
        common = [_common(file, parts) for file in files]
        best = max(common)
        return [file for file, count in zip(files, common, strict=True) if count == best]


def _common(file: Path, parts: list[str]) -> int:
    """Return how many folders above a file are called as those above the source."""
    count = 0
    for one, other in zip(reversed(file.parts[:-1]), reversed(parts[:-1]), strict=False):
        if one.casefold() != other.casefold():
            break
        count += 1
    return count


def address_parts(source: str) -> list[str]:
    """Return the folders and the name of a path, of any system, or of an address."""
    text = source.strip()
    if "?d=" in text:  # how Label Studio names files of its own machine
        text = text.partition("?d=")[2]
    if "://" in text:
        text = urlsplit(text).path
    if "%" in text:
        text = unquote(text)
    return [part for part in text.replace("\\", "/").split("/") if part not in ("", ".", "..")]


def without_upload(name: str) -> str:
    """Return a name without what Label Studio puts before those of uploaded files."""
    return _UPLOADED.sub("", name, count=1)


def _safe(name: str) -> str:
    """Return a name that can stand for a file on any system."""
    kept = _UNSAFE.sub("_", "".join(filter(str.isprintable, name)))
    return kept.strip(" .")[:120] or "clip"


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise ConfigError("expected a folder of media, or a media file", where=path)
    out: list[Path] = []
    for above, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix.lower() in MEDIA_SUFFIXES and not name.startswith("."):
                out.append(Path(above, name))
        if len(out) > _MOST:
            raise ConfigError(f"expected at most {_MOST:,} media files", where=path)
    return out
