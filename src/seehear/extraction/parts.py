"""Parts of an extraction: each worker of a cluster writes its clips into a journal of its own.

    .progress/parts/NAME/       a journal (`extraction.journal`) of the clips of one worker
    conse/feature.NAME.rows     the same file of rows, when all is done: linked, not copied
    conse/feature.places.npy    (N, 2) int64: at which row of the parts, one after the other, each
                                clip's rows begin, and how many they are

So no process sees the rows of all clips, and joining them costs a table.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seehear.features.packed import PartEntry, StoredStream, digest_of, row_bytes
from seehear.files import Json, atomic_path
from seehear.streaming.encode import FinishedClip

if TYPE_CHECKING:
    from seehear.extraction.journal import Journal

PROGRESS = ".progress"


@dataclass(frozen=True)
class WrittenClip(FinishedClip):
    """A clip whose rows a worker wrote.

    Args:
        part: into which part.
        record: what its journal says of it.
    """

    part: str = ""
    record: Mapping[str, Json] = field(default_factory=dict)

    def entry(self) -> dict[str, Json]:
        """Return what the manifest says of the clip."""
        return {key: value for key, value in self.record.items() if key not in ("at", "crc")}


def part_folder(folder: Path, part: str) -> Path:
    """Return where the journal of a part lies."""
    return folder / PROGRESS / "parts" / part


def join(folder: Path, name: str, clips: Sequence[str], journal: "Journal") -> StoredStream:
    """Link the parts of a stream into the store and return its manifest entry (without `encoder`).

    Args:
        folder: of the store.
        name: `encoder/output`.
        clips: in the order of the manifest.
        journal: that knows where their rows lie.

    Raises:
        FeatureError: rows are not those that were written; their clip is forgotten.
    """
    dim, dtype = journal.streams[name]
    size = row_bytes(dim, dtype)
    parts: list[PartEntry] = []
    first: dict[Path, int] = {}
    places = np.zeros((len(clips), 2), np.int64)
    for place, clip in enumerate(clips):
        found = journal.place(clip, name)
        if found is None:
            continue
        journal.read(clip, name)  # whole, or refused
        path, start, length = found
        if path not in first:
            first[path] = sum(part["rows"] for part in parts)
            file = f"{name}.{path.parent.name.removeprefix('.')}.rows"
            _link(path, folder / file)
            parts.append({"file": file, "rows": path.stat().st_size // size})
        places[place] = first[path] + start // size, length // size
    file = f"{name}.places.npy"
    with atomic_path(folder / file) as aside, aside.open("wb") as out:
        np.save(out, places)
    counts = set(places[:, 1].tolist()) - {0}
    total = sum(part["rows"] for part in parts)
    digest = digest_of([folder / part["file"] for part in parts])
    return {
        "file": file,
        "offsets": file,
        "parts": parts,
        "total": total,
        "dim": dim,
        "dtype": dtype,
        "rows": counts.pop() if len(counts) == 1 else None,
        "sha256": digest,
    }


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(target) as aside:
        try:
            os.link(source, aside)
        except OSError:  # a file system without links
            shutil.copyfile(source, aside)
