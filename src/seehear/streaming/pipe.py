"""Messages between processes: a JSON object and plain arrays, with a checked header before them.

The process that decodes opens a stranger's file with C libraries, and the file might take it over.
So nothing that it sends is ever unpickled: a message can only hold values and numbers.

    b"SHM1"  length of the JSON (4 bytes)  JSON  the bytes of each array
    JSON: {"value": {...}, "arrays": [[dtype, [length of each axis]], ...]}

Arrays are written from their own memory and read straight into it, without copies in between: a
piece of ten segments holds up to 16 MB of pixels.
"""

import json
import math
import os
import struct
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from seehear.errors import SeehearError
from seehear.files import Json

Array = NDArray[np.generic]

_HEAD = struct.Struct("<4sI")
_MAGIC = b"SHM1"
_MOST_JSON = 1 << 24  # bytes; the longest are lists of warnings
_MOST_BYTES = 1 << 31  # of the arrays of a message: far more than any piece has
_MOST_ARRAYS = 8
_MOST_AXES = 6
_KINDS = {np.dtype(kind).str: np.dtype(kind) for kind in ("u1", "i2", "<i8", "<f2", "<f4", "<f8")}


class MessageError(SeehearError):
    """What came is not a message of ours."""


def send(pipe: Connection, value: dict[str, Json], arrays: Sequence[Array] = ()) -> None:
    """Send a message, waiting while the pipe is full.

    Args:
        pipe: where to.
        value: what JSON can hold.
        arrays: of unsigned bytes, whole numbers or floats.

    Raises:
        OSError: nobody reads any more.
    """
    shapes = [[array.dtype.str, list(array.shape)] for array in arrays]
    text = json.dumps({"value": value, "arrays": shapes}).encode()
    _all(os.write, pipe, memoryview(_HEAD.pack(_MAGIC, len(text)) + text))
    for array in arrays:
        if array.size:
            _all(os.write, pipe, np.ascontiguousarray(array).data.cast("B"))


def receive(pipe: Connection) -> tuple[dict[str, Json], list[Array]]:
    """Return the next message that `send` sent: its value and its arrays.

    Raises:
        MessageError: it is not a message; the pipe can then no longer be used.
        EOFError: the other side has closed the pipe, or ended in the middle of a message.
        OSError: the pipe is broken.
    """
    magic, size = _HEAD.unpack(_read(pipe, _HEAD.size))
    if magic != _MAGIC or size > _MOST_JSON:
        raise MessageError("it does not begin as a message does")
    try:
        head = json.loads(bytes(_read(pipe, size)))
        value, shapes = head["value"], [_shape(*entry) for entry in head["arrays"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise MessageError("its header is damaged") from None
    total = sum(kind.itemsize * math.prod(shape) for kind, shape in shapes)
    if not isinstance(value, dict) or len(shapes) > _MOST_ARRAYS or total > _MOST_BYTES:
        raise MessageError("its header is damaged")
    return value, [_array(pipe, kind, shape) for kind, shape in shapes]


def _shape(kind: str, shape: list[int]) -> tuple[np.dtype[np.generic], list[int]]:
    """Return type and shape of an array, from its header.

    Raises:
        KeyError, ValueError: they are not among those that we take.
    """
    if len(shape) > _MOST_AXES or not all(type(n) is int and 0 <= n < 1 << 31 for n in shape):
        raise ValueError
    return _KINDS[kind], shape


def _array(pipe: Connection, kind: np.dtype[np.generic], shape: list[int]) -> Array:
    if 0 in shape:
        return np.empty(shape, kind)
    return np.frombuffer(_read(pipe, kind.itemsize * math.prod(shape)), kind).reshape(shape)


def _read(pipe: Connection, size: int) -> memoryview:
    # not a bytearray: that would be filled with zeros first
    view = np.empty(size, np.uint8).data
    _all(lambda handle, rest: os.readv(handle, [rest]), pipe, view)
    return view


def _all(step: Callable[[int, memoryview], int], pipe: Connection, view: memoryview) -> None:
    done = 0
    while done < len(view):
        moved = step(pipe.fileno(), view[done:])
        if not moved:
            raise EOFError
        done += moved
