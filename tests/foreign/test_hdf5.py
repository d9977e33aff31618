"""Arrays of HDF5 files: read whole or by rows; whatever else a file holds is one line."""

from pathlib import Path

import numpy as np
import pytest

from seehear.errors import DataError
from seehear.foreign.hdf5 import Hdf5Array

h5py = pytest.importorskip("h5py")


def test_rows_and_all(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["order"] = np.arange(6).reshape(3, 2)
        file.create_group("folder")
        file["one"] = 7
    array = Hdf5Array(path, "order")
    assert (array.shape, array.row(1).tolist(), array.all().sum()) == ((3, 2), [2, 3], 15)
    for key in ("folder", "one"):
        with pytest.raises(DataError, match="expected an array"):
            Hdf5Array(path, key)
    with pytest.raises(DataError, match="a list called nothing"):
        Hdf5Array(path, "nothing")


def test_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("order", data=np.arange(4000), chunks=(1000,), compression="gzip")
    content = path.read_bytes()
    path.write_bytes(content[:2000])
    with pytest.raises(DataError, match="expected an HDF5 file"):
        Hdf5Array(path, "order")
    path.write_bytes(content[:-900] + bytes(900))
    with pytest.raises(DataError, match=r"a\.h5: damaged"):
        Hdf5Array(path, "order").all()
