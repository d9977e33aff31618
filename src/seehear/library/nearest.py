"""Clips that may hold the seconds nearest to an example: an index of a large library's vectors.

It serves libraries that are too large to be read for each search.  `.seehear/nearest` holds, for
each stream, an index of its seconds (faiss: unit vectors of 16 bits, sorted into cells, of which
the nearest fifth are searched) and a table of the clips they belong to.  The index only proposes
clips; these are then compared exactly, as all clips are without an index.

Before a search the index is brought up to date.  The new index is written beside the old one, and
the table, which names its index, is replaced last, so a killed process leaves the old state.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError, FeatureError
from seehear.files import Json, atomic_path, stamp, write_text
from seehear.foreign.forms import record, table, text, whole
from seehear.foreign.texts import read_json
from seehear.lock import owned

FOLDER = ".seehear/nearest"
MANY_S = 360_000.0  # seconds of clips from which on an index is used, if it is installed
PROPOSED = 2000  # seconds that an index proposes for each vector of an example
_CELL = 40  # vectors that a cell needs at least, to be placed well
_PARTS = 200_000  # vectors that are added at once; the first of them place the cells
_FORM = record(
    {
        "index": text,
        "written": whole(),
        "next": whole(),
        "clips": table(record({"stamp": text, "first": whole(), "count": whole()})),
    }
)
Vectors = NDArray[np.float32]


@dataclass
class _Seconds:
    """The clips that the seconds of an index belong to."""

    index: str = ""
    written: int = 0
    next: int = 0
    clips: dict[str, dict[str, Any]] = field(default_factory=dict)


def installed() -> bool:
    """Return whether faiss is installed."""
    try:
        import faiss  # noqa: F401
    except ImportError:
        return False
    return True


def proposed(
    library: Path, kept: Mapping[str, Path], stream: str, made: Mapping[str, Json], query: Vectors
) -> set[str]:
    """Return the clips that may hold the seconds nearest to some vectors, after an update.

    Args:
        library: the folder.
        kept: by timeline, the file of its kept features.
        stream: the stream that is compared.
        made: record of its encoder; clips encoded another way are left out.
        query: unit vectors (n, D).

    Raises:
        ConfigError: another process writes the index.
    """
    folder = library / FOLDER
    with owned(folder):
        index = _Index(folder, stream, made)
        index.renew(kept)
    return index.near(query)


def _stamp(path: Path) -> str:
    """Return a text that changes with a file; "" if there is no file."""
    return "-".join(map(str, stamp(path) or ()))


class _Index:
    """The index of one stream.

    Args:
        folder: of all indexes of the library.
        stream: name of the stream.
        made: record of its encoder.
    """

    def __init__(self, folder: Path, stream: str, made: Mapping[str, Json]) -> None:
        self._stream, self._made, self._folder = stream, made, folder
        digest = hashlib.sha256(json.dumps([stream, made], sort_keys=True).encode()).hexdigest()
        self._name = f"{stream.replace('/', '-')}-{digest[:12]}"
        self._path = folder / f"{self._name}.json"
        self._table, self._faiss = self._read()

    def _read(self) -> tuple[_Seconds, Any]:
        """Return table and index from disk; new ones if they are missing or damaged."""
        import faiss

        try:
            found = _Seconds(**read_json(self._path, _FORM))
            return found, faiss.read_index(str(self._folder / Path(found.index).name))
        except (DataError, RuntimeError):
            return _Seconds(), None

    def renew(self, kept: Mapping[str, Path]) -> None:
        """Add new and changed clips, and remove those that are gone."""
        now = {path: _stamp(rows) for path, rows in kept.items()}
        known = self._table.clips
        gone = {p for p, one in known.items() if now.get(p) != one["stamp"]}
        new = [p for p, there in now.items() if there and (p in gone or p not in known)]
        if not gone and not new:
            return
        for path in gone:
            self._take_out(known.pop(path))
        self._add({path: (kept[path], now[path]) for path in new})
        self._write()

    def _add(self, new: Mapping[str, tuple[Path, str]]) -> None:
        """Add clips, given as name -> (file of features, its stamp), some at a time."""
        coming: list[Vectors] = []
        for path, (rows, there) in new.items():
            vectors = self._vectors(rows)
            place = {"stamp": there, "first": self._table.next, "count": len(vectors)}
            self._table.clips[path] = place
            self._table.next += len(vectors)
            coming.append(vectors)
            if sum(map(len, coming)) >= _PARTS:
                self._bring_in(coming)
                coming = []
        self._bring_in(coming)

    def _vectors(self, path: Path) -> Vectors:
        """Return the vectors (n, D) of a clip; n is 0 if it has none, or none made this way."""
        from seehear.features.kept import opened_kept
        from seehear.library.like import vectors_of

        try:
            with opened_kept(path) as clip:
                if clip.about.encoders.get(self._stream.partition("/")[0]) == self._made:
                    parts = [vectors for _, _, vectors in vectors_of(clip, [self._stream])]
                    return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)
        except FeatureError:
            pass
        return np.zeros((0, 1), np.float32)

    def _take_out(self, one: Mapping[str, Any]) -> None:
        import faiss

        if one["count"] and self._faiss is not None:
            first, count = one["first"], one["count"]
            self._faiss.remove_ids(faiss.IDSelectorRange(first, first + count))

    def _bring_in(self, coming: Sequence[Vectors]) -> None:
        """Add vectors under the last ids that were given out."""
        import faiss

        rows = [vectors for vectors in coming if len(vectors)]
        if not rows:
            return
        vectors = np.concatenate(rows)
        if self._faiss is None:
            cells = max(1, min(round(len(vectors) ** 0.5), len(vectors) // _CELL))
            kind = f"IVF{cells},SQfp16"
            self._faiss = faiss.index_factory(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
            self._faiss.train(vectors)
        ids = np.arange(self._table.next - len(vectors), self._table.next)
        self._faiss.add_with_ids(vectors, ids)

    def _write(self) -> None:
        """Write the new index beside the old one, then replace the table that names it."""
        import faiss

        self._table.written += 1
        self._table.index = f"{self._name}-{self._table.written}.faiss"
        if self._faiss is not None:
            with atomic_path(self._folder / self._table.index) as part:
                faiss.write_index(self._faiss, str(part))
        write_text(self._path, json.dumps(dataclasses.asdict(self._table)))
        for old in self._folder.glob(f"{self._name}-*.faiss"):
            if old.name != self._table.index:
                old.unlink(missing_ok=True)

    def near(self, query: Vectors) -> set[str]:
        """Return the clips that may hold the seconds nearest to some vectors."""
        import faiss

        if self._faiss is None:
            return set()
        looked_at = faiss.SearchParametersIVF(nprobe=1 + self._faiss.nlist // 5)
        count = min(PROPOSED, self._faiss.ntotal)
        _, found = self._faiss.search(query, count, params=looked_at)
        ids = np.unique(found[found >= 0])
        clips = sorted(
            (one["first"], path) for path, one in self._table.clips.items() if one["count"]
        )
        firsts = np.array([first for first, _ in clips])
        places = np.searchsorted(firsts, ids, side="right") - 1
        return {clips[place][1] for place in np.unique(places).tolist()}
