"""The kept features of a library's clips as files: beside the timelines, or copied out of Parquet
parts, once.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path

from seehear.features.beside import kept_path
from seehear.files import atomic_path
from seehear.library.parts import PartsLibrary, parts_of
from seehear.library.scan import FOLDER
from seehear.time import KEPT_SUFFIX


class KeptFiles:
    """Finds the kept features of clips.

    Args:
        library: the folder; features in Parquet parts are copied now.

    Raises:
        DataError: a part is damaged or cannot be reached.
        SeehearError: they cannot be written.
    """

    def __init__(self, library: Path) -> None:
        self._library = library
        self._folder = library / FOLDER / "kept"
        parts = parts_of(library)
        self._versions = None if parts is None else parts.featured()
        if parts is not None and self._versions:
            self._bring(parts, self._versions)

    def _bring(self, parts: PartsLibrary, versions: Mapping[str, str]) -> None:
        """Copy what is missing, and remove what no clip has any longer."""
        names = {path: self._name(path) for path in versions}
        there = {file.name for file in self._folder.glob(f"*{KEPT_SUFFIX}")}
        for name in there - set(names.values()):
            with contextlib.suppress(OSError):
                (self._folder / name).unlink()
        missing = [path for path, name in names.items() if name not in there]
        for path, content in parts.all_features(missing):
            with atomic_path(self._folder / names[path], wanted=len(content)) as part:
                part.write_bytes(content)

    def path(self, timeline: str) -> Path:
        """Return where the features of a timeline's clip are kept, if they are."""
        if self._versions is None:
            return kept_path(self._library / timeline)
        return self._folder / self._name(timeline)

    def _name(self, timeline: str) -> str:
        version = (self._versions or {}).get(timeline, "none")
        return hashlib.sha256(f"{version}/{timeline}".encode()).hexdigest()[:32] + KEPT_SUFFIX
