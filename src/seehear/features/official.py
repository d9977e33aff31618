"""Features as published: a folder for each feature, an `.npy` file for each clip, named by its id.

They are those of LLP's own package, LSLD, VALOR, UWAV, LFAV and UnAV-100.  The files do not say how
they were made, so all that is known of a stream is its folder.  Shapes and types are checked when a
file is read.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import DataError, FeatureError
from seehear.features.store import ClipEntry, Encoders, FeatureStore, Stream, bare_id
from seehear.files import Json
from seehear.foreign.arrays import Header
from seehear.foreign.arrays import read_npy as read_array
from seehear.time import TimeGrid

_FLOATS = ("float16", "float32", "float64")


@dataclass(frozen=True)
class PublishedFolder:
    """What a folder of a published release holds.

    Args:
        folder: its path below the features folder.
        encoder: our identifier of what made it.
        output: what the rows are.  With 10 rows for a clip, `frames` is read as `feature`: a row is
            then a segment.
        rows: the accepted numbers of rows in a clip; empty: clips of any length, a row a second.
        dim: length of a row.
        track: `audio` or `visual`.
        source: what made it, in words.
        suffix: what follows the clip's id in file names, where several kinds share a folder.
        every_s: seconds from the beginning of a row to that of the next; such rows are averaged to
            seconds.  None: rows are segments, or frames.
        span_s: seconds that such a row covers.
    """

    folder: str
    encoder: str
    output: str
    rows: tuple[int, ...]
    dim: int
    track: str
    source: str
    suffix: str = ""
    every_s: float | None = None
    span_s: float = 1.0

    @property
    def place(self) -> str:
        """The folder; where several kinds share it, with the pattern of the files."""
        return f"{self.folder}/*{self.suffix}.npy" if self.suffix else self.folder

    def file(self, folder: Path, id_: str) -> Path:
        """Return the file of a clip."""
        return folder / f"{id_}{self.suffix}.npy"

    def segments(self, rows: int) -> int:
        """Return how many rows a file with so many rows has after `by_segment`."""
        if self.every_s is None or not rows:
            return rows
        return TimeGrid.covering((rows - 1) * self.every_s + self.span_s).count

    def by_segment(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the rows (R, D) of a file as a row for each second, (T, D).

        It is the mean of the rows whose middle lies in that second; where there is none, the
        nearest row.  Rows without `every_s` are returned as they are.
        """
        if self.every_s is None:
            return rows
        middles = np.arange(len(rows)) * self.every_s + self.span_s / 2
        out = np.empty((self.segments(len(rows)), rows.shape[1]), np.float32)
        for second in range(len(out)):
            inside = (middles >= second) & (middles < second + 1)
            nearest = np.abs(middles - second - 0.5).argmin()
            out[second] = rows[inside].mean(axis=0) if inside.any() else rows[nearest]
        return out

    def stream(self, rows: int) -> str:
        """Return the stream's name for clips of this many rows."""
        if self.output == "frames" and rows == 10:
            return f"{self.encoder}/feature"
        return f"{self.encoder}/{self.output}"


def _unav(kind: str, encoder: str, dim: int, track: str, source: str) -> PublishedFolder:
    """Return one kind of UnAV-100's own features.

    A row covers 24 frames, at 25 frames a second, and begins 8 frames after the one before
    (ttgeng233/UnAV 1609deb, libs/core/config.py:15-19, libs/datasets/unav100.py:264-297).
    """
    return PublishedFolder(
        "av_features",
        encoder,
        "feature",
        (),
        dim,
        track,
        f"{source}, 24 frames from every eighth on, 25 a second (UnAV-100)",
        f"_{kind}",
        8 / 25,
        24 / 25,
    )


