"""Arrays of others: `.npy` and `.npz`, nothing unpickled, nothing allocated by an unchecked number.

The header of an array is read first; shape and type have to fit the bytes that are there, and only
then is anything mapped or read.
"""

import ast
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError, SeehearError

_MAGIC = b"\x93NUMPY"
_MOST_HEADER = 10_000  # bytes; ours have less than 200
_MOST_AXES = 8
_MOST_RATIO = 1_100  # of a compressed archive; deflate cannot do more
# truth, whole numbers, numbers, text
_TYPE = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248]|U[1-9][0-9]{0,6})", re.ASCII)
_KEYS = {"descr", "fortran_order", "shape"}


class _Damaged(ValueError):
    """Bytes that are not an array."""


@dataclass(frozen=True)
class Header:
    """What stands before the numbers of an array.

    Args:
        shape: of the array.
        dtype: of its numbers.
        fortran: whether the first axis runs fastest.
        start: bytes of the header.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    start: int

    @property
    def size(self) -> int:
        """Bytes of the numbers."""
        return math.prod(self.shape) * self.dtype.itemsize

    def shaped(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """Return the array of its numbers in a row."""
        return numbers.reshape(self.shape, order="F" if self.fortran else "C")


Check: TypeAlias = Callable[[Header], str | None]  # says what is wrong with the shape or the type


def is_of(shape: tuple[int, ...], dtype: str) -> Check:
    """Return a check that an array has exactly this shape and type."""

    def check(header: Header) -> str | None:
        if header.shape == shape and str(header.dtype) == dtype:
            return None
        return f"expected {shape} {dtype}, got {header.shape} {header.dtype}"

    return check


def read_npy(
    path: Path,
    check: Check = lambda header: None,
    *,
    kind: type[SeehearError] = DataError,
    hint: str | None = None,
    mapped: bool = False,
) -> NDArray[Any]:
    """Return the array of a `.npy` file.

    Args:
        path: the file.
        check: looks at shape and type before the numbers are read.
        kind: class of the error.
        hint: what to do about a damaged file.
        mapped: leave the numbers on disk, as a read-only memory map.

    Raises:
        SeehearError: of class `kind`: missing, no array of numbers or text, of another length than
            its header says, or refused by `check`.
    """
    try:
        with path.open("rb") as file:
            header = _header(file)
            there = path.stat().st_size - header.start
            if problem := check(header):
                raise kind(problem, where=path, hint=hint)
            if there != header.size:
                raise _Damaged(f"expected {header.size:,} bytes of numbers, got {there:,}")
            if mapped and header.size:
                order: Any = "F" if header.fortran else "C"
                return np.memmap(file, header.dtype, "r", header.start, header.shape, order)
            return header.shaped(np.fromfile(file, header.dtype))
    except (OSError, ValueError) as error:  # `_Damaged` among them
        told = getattr(error, "strerror", None) or error
        raise kind(f"not a readable array: {told}", where=path, hint=hint) from None


class Archive:
    """The arrays of an open `.npz` file.

    Args:
        path: of the file, for messages.
        archive: the open file.

    Attributes:
        headers: of each array by name; the numbers are not read yet.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        self.headers: Mapping[str, Header] = dict(self._read_headers())

    def _read_headers(self) -> Iterator[tuple[str, Header]]:
        for info in self._archive.infolist():
            if not info.filename.endswith(".npy"):
                continue
            name = info.filename.removesuffix(".npy")
            with self._archive.open(info) as file:
                header = _header(file)
            there = info.file_size - header.start
            if there != header.size or info.file_size > _MOST_RATIO * (info.compress_size + 64):
                raise _Damaged(f"{name}: expected {header.size:,} bytes of numbers, got {there:,}")
            yield name, header

    def read(self, name: str) -> NDArray[Any]:
        """Return one array; KeyError if there is none of this name."""
        header = self.headers[name]
        with self._archive.open(f"{name}.npy") as file:
            content = file.read()[header.start :]
        return header.shaped(np.frombuffer(bytearray(content), header.dtype))


@contextmanager
def opened_npz(
    path: Path, *, kind: type[SeehearError] = DataError, hint: str | None = None
) -> Iterator[Archive]:
    """Open a `.npz` file while the block runs.

    Raises:
        SeehearError: of class `kind`: missing or damaged; also where the block reads.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield Archive(path, archive)
    except SeehearError:
        raise
    except Exception as error:  # zipfile and zlib each have their own for a damaged archive
        told = f"cannot be read as arrays: {type(error).__name__}: {error}"
        raise kind(told, where=path, hint=hint) from None


def read_npz(
    path: Path, *, kind: type[SeehearError] = DataError, hint: str | None = None
) -> dict[str, NDArray[Any]]:
    """Return all arrays of a `.npz` file by name; arguments and errors as `opened_npz`."""
    with opened_npz(path, kind=kind, hint=hint) as archive:
        return {name: archive.read(name) for name in archive.headers}


def _header(file: BinaryIO | Any) -> Header:
    """Return the header at the beginning of a file, which is read up to its end.

    Raises:
        _Damaged: there is none.
    """
    start = file.read(8)
    if start[:6] != _MAGIC or len(start) < 8 or start[6] not in (1, 2, 3):
        raise _Damaged("no header of an array")
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(file.read(width), "little")
    if length > _MOST_HEADER:
        raise _Damaged(f"a header of {length:,} bytes")
    text = file.read(length)
    if len(text) < length:
        raise _Damaged("the header is cut off")
    return Header(*_told(text), 8 + width + length)


@lru_cache(maxsize=256)
def _told(text: bytes) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """Return shape, type and order that a header tells; archives repeat a few headers.

    Raises:
        _Damaged: it tells none.
    """
    try:
        value = ast.literal_eval(text.decode("latin-1"))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise _Damaged("its header cannot be read") from None
    if not isinstance(value, dict) or value.keys() != _KEYS:
        raise _Damaged("its header does not tell type, order and shape")
    shape, fortran = value["shape"], value["fortran_order"]
    if not isinstance(fortran, bool) or not _is_shape(shape):
        raise _Damaged("its header tells no shape")
    return shape, _dtype(value["descr"]), fortran


def _is_shape(shape: object) -> bool:
    if not isinstance(shape, tuple) or len(shape) > _MOST_AXES:
        return False
    return all(type(side) is int and 0 <= side < 1 << 62 for side in shape)


def _dtype(text: object) -> np.dtype[Any]:
    """Return a type of numbers or text.

    Raises:
        _Damaged: another, such as one of objects.
    """
    if isinstance(text, str) and _TYPE.fullmatch(text):
        try:
            dtype = np.dtype(text)
        except (TypeError, ValueError):  # a width that there is not
            dtype = np.dtype("V")
        if dtype.itemsize:
            return dtype
    raise _Damaged(f"expected an array of numbers, got type {str(text)[:40]!r}")
