"""Footage unlike the training clips is told by either track, and what tells it is kept."""

import numpy as np
import pytest
import torch

from seehear.errors import WeightsError
from seehear.runs.likeness import PREFIX, fit_likeness, read_likeness
from seehear.train.files import write_tensors

WIDTH = {"audio": 30, "visual": 40}
RNG = np.random.default_rng(0)
MIXES = {role: RNG.standard_normal((3, width)) for role, width in WIDTH.items()}


def footage(clips, *, noise=0.3, segments=5):
    """Return clips of three things mixed, and noise: much of it is footage of another kind."""
    rows = {}
    for role, width in WIDTH.items():
        things = RNG.standard_normal((clips, 1, 3)) @ MIXES[role]
        drawn = things + noise * RNG.standard_normal((clips, 1, width))
        rows[role] = np.repeat(drawn, segments, axis=1).astype(np.float32)
    return rows


@pytest.fixture(scope="module")
def likeness():
    return fit_likeness(footage(80), footage(40))


def test_nine_in_ten_held_out_clips_are_like_the_training_and_other_footage_is_not(likeness):
    assert np.mean(likeness.unlike(footage(200)) <= 0) == pytest.approx(0.9, abs=0.1)
    assert np.mean(likeness.unlike(footage(200, noise=1.5)) > 0) > 0.95


def test_one_track_is_enough_and_seconds_without_media_do_not_count(likeness):
    same, other = footage(20), footage(20, noise=1.5)
    for gone in WIDTH:
        empty = np.zeros_like(same[gone])
        assert np.mean(likeness.unlike({**same, gone: empty}) <= 0) > 0.6, gone
        assert np.mean(likeness.unlike({**other, gone: empty}) > 0) > 0.9, gone
    padded = {role: np.pad(rows, ((0, 0), (0, 7), (0, 0))) for role, rows in same.items()}
    np.testing.assert_allclose(likeness.unlike(padded), likeness.unlike(same), atol=1e-4)
    nothing = {role: np.zeros_like(rows) for role, rows in same.items()}
    assert (likeness.unlike(nothing) < 0).all()


def test_of_too_few_clips_nothing_is_said():
    assert fit_likeness(footage(80), footage(8)) is None
    assert fit_likeness(footage(8), footage(80)) is None


def test_a_model_file_keeps_it_and_a_damaged_one_is_refused(likeness, tmp_path):
    def kept(change=None, name="m.safetensors"):
        arrays = {**likeness.tensors(), **(change or {})}
        tensors = {f"{PREFIX}.{key}": torch.from_numpy(value) for key, value in arrays.items()}
        write_tensors(tmp_path / name, tensors, {})
        return read_likeness(tmp_path / name, WIDTH)

    clips = footage(10)
    np.testing.assert_allclose(kept().unlike(clips), likeness.unlike(clips), atol=1e-4)
    write_tensors(tmp_path / "none.safetensors", {"main.w": torch.zeros(1)}, {})
    assert read_likeness(tmp_path / "none.safetensors", WIDTH) is None
    for change in (
        {"audio.mean": np.zeros(3, np.float32)},
        {"visual.deviation": np.zeros(WIDTH["visual"], np.float32)},
        {"audio.usual": np.array([0, np.nan], np.float32)},
        {"limits": np.zeros(2, np.float32)},
    ):
        with pytest.raises(WeightsError, match="expected what its training clips are like"):
            kept(change)