PUBLISHED_FOLDERS = (
    PublishedFolder(
        "vggish", "vggish", "feature", (10,), 128, "audio", "VGGish, one vector a second"
    ),
    PublishedFolder(
        "res152", "resnet152", "frames", (80, 10), 2048, "visual", "ResNet-152, 8 frames a second"
    ),
    PublishedFolder(
        "r2plus1d_18",
        "r2plus1d18",
        "feature",
        (10,),
        512,
        "visual",
        "R(2+1)D-18, one clip of 8 frames a second",
    ),
    PublishedFolder(
        "clip_16",
        "clip-vit-b16",
        "frames",
        (80, 10),
        512,
        "visual",
        "CLIP ViT-B/16, 8 frames a second (LSLD)",
    ),
    PublishedFolder(
        "clip_32",
        "clip-vit-b32",
        "frames",
        (80, 10),
        512,
        "visual",
        "CLIP ViT-B/32, named as LSLD's other folder",
    ),
    PublishedFolder(
        "clap_audioset",
        "clap",
        "feature",
        (10,),
        512,
        "audio",
        "LAION-CLAP 630k-audioset-best (LSLD)",
    ),
    PublishedFolder(
        "CLIP/features",
        "clip-vit-l14",
        "feature",
        (10,),
        768,
        "visual",
        "CLIP ViT-L/14, normalised (VALOR)",
    ),
    PublishedFolder(
        "CLAP/features",
        "clap-fusion",
        "maps",
        (64,),
        768,
        "audio",
        "CLAP fusion model before pooling (VALOR)",
    ),
    PublishedFolder(
        "feats_CLIP/segment_feats",
        "clip-vit-l14-uwav",
        "feature",
        (10,),
        768,
        "visual",
        "CLIP ViT-L/14, one vector a second (UWAV)",
    ),
    PublishedFolder(
        "feats_CLAP/segment_feats",
        "clap-uwav",
        "feature",
        (10,),
        512,
        "audio",
        "CLAP, one vector a second (UWAV)",
    ),
    PublishedFolder(
        "LFAV/vggish", "vggish-lfav", "feature", (), 128, "audio", "VGGish, one vector a second"
    ),
    PublishedFolder(
        "LFAV/resnet18",
        "resnet18-lfav",
        "feature",
        (),
        512,
        "visual",
        "ResNet-18, one vector a second (LFAV)",
    ),
    PublishedFolder(
        "LFAV/r2plus1d_18",
        "r2plus1d18-lfav",
        "feature",
        (),
        512,
        "visual",
        "R(2+1)D-18, one vector a second (LFAV)",
    ),
    PublishedFolder(
        "UnAV/feats_CLIP/segment_feats",
        "clip-vit-l14-uwav",
        "feature",
        (),
        768,
        "visual",
        "CLIP ViT-L/14, one vector a second (UWAV)",
    ),
    PublishedFolder(
        "UnAV/feats_CLAP/segment_feats",
        "clap-uwav",
        "feature",
        (),
        512,
        "audio",
        "CLAP, one vector a second (UWAV)",
    ),
    _unav("rgb", "i3d-rgb-unav", 1024, "visual", "I3D, pictures"),
    _unav("flow", "i3d-flow-unav", 1024, "visual", "I3D, optical flow"),
    _unav("vggish", "vggish-unav", 128, "audio", "VGGish"),
)


