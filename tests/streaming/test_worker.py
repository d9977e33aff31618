"""A decoding process that was taken over by a video."""

import multiprocessing
import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import fake_encoders as fake
from seehear.encoders import load_encoder
from seehear.encoders.r2plus1d18 import R2Plus1D18
from seehear.streaming.messages import ClipJob, ClipOutcome
from seehear.streaming.pipe import send
from seehear.streaming.worker import Decoder, Front, SameEncoders

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


def test_decoding_processes_get_the_frames_a_second_of_encoders_that_take_them() -> None:
    visual = {"conse": load_encoder("conse", fps=5), "r2plus1d18": R2Plus1D18()}
    load = pickle.loads(pickle.dumps(SameEncoders(visual)))
    assert load("conse").fps == 5
    assert load("r2plus1d18").fps == 8  # it looks at eight frames and takes no other number
    assert load("yamnet").rate_hz == 16000


def test_a_decoding_process_imports_what_it_decodes_with_and_no_parser() -> None:
    """It begins while the command does, and whatever it imports is waited for."""
    front = pickle.dumps(Front(("conse",), ("yamnet",), "grid", 1.0, SameEncoders({})))
    code = (
        "import pickle, sys; import seehear.streaming.worker\n"
        f"front = pickle.loads({front!r}); front.load('yamnet')\n"
        "print(*[name for name in sys.modules if name.startswith(('seehear.', 'importlib.meta'))])"
    )
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(names.stdout.split())
    assert "seehear.streaming.decode" in loaded
    for unwanted in ("seehear.parser", "seehear.library", "seehear.weights", "importlib.metadata"):
        assert unwanted not in loaded
