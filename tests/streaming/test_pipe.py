"""Messages whose arrays travel beside the pickle."""

import multiprocessing
import threading

import numpy as np
import pytest

from seehear.streaming.messages import ClipOutcome, Piece
from seehear.streaming.pipe import receive, send


def test_a_piece_larger_than_the_pipe_arrives_whole():
    ours, theirs = multiprocessing.Pipe()
    data = np.random.default_rng(0).integers(0, 256, (30, 100, 100, 3), np.uint8)
    piece = Piece("conse", np.arange(30), data, np.zeros(0, np.int64))
    sender = threading.Thread(
        target=lambda: [send(theirs, m) for m in (piece, ClipOutcome(segments=3), data[:, ::2])]
    )
    sender.start()
    got, outcome, strided = receive(ours), receive(ours), receive(ours)
    sender.join()
    assert got.encoder == "conse"
    assert (got.data == data).all()
    assert got.segments.shape == (0,)
    assert (got.rows == np.arange(30)).all()
    assert outcome == ClipOutcome(segments=3)
    assert (strided == data[:, ::2]).all()
    ours.close()
    theirs.close()


def test_an_end_in_the_middle_of_a_message_is_an_end_of_file():
    ours, theirs = multiprocessing.Pipe()
    theirs._send(b"\x10\0\0\0\0\0\0\0\0")
    theirs.close()
    with pytest.raises(EOFError):
        receive(ours)
    ours.close()
