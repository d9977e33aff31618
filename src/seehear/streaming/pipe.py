"""Messages between processes, their arrays beside the pickle.

Each byte is written once and read once, into its place.
A piece of ten segments holds up to 16 MB of pixels; `Connection.send` would copy them five times on
their way.
"""

import os
import pickle
import struct
from collections.abc import Callable
from multiprocessing.connection import Connection

import numpy as np


def send(pipe: Connection, message: object) -> None:
    """Send a message, waiting while the pipe is full.

    Raises:
        OSError: nobody reads any more.
    """
    beside: list[pickle.PickleBuffer] = []
    head = pickle.dumps(message, protocol=5, buffer_callback=beside.append)
    views = [buffer.raw() for buffer in beside]
    sizes = [len(view) for view in views]
    lengths = struct.pack(f"<QQ{len(sizes)}Q", len(head), len(sizes), *sizes)
    _all(os.write, pipe, memoryview(lengths + head))
    for view in views:
        _all(os.write, pipe, view)


def receive(pipe: Connection) -> object:
    """Return the next message that `send` sent.

    Raises:
        EOFError: the other side has closed the pipe, or ended in the middle of a message.
        OSError: the pipe is broken.
    """
    size, count = struct.unpack("<QQ", _read(pipe, 16))
    sizes = struct.unpack(f"<{count}Q", _read(pipe, 8 * count))
    head = _read(pipe, size)
    message: object = pickle.loads(head, buffers=[_read(pipe, n) for n in sizes])
    return message


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
