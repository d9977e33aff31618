"""Parts of an extraction: each worker of a cluster writes its clips into a journal of its own.

    .progress/parts/NAME/       a journal (`extraction.journal`) of the clips of one worker
    conse/feature.NAME.rows     its file of rows, linked here when all is done, not copied
    conse/feature.places.npy    (N, 2) int64: for each clip its first row, counted over all parts
                                one after the other, and how many rows it has

So no process needs the rows of all clips, and joining the parts means writing one small table.
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
        part: name of the part with the rows.
        record: of the clip in the part's journal.
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
        clips: their names, in the order of the manifest.
        journal: the main journal, which knows where their rows lie.

    Raises:
        FeatureError: rows are not those that were written; their clip is dropped from the journal.
        SeehearError: the system refuses to write.
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
        journal.read(clip, name)  # raises if its rows are damaged
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
