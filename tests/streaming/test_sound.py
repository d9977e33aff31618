"""The audio track as pieces."""

import numpy as np
import pytest

import fake_encoders as fake
from seehear.errors import MediaError
from seehear.media import probe
from seehear.streaming.sound import sound_pieces
from seehear.time import TimeGrid


def read(path, encoders, seconds, end_s=None):
    pieces = sound_pieces(probe(path), encoders, TimeGrid(seconds), end_s or seconds)
    return list(pieces), pieces.problems


def test_a_piece_is_ten_segments_and_the_rest(tmp_path):
    path = fake.make_clip(tmp_path / "a.wav", 23, visual=False)
    pieces, problems = read(path, {"ear": fake.load("ear")}, 23)
    assert [list(piece.rows) for piece in pieces] == [
        list(range(10)),
        list(range(10, 20)),
        [20, 21, 22],
    ]
    assert [piece.data.shape for piece in pieces] == [(10, 16000), (10, 16000), (3, 16000)]
    assert problems == []


def test_context_is_the_sound_around_and_zeros_outside(tmp_path):
    path = fake.make_clip(tmp_path / "a.wav", 3, visual=False)
    (plain,), _ = read(path, {"ear": fake.Ear(rate_hz=16000)}, 3)
    (wide,), _ = read(path, {"wide": fake.Ear(rate_hz=16000, context_s=0.25)}, 3)
    assert wide.data.shape == (3, 24000)
    np.testing.assert_array_equal(wide.data[:, 4000:-4000], plain.data)
    np.testing.assert_array_equal(wide.data[1, :4000], plain.data[0, -4000:])
    np.testing.assert_array_equal(wide.data[1, -4000:], plain.data[2, :4000])
    assert not wide.data[0, :4000].any()
    assert not wide.data[2, -4000:].any()


def test_a_track_that_ends_early_says_so_once_for_all_rates(tmp_path):
    path = fake.make_clip(tmp_path / "a.wav", 3, visual=False)
    encoders = {"ear": fake.load("ear"), "wide": fake.load("wide")}
    pieces, problems = read(path, encoders, 5)
    assert {piece.encoder for piece in pieces} == {"ear", "wide"}
    assert all(list(piece.rows) == [0, 1, 2] for piece in pieces)
    assert problems == ["audio track ends at 3.00 s of 5 s"]


def test_silence_is_said(tmp_path):
    path = fake.make_clip(tmp_path / "a.wav", 2, visual=False, loudness=[0.0] * 2)
    assert read(path, {"ear": fake.load("ear")}, 2)[1] == ["audio track is silent"]


def test_a_track_that_is_not_there_is_an_error(tmp_path):
    path = fake.make_clip(tmp_path / "a.mkv", 2, audio=False)
    with pytest.raises(MediaError, match="no audio track"):
        read(path, {"ear": fake.load("ear")}, 2)
