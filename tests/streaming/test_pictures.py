"""The visual track as pieces."""

import numpy as np
import pytest

import fake_encoders as fake
from seehear.media import probe
from seehear.streaming.pictures import picture_pieces
from seehear.time import TimeGrid


def read(path, encoders, seconds, sampling="grid"):
    pieces = picture_pieces(probe(path), encoders, TimeGrid(seconds), float(seconds), sampling)
    return list(pieces), pieces.problems


def test_one_row_a_frame(tmp_path):
    path = fake.make_clip(tmp_path / "a.mkv", 3, audio=False)
    (piece,), problems = read(path, {"eye": fake.Eye(fps=2)}, 3)
    assert list(piece.rows) == [0, 1, 2, 3, 4, 5]
    assert list(piece.segments) == [0, 0, 1, 1, 2, 2]
    grey = piece.data.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(grey, [20, 20, 40, 40, 60, 60], atol=3)
    assert problems == []


def test_encoders_of_two_rates_share_one_reading(tmp_path):
    path = fake.make_clip(tmp_path / "a.mkv", 12, audio=False)
    pieces, _ = read(path, {"two": fake.Eye(fps=2), "eight": fake.Eye(fps=8)}, 12)
    rows = {"two": [], "eight": []}
    for piece in pieces:
        rows[piece.encoder] += list(piece.rows)
        assert len(set(piece.segments)) <= 10
    assert rows == {"two": list(range(24)), "eight": list(range(96))}


def test_a_row_of_several_frames_repeats_the_last_where_the_track_ends(tmp_path):
    path = fake.make_clip(tmp_path / "a.mkv", 1.5, audio=False)
    (piece,), problems = read(path, {"cube": fake.load("cube")}, 2)
    assert piece.data.shape[:2] == (2, 8)
    np.testing.assert_array_equal(piece.data[1, -1], piece.data[1, -2])
    assert problems == [
        "visual track ends at 1.50 s, before the last picture that is wanted (1.94 s)"
    ]


def test_rows_must_divide_segments(tmp_path):
    path = fake.make_clip(tmp_path / "a.mkv", 1, audio=False)
    with pytest.raises(ValueError, match="expected 8 frames a row to divide 3 frames a segment"):
        read(path, {"cube": fake.Cube(fps=3)}, 1)
