"""Tensors of a PyTorch checkpoint as NumPy arrays, without PyTorch and without running its code.

A checkpoint is a pickle that names tensors, and the raw numbers beside it: in a zip archive
(PyTorch 1.6 and newer) or one after the other in one file (older).  A pickle can call any function.
This reader knows the few names that build tensors and refuses every other before anything is
called.  The pickle cannot change the functions that it is given for those names, and all arrays
together take at most twice as much memory as the file has bytes.

Source: the two layouts as PyTorch's `torch/serialization.py` writes them (`_save`,
`_legacy_save`).
"""

import io
import math
import pickle
import struct
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from seehear.errors import WeightsError
from seehear.foreign.archive import check_archive

Tensors = dict[str, NDArray[np.generic]]

_MAGIC = 0x1950A86A20F9469CFC6C  # first value of the older layout
_VERSION = 1001
_KINDS: dict[object, np.dtype[Any]] = {
    "HalfStorage": np.dtype("<f2"),
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "ByteStorage": np.dtype("u1"),
    "CharStorage": np.dtype("i1"),
    "ShortStorage": np.dtype("<i2"),
    "IntStorage": np.dtype("<i4"),
    "LongStorage": np.dtype("<i8"),
    "BoolStorage": np.dtype("?"),
}
_MOST_BYTES = 1 << 32  # of one checkpoint: far more than any of ours has
_MOST_INDEX = 1 << 26  # bytes of the pickle that names the tensors


def read_tensors(path: Path) -> Tensors:
    """Return the tensors of a checkpoint's state dict by name.

    Raises:
        WeightsError: not a checkpoint, a damaged one, or one with anything in it but tensors.
    """
    try:
        check_archive(path)
        with path.open("rb") as file:
            value = _read_zip(path) if zipfile.is_zipfile(file) else _read_older(file)
        return _arrays(value, 2 * path.stat().st_size)
    except WeightsError as error:
        error.where = error.where or path
        raise
    except Exception as error:  # a damaged pickle can raise almost any error
        raise WeightsError(
            f"not a readable checkpoint ({type(error).__name__}: {error})", where=path
        ) from None


def _arrays(value: object, most: int) -> Tensors:
    """Return the arrays of a state dict.

    Args:
        value: what a checkpoint holds.
        most: bytes that all arrays may take together; tensors may share numbers, so this can be
            more than the file has.

    Raises:
        WeightsError: something other than tensors, or too many numbers.
    """
    out: Tensors = {}
    left = most
    if not isinstance(value, dict):
        raise WeightsError("expected a state dict of tensors")
    for name, tensor in value.items():
        if not isinstance(name, str) or not isinstance(tensor, _Tensor):
            raise WeightsError("expected a state dict of tensors")
        left -= tensor.size
        if left < 0:
            raise WeightsError("its tensors repeat the numbers that are stored, over and over")
        out[name] = tensor.array()
    return out


@dataclass
class _Storage:
    """A run of numbers that tensors are cut from; filled in when its bytes have been read."""

    kind: np.dtype[np.generic]
    count: int
    data: NDArray[np.generic] | None = None

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.count * self.kind.itemsize

    def fill(self, raw: bytes) -> None:
        """Take the bytes.

        Raises:
            WeightsError: fewer or more than promised.
        """
        if len(raw) != self.size:
            raise WeightsError(f"expected {self.size} bytes of a tensor, got {len(raw)}")
        self.data = np.frombuffer(raw, self.kind)


