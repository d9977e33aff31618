"""Messages of values and plain arrays, and what must not pass for one."""

import json
import multiprocessing
import os
import pickle
import struct
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from seehear.streaming.pipe import MessageError, receive, send


@pytest.fixture
def pipe() -> Iterator[tuple[Connection, Connection]]:
    ours, theirs = multiprocessing.Pipe()
    yield ours, theirs
    ours.close()
    theirs.close()


def put(pipe: Connection, data: bytes) -> None:
    os.write(pipe.fileno(), data)


def head(value: object, size: int | None = None) -> bytes:
    text = json.dumps(value).encode()
    return b"SHM1" + struct.pack("<I", len(text) if size is None else size) + text


def test_arrays_larger_than_the_pipe_arrive_whole(pipe: tuple[Connection, Connection]) -> None:
    ours, theirs = pipe
    data = np.random.default_rng(0).integers(0, 256, (30, 100, 100, 3), np.uint8)
    sound = np.linspace(-1, 1, 7, dtype=np.float32)
    arrays = [np.arange(30), data, data[:, ::2], np.zeros((0, 5), np.int64), sound]

    def write() -> None:
        send(theirs, {"name": "b\udcff"}, arrays)  # a file name that is not text
        send(theirs, {"last": None})

    sender = threading.Thread(target=write)
    sender.start()
    value, got = receive(ours)
    assert value == {"name": "b\udcff"}
    for array, sent in zip(got, arrays, strict=True):
        assert array.dtype == sent.dtype
        assert array.shape == sent.shape
        assert (array == sent).all()
    assert receive(ours) == ({"last": None}, [])
    sender.join()


def test_an_end_in_the_middle_of_a_message_is_an_end_of_file(
    pipe: tuple[Connection, Connection],
) -> None:
    ours, theirs = pipe
    put(theirs, head({"value": {}, "arrays": []})[:-2])
    theirs.close()
    with pytest.raises(EOFError):
        receive(ours)


class Evil:
    """A pickle of this makes a file where it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("start", ["as messages once were", "as they are now"])
def test_a_pickle_is_no_message(
    pipe: tuple[Connection, Connection], tmp_path: Path, start: str
) -> None:
    ours, theirs = pipe
    evil = pickle.dumps(Evil(tmp_path / "owned"))
    now = b"SHM1" + struct.pack("<I", len(evil))
    put(theirs, (now if "now" in start else struct.pack("<QQ", len(evil), 0)) + evil)
    with pytest.raises(MessageError):
        receive(ours)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "data",
    [
        b"SHM2" + bytes(4),
        b"SHM1" + b"\xff" * 4,
        head([]),
        head(None),
        head({"value": {}}),
        head({"value": [], "arrays": []}),
        head({"value": {}, "arrays": 3}),
        head({"value": {}, "arrays": [[1, 2, 3]]}),
        head({"value": {}, "arrays": [["|O", [1]]]}),
        head({"value": {}, "arrays": [["<U9", [1]]]}),
        head({"value": {}, "arrays": [[[], [1]]]}),
        head({"value": {}, "arrays": [["|u1", 5]]}),
        head({"value": {}, "arrays": [["|u1", [-1]]]}),
        head({"value": {}, "arrays": [["|u1", [True]]]}),
        head({"value": {}, "arrays": [["|u1", [1.5]]]}),
        head({"value": {}, "arrays": [["|u1", [1 << 30, 1 << 30]]]}),
        head({"value": {}, "arrays": [["|u1", [1 << 30]], ["|u1", [1 << 30]], ["|u1", [1]]]}),
        head({"value": {}, "arrays": [["|u1", [0] * 7]]}),
        head({"value": {}, "arrays": [["|u1", [0]]] * 9}),
        b"SHM1" + struct.pack("<I", 20_000) + b"[" * 20_000,
        b"SHM1" + struct.pack("<I", 5000) + b"9" * 5000,
        b"SHM1" + struct.pack("<I", 2) + b"\xff\xfe",
    ],
)
def test_what_is_no_message(pipe: tuple[Connection, Connection], data: bytes) -> None:
    """It is refused before any memory is taken for it."""
    ours, theirs = pipe
    put(theirs, data)
    with pytest.raises(MessageError):
        receive(ours)