class OfficialStore(FeatureStore):
    """The published folders, opened for reading.

    Args:
        path: the folder that holds `vggish`, `res152`, ..., itself or, as in the public package,
            below `feats`.

    Raises:
        FeatureError: none of the known folders is there, or no file of a folder has the shape that
            its folder should hold.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.streams: dict[str, Stream] = {}
        self._folders: dict[str, tuple[Path, PublishedFolder]] = {}
        self._ids: dict[str, None] = {}
        self._counted: dict[tuple[str, str], int] = {}  # rows of clips of any length
        for published in PUBLISHED_FOLDERS:
            folder = find_folder(self.path, published)
            if folder is not None:
                self._add(published, folder)
        if not self.streams:
            known = ", ".join(published.place for published in PUBLISHED_FOLDERS)
            raise FeatureError(
                f"expected one of the folders {known} with .npy files, found none",
                where=self.path,
                hint="make features with seehear extract",
            )

    def encoders(self) -> Encoders:
        """Return where the rows of each encoder come from; no digests of weights are known."""
        return {stream.encoder: dict(stream.provenance) for stream in self.streams.values()}

    def entries(self) -> list[ClipEntry]:
        """Return an entry for each clip that has a file in some folder, by id."""
        return [self.entry(clip) for clip in sorted(self._ids)]

    def entry(self, name: str) -> ClipEntry:
        """Return the entry of a clip: `degraded` where a folder has no file of it."""
        clip = self._id(name)
        if clip not in self._ids:
            raise FeatureError(f"clip {name} has no file in any folder", where=self.path)
        missing = [
            published.place
            for stream, (_, published) in self._folders.items()
            if not self.count(stream, clip)
        ]
        if not missing:
            return {"name": clip, "id": clip, "state": "ok"}
        return {
            "name": clip,
            "id": clip,
            "state": "degraded",
            "reason": f"no file in {', '.join(missing)}",
        }

    def count(self, stream: str, name: str) -> int:
        """Return R where the clip has a file, 0 where it has none."""
        rows = self.stream(stream).rows
        if not self._is_there(stream, name):
            return 0
        return self._count(stream, self._id(name)) if rows is None else rows

    def _count(self, stream: str, id_: str) -> int:
        """Return how many rows the file of a clip holds, by its header; 0: it is damaged."""
        if (stream, id_) not in self._counted:
            try:
                folder, published = self._folders[stream]
                rows = read_array(published.file(folder, id_), mapped=True)
                self._counted[stream, id_] = published.segments(len(rows) if rows.ndim else 0)
            except DataError:
                self._counted[stream, id_] = 0
        return self._counted[stream, id_]

    def _is_there(self, stream: str, name: str) -> bool:
        """Return whether a clip has a file; a name becomes a path only if a folder has it."""
        id_ = self._id(name)
        folder, published = self._folders[stream]
        return id_ in self._ids and published.file(folder, id_).is_file()

    def rows(self, stream: str, name: str) -> NDArray[np.float32]:
        """Return the rows of one clip, (R, D), after checking the file."""
        rows = self.stream(stream).rows
        folder, published = self._folders[stream]
        if self._id(name) not in self._ids:
            raise FeatureError(f"clip {name!r:.80} has no file in any folder", where=folder)
        path = published.file(folder, self._id(name))
        return published.by_segment(read_npy(path, published, (rows,) if rows else published.rows))

    def array(self, stream: str, names: Sequence[str], *, pad: bool = False) -> NDArray[np.float32]:
        """Return the rows of several clips, (N, R, D); see `FeatureStore.array`.

        Missing files are counted first, so that the error names how many there are.
        """
        missing = [name for name in names if not self.count(stream, name)]
        if missing:
            raise FeatureError(
                f"expected a file for each of {amount(len(names), 'clip')}, {len(missing)} have"
                f" none, first {missing[0]}",
                where=self._folders[stream][0],
                hint="leave these clips out, or extract them",
            )
        return super().array(stream, names, pad=pad)

    def _add(self, published: PublishedFolder, folder: Path) -> None:
        end = f"{published.suffix}.npy"
        names = (entry.name for entry in os.scandir(folder))
        ids = sorted(name.removesuffix(end) for name in names if name.endswith(end))
        if not ids:
            return
        first = _first_readable(folder, ids, published)
        name = published.stream(len(first))
        source = f"{published.place}: {published.source}"
        provenance: dict[str, Json] = {"weights": {}, "preprocessing": None, "source": source}
        rows = len(first) if published.rows else None
        self.streams[name] = Stream(
            name, rows, published.dim, "float32", published.encoder, provenance
        )
        self._folders[name] = folder, published
        self._ids.update(dict.fromkeys(ids))

    def _id(self, name: str) -> str:
        return name if name in self._ids else bare_id(name)


def _first_readable(
    folder: Path, ids: Sequence[str], published: PublishedFolder
) -> NDArray[np.float32]:
    """Return the rows of the first clip with a good file, so that a damaged one is not the end.

    Raises:
        FeatureError: no file is good; the error is that of the first.
    """
    fault = None
    for id_ in ids:
        try:
            return read_npy(published.file(folder, id_), published, published.rows)
        except FeatureError as error:
            fault = fault or error
    assert fault is not None
    raise fault


def find_folder(root: Path, published: PublishedFolder) -> Path | None:
    """Return the path of a published folder below a features folder; None if it is not there."""
    places = (root / published.folder, root / "feats" / published.folder)
    return next((place for place in places if place.is_dir()), None)


def read_npy(path: Path, published: PublishedFolder, rows: Sequence[int]) -> NDArray[np.float32]:
    """Return the array of one file as float32, (R, D).

    Args:
        path: the file.
        published: its folder.
        rows: the accepted numbers of rows R; empty: any.

    Raises:
        FeatureError: the file is missing, damaged, or of another shape or type than its folder
            promises.
    """
    if not path.exists():
        raise FeatureError("no such file", where=path, hint="leave this clip out, or extract it")

    def check(header: Header) -> str | None:
        shape = header.shape
        right = len(shape) == 2 and shape[1] == published.dim and shape[0] > 0
        if right and (not rows or shape[0] in rows) and str(header.dtype) in _FLOATS:
            return None
        wanted = " or ".join(f"({r}, {published.dim})" for r in rows or ("seconds",))
        return (
            f"expected {wanted} of {', '.join(_FLOATS)}, got {shape} {header.dtype}; folder"
            f" {published.folder} holds {published.source}"
        )

    data = read_array(path, check, kind=FeatureError, hint="fetch it again")
    if not np.isfinite(data).all():
        raise FeatureError(
            "holds NaN or infinite values", where=path, hint="fetch or extract it again"
        )
    return np.asarray(data, np.float32)
