"""AVE's published features: two HDF5 files whose rows are the lines of `Annotations.txt`.

    audio_feature.h5   avadataset (4143, 10, 128)         VGGish, one vector a second
    visual_feature.h5  avadataset (4143, 10, 7, 7, 512)   VGG-19, a map of 7 x 7 places a second

A segment's visual row is the mean over its 49 places, as AVE's own cross-modal network takes it;
the networks here do not attend to places.  The table must lie beside the files, as in AVE's `data`
folder: nothing else says which row is which clip.

Source: YapengTian/AVE-ECCV18 93f843f, dataloader.py:15-42; supervised_main.py:33-36.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.data.ave import TABLE, sample_names
from seehear.errors import FeatureError
from seehear.features.store import ClipEntry, Encoders, FeatureStore, Stream
from seehear.files import Json
from seehear.foreign.hdf5 import Hdf5Array

KEY = "avadataset"
FILES = {
    "audio_feature.h5": ("vggish-ave", (10, 128), "VGGish, one vector a second"),
    "visual_feature.h5": ("vgg19-ave", (10, 7, 7, 512), "VGG-19, the mean of 7 x 7 places"),
}


def is_ave(folder: Path) -> bool:
    """Return whether a folder holds one of AVE's files of features."""
    return any((folder / name).is_file() for name in FILES)


class AveStore(FeatureStore):
    """AVE's files, opened for reading.

    Args:
        path: the folder.

    Raises:
        FeatureError: no table beside them, a damaged file, or one of another shape.
        MissingExtraError: h5py is not installed.
        DataError: the table is damaged.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        if not (self.path / TABLE).is_file():
            raise FeatureError(
                f"expected {TABLE} beside AVE's features: it says which row is which clip",
                where=self.path,
                hint=f"run: seehear fetch ave --out {self.path}",
            )
        self._rows = {name: row for row, name in enumerate(sample_names(self.path / TABLE))}
        self._arrays: dict[str, Hdf5Array] = {}
        self.streams: dict[str, Stream] = {}
        for name, (encoder, shape, source) in FILES.items():
            if (self.path / name).is_file():
                self._add(name, encoder, shape, source)

    def _add(self, name: str, encoder: str, shape: tuple[int, ...], source: str) -> None:
        array = Hdf5Array(self.path / name, KEY, kind=FeatureError)
        wanted = (len(self._rows), *shape)
        if array.shape != wanted or array.dtype.kind != "f":
            raise FeatureError(
                f"{KEY}: expected {wanted} floats, a row for each line of {TABLE}, got"
                f" {array.shape} {array.dtype}",
                where=array.path,
            )
        stream = f"{encoder}/feature"
        about: dict[str, Json] = {"weights": {}, "preprocessing": None}
        about["source"] = f"{name}: {source}"
        self.streams[stream] = Stream(stream, shape[0], shape[-1], "float32", encoder, about)
        self._arrays[stream] = array

    def rows(self, stream: str, name: str) -> NDArray[np.float32]:
        """Return the rows of one sample, (10, D); see `FeatureStore.rows`."""
        self.stream(stream)
        if name not in self._rows:
            raise FeatureError(f"clip {name!r:.80} has no line in {TABLE}", where=self.path)
        found = self._arrays[stream].row(self._rows[name]).astype(np.float32)
        pooled: NDArray[np.float32] = found.reshape(len(found), -1, found.shape[-1]).mean(axis=1)
        if not np.isfinite(pooled).all():
            raise FeatureError(f"clip {name}: holds NaN or infinite values", where=self.path)
        return pooled

    def count(self, stream: str, name: str) -> int:
        """Return 10 for every sample of the table, else 0."""
        return (self.stream(stream).rows or 0) if name in self._rows else 0

    def entries(self) -> list[ClipEntry]:
        """Return an entry for every sample."""
        return [self.entry(name) for name in self._rows]

    def entry(self, name: str) -> ClipEntry:
        """Return the entry of one sample."""
        if name not in self._rows:
            raise FeatureError(f"clip {name!r:.80} has no line in {TABLE}", where=self.path)
        return {"name": name, "id": name, "state": "ok"}

    def encoders(self) -> Encoders:
        """Return where the rows of each encoder come from; no digests of weights are known."""
        return {stream.encoder: dict(stream.provenance) for stream in self.streams.values()}
