"""A decoding process that was taken over by a video."""

import multiprocessing
import os
import pickle
import struct
from pathlib import Path

import pytest

import fake_encoders as fake
from seehear.streaming.messages import ClipJob, ClipOutcome
from seehear.streaming.pipe import send
from seehear.streaming.worker import Decoder, Front

FRONT = Front(("eye",), ("ear",), "grid", 1.0, fake.load)


class Evil:
    """A pickle of this makes a folder where it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("how", ["pickle", "python", "values", "encoder"])
def test_what_it_sends_runs_nothing_and_costs_its_clip_alone(tmp_path: Path, how: str) -> None:
    ours, theirs = multiprocessing.Pipe()
    evil = pickle.dumps(Evil(tmp_path / "owned"), protocol=5)
    if how == "pickle":
        os.write(theirs.fileno(), struct.pack("<QQ", len(evil), 0) + evil)
    if how == "python":
        theirs.send(Evil(tmp_path / "owned"))
    if how == "values":
        send(theirs, {"segments": 10**15})
    if how == "encoder":
        send(theirs, {"encoder": "__class__"})
    decoder = Decoder(FRONT, timeout_s=5)
    decoder._pipe = ours  # as if the process were there
    (outcome,) = decoder.run(ClipJob("a", "a", "a.mp4"))
    assert isinstance(outcome, ClipOutcome)
    assert outcome.tracks == {}
    (problem,) = outcome.problems
    assert "something other than a message" in problem
    assert decoder._pipe is None  # the next clip gets a new process
    assert list(tmp_path.iterdir()) == []
    theirs.close()