@dataclass(frozen=True)
class _Tensor:
    """A tensor as the pickle describes it: its storage, and where in it."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return math.prod(self.shape) * self.storage.kind.itemsize

    def array(self) -> NDArray[np.generic]:
        """Return a copy of it as an array.

        Raises:
            WeightsError: it reaches outside its storage, or repeats what is stored.
        """
        data = self.storage.data
        if data is None or len(self.shape) != len(self.strides):
            raise WeightsError("a tensor is not described as PyTorch does")
        if math.prod(self.shape) == 0:
            return np.zeros(self.shape, data.dtype)
        steps = [(n - 1) * step for n, step in zip(self.shape, self.strides, strict=True)]
        end = self.offset + sum(steps) + 1
        if self.offset < 0 or end > len(data) or math.prod(self.shape) > len(data):
            raise WeightsError("a tensor reaches outside the numbers stored for it")
        strides = [step * data.itemsize for step in self.strides]
        view = np.lib.stride_tricks.as_strided(data[self.offset :], self.shape, strides)
        return np.array(view, order="C")


class _Reader(pickle.Unpickler):
    """An unpickler that builds descriptions of tensors and nothing else."""

    def __init__(self, file: BinaryIO, storages: dict[str, _Storage]) -> None:
        super().__init__(file)
        self._storages = storages
        self._bytes = 0

    def find_class(self, module: str, name: str) -> object:
        """Return what stands in for a name that the pickle asks for.

        Raises:
            WeightsError: the name does not belong to a tensor.
        """
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Rebuild()
        if module == "torch" and name in _KINDS:
            return name
        raise WeightsError(f"it asks for {module}.{name}; only tensors are read")

    def persistent_load(self, pid: object) -> _Storage:
        """Return the storage that the pickle refers to."""
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
            raise WeightsError("it refers to something that is not a tensor")
        kind, key, count = pid[1], pid[2], pid[4]
        if kind not in _KINDS or not isinstance(count, int) or count < 0:
            raise WeightsError("it refers to something that is not a tensor")
        if len(pid) > 5 and pid[5] is not None:
            raise WeightsError("views of storages are not read")
        if key not in self._storages:
            self._bytes += count * _KINDS[kind].itemsize
            if self._bytes > _MOST_BYTES:
                raise WeightsError(f"it promises more than {_MOST_BYTES >> 30} GB of numbers")
            self._storages[str(key)] = _Storage(_KINDS[kind], count)
        return self._storages[str(key)]


class _Fixed(tuple[()]):
    """A callable that a pickle cannot change: it has no attributes to set."""

    __slots__ = ()


class _Rebuild(_Fixed):
    """Stands in for `torch._utils._rebuild_tensor_v2`."""

    __slots__ = ()

    def __call__(
        self, storage: object, offset: object, shape: object, strides: object, *_ignored: object
    ) -> _Tensor:
        """Return what the arguments describe."""
        if not isinstance(storage, _Storage) or not isinstance(offset, int):
            raise WeightsError("a tensor is not described as PyTorch does")
        return _Tensor(storage, offset, _sizes(shape), _sizes(strides))


def _sizes(value: object) -> tuple[int, ...]:
    if not isinstance(value, tuple) or not all(type(n) is int and n >= 0 for n in value):
        raise WeightsError("a tensor is not described as PyTorch does")
    return value


def _read_zip(path: Path) -> object:
    """Return the value of a checkpoint in a zip archive: NAME/data.pkl, NAME/data/KEY."""
    with zipfile.ZipFile(path) as archive:
        indices = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(indices) != 1:
            raise WeightsError("expected one data.pkl in the archive", where=path)
        root = indices[0].removesuffix("data.pkl")
        storages: dict[str, _Storage] = {}
        index = _member(archive, indices[0], _MOST_INDEX)
        value: object = _Reader(io.BytesIO(index), storages).load()
        if f"{root}byteorder" in archive.namelist():
            order = _member(archive, f"{root}byteorder", 16)
            if order != b"little":
                raise WeightsError("its numbers are not little-endian", where=path)
        for key, storage in storages.items():
            storage.fill(_member(archive, f"{root}data/{key}", storage.size))
        return value


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return one file of the archive, of at most `most` bytes whatever the archive says."""
    with archive.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise WeightsError(f"{name} is larger than it says")
    return data


def _read_older(file: BinaryIO) -> object:
    """Return the value of the older layout: magic, version, machine, index, keys, storages."""
    storages: dict[str, _Storage] = {}

    def read() -> object:
        value: object = _Reader(file, storages).load()
        return value

    file.seek(0)
    if file.read(2) != b"\x80\x02":
        raise WeightsError("not a checkpoint of PyTorch")
    file.seek(0)
    if read() != _MAGIC or read() != _VERSION:
        raise WeightsError("not a checkpoint of PyTorch")
    machine = read()
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise WeightsError("its numbers are not little-endian")
    value = read()
    keys = read()
    if not isinstance(keys, list) or {str(key) for key in keys} != storages.keys():
        raise WeightsError("the list of its tensors is damaged")
    for key in keys:
        _fill_next(storages[str(key)], file)
    return value


def _fill_next(storage: _Storage, file: BinaryIO) -> None:
    """Read the next storage of the older layout: how many numbers, then the numbers."""
    head = file.read(8)
    if len(head) != 8 or struct.unpack("<q", head)[0] != storage.count:
        raise WeightsError("it ends before its last tensor")
    storage.fill(file.read(storage.size))


class _FromBytes(_Fixed):
    """Stands in for `torch.storage._load_from_bytes`: numbers within another pickle."""

    __slots__ = ()

    def __call__(self, data: object) -> object:
        """Return what the bytes hold."""
        if not isinstance(data, bytes):
            raise WeightsError("a tensor is not described as PyTorch does")
        return _read_older(io.BytesIO(data))


# names that a pickle calls to rebuild tensors inside it, and what is called instead
IN_PICKLES: dict[tuple[str, str], object] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _Rebuild(),
    ("torch.storage", "_load_from_bytes"): _FromBytes(),
}


def array_in(value: object) -> NDArray[np.generic]:
    """Return the array of a tensor that was read with `IN_PICKLES`.

    Raises:
        WeightsError: it is not a tensor.
    """
    if not isinstance(value, _Tensor):
        raise WeightsError(f"expected a tensor, got {type(value).__name__}")
    return value.array()
