"""One array of an HDF5 file, a row at a time, through h5py (extra `hdf5`)."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError, MissingExtraError, SeehearError

PACKAGE, EXTRA = "h5py", "hdf5"
_MOST_AXES = 8


class Hdf5Array:
    """An array in an open file; it is closed when nobody holds it any more.

    Args:
        path: the file.
        key: name of the array in it.
        kind: class of the errors.

    Raises:
        SeehearError: of class `kind`: no such file, no HDF5, or no array of numbers of that name.
        MissingExtraError: h5py is not installed.
    """

    def __init__(self, path: Path, key: str, *, kind: type[SeehearError] = DataError) -> None:
        try:
            import h5py
        except ModuleNotFoundError:
            raise MissingExtraError.of(PACKAGE, EXTRA) from None
        self.path, self._kind = path, kind
        try:
            self._file = h5py.File(path, "r")
            found = self._file[key]
        except (OSError, KeyError, ValueError) as error:
            raise kind(
                f"expected an HDF5 file with a list called {key} ({error})", where=path
            ) from None
        if not isinstance(found, h5py.Dataset) or not 0 < len(found.shape or ()) <= _MOST_AXES:
            raise kind(f"{key}: expected an array, got something else", where=path)
        self._array = found
        self.shape: tuple[int, ...] = tuple(found.shape)
        self.dtype: np.dtype[Any] = found.dtype

    def row(self, index: int) -> NDArray[Any]:
        """Return one row: the numbers at one place of the first axis."""
        return self._read(index)

    def all(self) -> NDArray[Any]:
        """Return the whole array."""
        return self._read(())

    def _read(self, where: int | tuple[()]) -> NDArray[Any]:
        try:
            return np.asarray(self._array[where])
        except (OSError, ValueError, RuntimeError) as error:  # a block that cannot be unpacked
            raise self._kind(f"damaged: {error}", where=self.path) from None
