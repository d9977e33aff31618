"""Libraries of Parquet parts of a few clips, for tests."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from seehear.features.kept import KeptAbout, KeptWriter
from seehear.library.parts import Incoming, PartsLibrary
from seehear.library.parts.store import LocalStore
from seehear.streaming.encode import PieceRows
from seehear.streaming.messages import ClipOutcome
from seehear.time import MediaFile


def incoming(folder: Path, *names: str) -> list[Incoming]:
    """Return timeline files of a folder, all or some, with what was kept of their clips."""
    found = []
    for path in sorted(folder.rglob("*.timeline.json")):
        name = path.relative_to(folder).as_posix()
        if names and name.removesuffix(".timeline.json") not in names:
            continue
        kept = path.with_name(path.name.replace(".timeline.json", ".features.npz"))
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        found.append(
            Incoming(name, stamp, path.read_bytes(), kept if kept.exists() else None, path)
        )
    return found


def contents(library: PartsLibrary) -> dict[str, bytes]:
    """Return what a reader sees."""
    return {path: content for path, content, _ in library.files()}


def keep_of_clip(folder: Path, name: str) -> None:
    """Keep features of a clip of eight seconds."""
    encoder = {"track": "audio", "weights": {"ear": "1"}, "preprocessing": {}, "fps": None}
    rows = np.arange(24, dtype=np.float32).reshape(8, 3)
    writer = KeptWriter(folder / f"{name}.features.npz")
    writer.add("ear", PieceRows({"ear/feature": rows}, {"ear/feature": np.arange(8)}))
    outcome = ClipOutcome(8, 8.0, {"audio": "present", "visual": "absent"}, [], [], {})
    media = MediaFile(f"{name}.mp4", 1, f"sha256:{name}", 8.0)
    about = KeptAbout({"ear": encoder}, 1.0, None, None, False, media, outcome, "1", {})
    writer.finish(about)


class WatchedStore(LocalStore):
    """A folder in which something happens after each change; or before the n-th."""

    def __init__(self, folder: Path, after: Callable[[], None] = lambda: None) -> None:
        super().__init__(folder)
        self.after, self.changes = after, 0

    def write(self, name: str, content: bytes) -> None:
        super().write(name, content)
        self._changed()

    def take(self, file: Path, name: str) -> None:
        super().take(file, name)
        self._changed()

    def remove(self, name: str) -> None:
        super().remove(name)
        self._changed()

    def _changed(self) -> None:
        self.changes += 1
        self.after()
