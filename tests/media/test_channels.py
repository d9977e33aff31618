"""Channels that cancel each other in a mix to mono."""

import numpy as np
import pytest

from media_files import tone, write
from seehear.media import iter_audio


def heard(path, rate=16000):
    """Return the whole track and what its reader says of it."""
    sounds = iter_audio(path, rate_hz=rate, chunk_s=1)
    return np.concatenate([s.data for s in sounds]), sounds.problems


@pytest.mark.parametrize(
    ("suffix", "codec"), [("wav", "pcm_s16le"), ("wav", "pcm_u8"), ("m4a", "aac"), ("mp3", "mp3")]
)
def test_opposite_phases_are_heard(tmp_path, suffix, codec):
    rows = np.stack([tone(2), -tone(2)])
    path = write(tmp_path / f"a.{suffix}", wave=rows, layout="stereo", audio=codec)
    wave, problems = heard(path)
    assert np.abs(wave[8000:24000]).max() == pytest.approx(0.707, abs=0.06)
    (line,) = [text for text in problems if "cancel each other" in text]
    assert "the loudest channel was used" in line


@pytest.mark.parametrize("channel", range(6))
def test_one_channel_of_six_is_heard(tmp_path, channel):
    rows = np.zeros((6, 32000), np.float32)
    rows[channel] = tone(2)
    wave, problems = heard(write(tmp_path / "a.wav", wave=rows, layout="5.1"))
    assert np.abs(wave[8000:24000]).max() > 0.05
    assert bool(problems) == (channel == 3)  # low effects, which a mix leaves out


def test_only_the_stretch_that_cancels_is_changed(tmp_path):
    left = tone(3)
    right = left.copy()
    right[16384:32768] *= -1
    path = write(tmp_path / "a.wav", wave=np.stack([left, right]), layout="stereo")
    wave, problems = heard(path)
    np.testing.assert_allclose(wave, np.sqrt(2) * left, atol=1e-3)  # as FFmpeg mixes two alike
    assert "for 1.02 s" in problems[0]


def test_ordinary_stereo_stays_as_it_was(tmp_path):
    rng = np.random.default_rng(0)
    rows = rng.uniform(-0.4, 0.4, (2, 32000)).astype(np.float32)
    wave, problems = heard(write(tmp_path / "a.wav", wave=rows, layout="stereo"))
    np.testing.assert_allclose(wave, rows.sum(axis=0) * np.sqrt(0.5), atol=2e-4)
    assert problems == []


def test_silence_stays_silence(tmp_path):
    wave, problems = heard(write(tmp_path / "a.wav", wave=np.zeros((2, 16000)), layout="stereo"))
    assert not wave.any()
    assert problems == []
