"""Features on disk: open and read them, pack and unpack the published layouts.

`seehear.extraction` makes them.
"""

from pathlib import Path

from seehear.errors import FeatureError
from seehear.features.store import FeatureStore, Status, Stream, pool

__all__ = ["FeatureStore", "Status", "Stream", "open_features", "pool"]


def open_features(path: Path | str) -> FeatureStore:
    """Return an open features folder: our store, or a folder laid out as a published release is.

    Args:
        path: a folder with `manifest.json`, or one that holds `vggish`, `res152`, `clip_16`, ...,
            or AVE's HDF5 files.

    Raises:
        FeatureError: there is no such folder, its extraction is not finished, or it holds no
            features in a layout that is known here.
        DataError, MissingExtraError: see `AveStore`.
    """
    from seehear.features.ave_hdf5 import AveStore, is_ave
    from seehear.features.official import OfficialStore
    from seehear.features.packed import MANIFEST, PackedStore

    folder = Path(path)
    if not folder.is_dir():
        raise FeatureError(
            "no such features folder", where=folder, hint="make one with seehear extract"
        )
    if (folder / MANIFEST).is_file():
        return PackedStore(folder)
    if (folder / ".progress").is_dir():
        raise FeatureError(
            "this extraction is not finished",
            where=folder,
            hint="run the same seehear extract command again: it goes on where it stopped",
        )
    if is_ave(folder):
        return AveStore(folder)
    return OfficialStore(folder)
