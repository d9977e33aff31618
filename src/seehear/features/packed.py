"""Our store: one folder with one manifest, and one memory-mapped array for each stream.

    FEATURES/
      manifest.json              what was asked, encoders with the digests of their weights,
                                 versions, the status of each clip
      conse/feature.npy          (rows, D): the rows of all clips, one after the other, in the
                                 manifest's order of clips
      conse/feature.offsets.npy  (N + 1,) int64: clip i has the rows from offsets[i] to before
                                 offsets[i + 1]; a failed clip has none

So training on 10,000 clips opens one file for each stream, clips may have any length, and clips of
equal length are read with a single index into the memory map.  A store made on a cluster may have
its rows in several files instead, see `StoredStream`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import FeatureError
from seehear.features.store import (
    DAMAGED,
    WITHOUT_ROWS,
    ClipEntry,
    Encoders,
    FeatureStore,
    Stream,
    bare_id,
)
from seehear.files import Json, atomic_path, stamp, write_text
from seehear.foreign.arrays import is_of, read_npy
from seehear.foreign.forms import (
    Wrong,
    anything,
    items,
    maybe,
    number,
    one_of,
    record,
    shortened,
    table,
    text,
    whole,
)
from seehear.foreign.texts import read_json
from seehear.names import inside

SCHEMA = "seehear.features/1"
MANIFEST = "manifest.json"


class PartEntry(TypedDict):
    """A part of a stream: a file of `rows` rows, without any header."""

    file: str
    rows: int


class StoredStream(TypedDict):
    """What the manifest says of one stream.

    It has `total` rows of `dim` numbers; `rows` of them for each clip, None where clips differ.
    They lie in `file`, and `offsets` is as the module says.  Or they lie in `parts`, one after the
    other; then `offsets` is (N, 2): the first row of each clip, and how many rows it has.
    """

    file: str
    offsets: str
    total: int
    dim: int
    dtype: str
    rows: int | None
    sha256: str
    encoder: NotRequired[str]
    parts: NotRequired[list[PartEntry]]


class Parts:
    """The rows of a stream that lie in several files, one after the other.

    Args:
        folder: of the store.
        entry: what the manifest says of the stream.

    Raises:
        FeatureError: a file is missing, or not as long as it should be.
    """

    def __init__(self, folder: Path, entry: StoredStream) -> None:
        self._dim, self._dtype = entry["dim"], entry["dtype"]
        self._files = [folder / part["file"] for part in entry["parts"]]
        counts = [part["rows"] for part in entry["parts"]]
        self._first = np.concatenate([[0], np.cumsum(np.array(counts, np.int64))])
        self._mapped: dict[int, NDArray[Any]] = {}
        for file, count in zip(self._files, counts, strict=True):
            found = stamp(file)
            wanted = count * row_bytes(self._dim, self._dtype)
            if found is None or found[0] != wanted:
                got = "none" if found is None else f"{found[0]:,} bytes"
                raise FeatureError(
                    f"expected a file of {wanted:,} bytes, got {got}", where=file, hint=DAMAGED
                )

    def hold(self, places: NDArray[np.int64]) -> bool:
        """Return whether the rows of each clip lie in a single part.

        Args:
            places: (N, 2), the first row of each clip, and how many rows it has.
        """
        with_rows = places[places[:, 1] > 0]
        part = np.searchsorted(self._first, with_rows[:, 0], side="right") - 1
        if (part >= len(self._files)).any():
            return False
        return bool((with_rows.sum(axis=1) <= self._first[part + 1]).all())

    def between(self, start: int, stop: int) -> NDArray[Any]:
        """Return the rows from `start` to before `stop`, all of one part, as a view of its map."""
        part = int(np.searchsorted(self._first, start, side="right")) - 1
        if part not in self._mapped:
            shape = (int(self._first[part + 1] - self._first[part]), self._dim)
            self._mapped[part] = np.memmap(self._files[part], self._dtype, "r", shape=shape)
        first = int(self._first[part])
        return self._mapped[part][start - first : stop - first]


class PackedStore(FeatureStore):
    """Our store, opened for reading.

    Args:
        path: the folder that holds `manifest.json`.

    Raises:
        FeatureError: the manifest is missing, of another version, or does not agree with itself.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.manifest = read_manifest(self.path)
        self.clips: list[ClipEntry] = self.manifest["clips"]
        self._index = _places(self.clips)
        self._stored: dict[str, StoredStream] = self.manifest["streams"]
        self.streams = {
            name: _describe(name, entry, self.manifest["encoders"])
            for name, entry in self._stored.items()
        }
        self._open: dict[str, tuple[NDArray[Any] | Parts, NDArray[np.int64]]] = {}

    def encoders(self) -> Encoders:
        """Return what the manifest says of each encoder."""
        return dict(self.manifest["encoders"])

    def entries(self) -> list[ClipEntry]:
        """Return the clips of the manifest."""
        return self.clips

    def entry(self, name: str) -> ClipEntry:
        """Return one clip of the manifest."""
        return self.clips[self._position(name)]

    def count(self, stream: str, name: str) -> int:
        """Return R, how many rows of a stream the clip has."""
        _, places = self._map(stream)
        position = self._index.get(name, self._index.get(bare_id(name)))
        return 0 if position is None else int(places[position, 1])

    def rows(self, stream: str, name: str) -> NDArray[np.float32]:
        """Return the rows of one clip, (R, D)."""
        return np.array(self.raw(stream, name), np.float32)

    def array(self, stream: str, names: Sequence[str], *, pad: bool = False) -> NDArray[np.float32]:
        """Return the rows of several clips, (N, R, D); see `FeatureStore.array`.

        Clips of equal length are read with a single index.
        """
        data, places = self._map(stream)
        if isinstance(data, Parts):
            return super().array(stream, names, pad=pad)
        starts = np.empty(len(names), np.int64)
        counts = set()
        for i, name in enumerate(names):
            starts[i], stop = self._range(stream, name, places)
            counts.add(int(stop - starts[i]))
        count = counts.pop() if len(counts) == 1 else 0
        if not count or len(data) % count or (starts % count).any():
            return super().array(stream, names, pad=pad)
        return np.asarray(data.reshape(-1, count, data.shape[1])[starts // count], np.float32)

    def raw(self, stream: str, name: str) -> NDArray[Any]:
        """Return the rows of one clip as stored, (R, D), as a view of the memory map."""
        data, places = self._map(stream)
        start, stop = self._range(stream, name, places)
        return data.between(start, stop) if isinstance(data, Parts) else data[start:stop]

    def verify(self) -> None:
        """Read every array completely, and compare it with its digest in the manifest.

        Raises:
            FeatureError: one is not what was written.
        """
        for name, entry in self._stored.items():
            self._map(name)
            files = [part["file"] for part in entry.get("parts", [])]
            found = digest_of([self.path / file for file in files or [entry["file"]]])
            if found != entry["sha256"]:
                raise FeatureError(
                    f"expected sha256 {entry['sha256'][:12]}..., got {found[:12]}...",
                    where=self.path / entry["file"],
                    hint=DAMAGED,
                )

    def _position(self, name: str) -> int:
        position = self._index.get(name, self._index.get(bare_id(name)))
        if position is None:
            raise FeatureError(
                f"clip {name} is not among the {amount(len(self.clips), 'clip')} of this folder",
                where=self.path,
                hint="were the features extracted from another dataset?",
            )
        return position

    def _range(self, stream: str, name: str, places: NDArray[np.int64]) -> tuple[int, int]:
        start, count = map(int, places[self._position(name)])
        if not count:
            status = self.status(name)
            told = ": ".join(filter(None, (status.state, status.reason)))
            raise FeatureError(
                f"clip {name} has no rows of {stream} ({told})",
                where=self.path,
                hint=WITHOUT_ROWS,
            )
        return start, start + count

    def _map(self, stream: str) -> tuple[NDArray[Any] | Parts, NDArray[np.int64]]:
        """Return the rows of a stream, and (N, 2): each clip's first row and number of rows."""
        if stream not in self._open:
            self.stream(stream)
            entry = self._stored[stream]
            if "parts" in entry:
                self._open[stream] = self._map_parts(entry)
                return self._open[stream]
            shape = (entry["total"], entry["dim"])
            data = load_array(self.path / entry["file"], shape, entry["dtype"])
            path = self.path / entry["offsets"]
            offsets = load_array(path, (len(self.clips) + 1,), "int64")
            rising = (offsets[1:] >= offsets[:-1]).all()
            if offsets[0] != 0 or offsets[-1] != entry["total"] or not rising:
                raise FeatureError(
                    f"expected places from 0 to {entry['total']}, each after the one before",
                    where=path,
                    hint=DAMAGED,
                )
            self._open[stream] = data, np.stack([offsets[:-1], np.diff(offsets)], axis=1)
        return self._open[stream]

    def _map_parts(self, entry: StoredStream) -> tuple[Parts, NDArray[np.int64]]:
        parts = Parts(self.path, entry)
        path = self.path / entry["offsets"]
        places = np.array(load_array(path, (len(self.clips), 2), "int64"))
        if (places < 0).any() or not parts.hold(places):
            raise FeatureError(
                f"expected places from 0 to {entry['total']}, each in one part",
                where=path,
                hint=DAMAGED,
            )
        return parts, places


def _places(clips: Sequence[ClipEntry]) -> dict[str, int]:
    """Return each clip's place by its id and by its name; a name wins over another clip's id."""
    places: dict[str, int] = {}
    for field in ("id", "name"):
        for place, clip in enumerate(clips):
            key = clip.get(field)
            if isinstance(key, str):
                places[key] = place
    return places


def _describe(name: str, entry: StoredStream, encoders: Encoders) -> Stream:
    encoder = entry["encoder"]
    provenance = {**encoders.get(encoder, {}), "sha256": entry["sha256"]}
    return Stream(name, entry["rows"], entry["dim"], entry["dtype"], encoder, provenance)


def read_manifest(folder: Path) -> dict[str, Json]:
    """Return the manifest of a store.

    Raises:
        FeatureError: it is missing, unreadable or of another version.
    """
    path = folder / MANIFEST
    if not path.exists():
        raise FeatureError(
            f"expected a features folder with {MANIFEST}, found none",
            where=folder,
            hint="make one with seehear extract",
        )
    found = read_json(path, anything, kind=FeatureError, hint=DAMAGED)
    schema = found.get("schema") if isinstance(found, dict) else found
    if schema != SCHEMA:
        raise FeatureError(
            f"expected schema {SCHEMA}, got {shortened(schema)}", where=path, hint=DAMAGED
        )
    try:
        manifest = _MANIFEST(found)
    except Wrong as wrong:
        raise FeatureError(str(wrong), where=path, hint=DAMAGED) from None
    for name, entry in manifest["streams"].items():
        parts = [part["file"] for part in entry.get("parts", [])]
        for file in (name, entry["file"], entry["offsets"], *parts):
            inside(folder, file, parts=2, where=path, kind=FeatureError)
    return manifest


_CLIP = record(
    {"name": text, "id": text, "state": one_of("ok", "degraded", "failed")},
    {
        "reason": text,
        "warnings": items(text),
        "tracks": table(text),
        "segments": whole(),
        "duration_s": maybe(number()),
    },
)
_STREAM = record(
    {
        **dict.fromkeys(("file", "offsets", "dtype", "sha256", "encoder"), text),
        "total": whole(),
        "dim": whole(),
        "rows": maybe(whole()),
    },
    {"parts": items(record({"file": text, "rows": whole()}))},
)
_MANIFEST = record(
    {"clips": items(_CLIP), "streams": table(_STREAM), "encoders": table(table(anything))}
)


def load_array(path: Path, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    """Return a memory-mapped array after checking what it is.

    Raises:
        FeatureError: the file is missing, no array, or of another shape or type.
    """
    return read_npy(path, is_of(shape, dtype), kind=FeatureError, hint=DAMAGED, mapped=True)


def digest_of(paths: Sequence[Path]) -> str:
    """Return the sha256 of a file, or of several as if they were one."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while data := file.read(1 << 20):
                digest.update(data)
    return digest.hexdigest()


def row_bytes(dim: int, dtype: str) -> int:
    """Return how many bytes a row takes."""
    return dim * np.dtype(dtype).itemsize


def write_stream(
    folder: Path,
    name: str,
    clips: Iterable[NDArray[Any] | None],
    *,
    total: int,
    dim: int,
    dtype: str,
) -> StoredStream:
    """Write one stream and return its manifest entry (without `encoder`).

    Args:
        folder: the store's folder.
        name: `encoder/output`.
        clips: the rows of each clip, (R, D), in the manifest's order; None: it has none.
        total: the sum of all R.
        dim: D.
        dtype: `float32` or `float16`.

    Raises:
        SeehearError: the system refuses to write.
        ValueError: the clips have another number of rows than `total`.
    """
    file = f"{name}.npy"
    offsets_file = f"{name}.offsets.npy"
    offsets = [0]
    bytes_ = total * dim * np.dtype(dtype).itemsize
    with atomic_path(folder / file, wanted=bytes_) as part:
        with part.open("wb") as out:
            header = {
                "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
                "fortran_order": False,
                "shape": (total, dim),
            }
            np.lib.format.write_array_header_1_0(out, header)
            for rows in clips:
                count = 0 if rows is None else len(rows)
                if count:
                    out.write(np.ascontiguousarray(rows, dtype).data)
                offsets.append(offsets[-1] + count)
        if offsets[-1] != total:
            raise ValueError(f"{name}: expected {total} rows in all, got {offsets[-1]}")
        digest = digest_of([part])
    with atomic_path(folder / offsets_file) as part, part.open("wb") as out:
        np.save(out, np.array(offsets, np.int64))
    counts = set(np.diff(offsets).tolist()) - {0}
    return {
        "file": file,
        "offsets": offsets_file,
        "total": total,
        "dim": dim,
        "dtype": dtype,
        "rows": counts.pop() if len(counts) == 1 else None,
        "sha256": digest,
    }


def write_manifest(folder: Path, manifest: Mapping[str, Json]) -> None:
    """Write the manifest, a line for each clip.

    It is written last: a folder is a store as soon as it has one.
    """
    about = {"schema": SCHEMA, **{key: value for key, value in manifest.items() if key != "clips"}}
    head = json.dumps(about, indent=1, ensure_ascii=False).removesuffix("\n}")
    clips = ",\n".join(json.dumps(clip, ensure_ascii=False) for clip in manifest["clips"])
    write_text(folder / MANIFEST, f'{head},\n "clips": [\n{clips}\n]}}\n')
