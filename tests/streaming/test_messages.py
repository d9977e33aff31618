"""What a decoding process says is checked, field by field."""

import dataclasses
import json
import math

import numpy as np
import pytest

from seehear.streaming.messages import (
    ClipJob,
    ClipOutcome,
    Piece,
    job_value,
    read_job,
    read_outcome,
    read_piece,
)
from seehear.streaming.pipe import MessageError
from seehear.time import TimeGrid

WHOLE = ClipOutcome(3, 2.5, {"audio": "present", "visual": "absent"}, ["no picture"], ["late"])
WHOLE.parsed = {"audio": [(0.0, 1.0), (2.0, 2.5)], "visual": []}
INDEX = np.arange(2)


def test_values_come_back_as_they_were() -> None:
    for job in (ClipJob("a", "b", None), ClipJob("a", "b", "c.mp4", TimeGrid(3, 0.5, 1.0), 2, 9)):
        assert read_job(json.loads(json.dumps(job_value(job)))) == job
    for outcome in (WHOLE, ClipOutcome()):
        assert read_outcome(json.loads(json.dumps(dataclasses.asdict(outcome)))) == outcome
    data = np.zeros((2, 4), np.float32)
    piece = read_piece({"encoder": "ear"}, (INDEX, data, INDEX), ("eye", "ear"))
    assert isinstance(piece, Piece)
    assert (piece.encoder, piece.data is data) == ("ear", True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("segments", -1),
        ("segments", True),
        ("segments", 1e3),
        ("segments", 10**9),
        ("duration_s", -1),
        ("duration_s", math.nan),
        ("duration_s", 10**400),
        ("duration_s", "1"),
        ("tracks", []),
        ("tracks", {"smell": "present"}),
        ("tracks", {"audio": []}),
        ("problems", "none"),
        ("problems", [1]),
        ("warnings", None),
        ("parsed", []),
        ("parsed", {"smell": []}),
        ("parsed", {"audio": [[0, 1, 2]]}),
        ("parsed", {"audio": [[2, 1]]}),
        ("parsed", {"audio": [[0, math.nan]]}),
        ("more", 1),
    ],
)
def test_outcomes_that_are_none(name: str, value: object) -> None:
    with pytest.raises(MessageError):
        read_outcome(json.loads(json.dumps(dataclasses.asdict(WHOLE))) | {name: value})


@pytest.mark.parametrize(
    ("encoder", "arrays"),
    [
        ("nose", (INDEX, np.zeros((2, 4)), INDEX)),
        (["ear"], (INDEX, np.zeros((2, 4)), INDEX)),
        ("ear", (INDEX, np.zeros((2, 4)))),
        ("ear", (INDEX, np.zeros((3, 4)), INDEX)),
        ("ear", (INDEX, np.zeros(()), INDEX)),
        ("ear", (INDEX * 1.0, np.zeros((2, 4)), INDEX)),
        ("ear", (INDEX, np.zeros((2, 4)), INDEX - 1)),
        ("ear", (INDEX, np.zeros((2, 4)), INDEX + 10**9)),
        ("ear", (INDEX + 10**11, np.zeros((2, 4)), INDEX)),
    ],
)
def test_pieces_that_are_none(encoder: object, arrays: tuple) -> None:
    with pytest.raises(MessageError):
        read_piece({"encoder": encoder}, arrays, ("ear",))
