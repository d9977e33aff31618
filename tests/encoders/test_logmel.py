"""Log-mel frames are what their definition says."""

import math

import numpy as np
import pytest

from seehear.encoders.logmel import log_mel, mel_matrix


def slow_log_mel(wave: np.ndarray, offset: float) -> np.ndarray:
    """Return the same by the definition, in float64: a sum for each frequency, a triangle for each
    band.
    """

    def mel(hz: float) -> float:
        return 1127 * math.log(1 + hz / 700)

    low, high = mel(125), mel(7500)
    corners = [low + (high - low) * k / 65 for k in range(66)]
    angle = -2j * np.pi * np.outer(np.arange(257), np.arange(400)) / 512
    turns = np.exp(angle)
    window = np.array([0.5 - 0.5 * math.cos(2 * math.pi * n / 400) for n in range(400)])
    rows = []
    for start in range(0, len(wave) - 399, 160):
        size = np.abs(turns @ (wave[start : start + 400].astype(np.float64) * window))
        bands = []
        for a, b, c in zip(corners, corners[1:], corners[2:], strict=False):
            total = 0.0
            for k in range(1, 257):
                at = mel(k * 16000 / 512)
                if a < at < c:
                    total += size[k] * ((at - a) / (b - a) if at < b else (c - at) / (c - b))
            bands.append(math.log(total + offset))
        rows.append(bands)
    return np.array(rows)


@pytest.mark.parametrize("offset", [0.001, 0.01])
def test_log_mel_is_the_definition(offset):
    rng = np.random.default_rng(0)
    wave = (0.3 * rng.standard_normal(2000) + np.sin(np.arange(2000) / 5)).astype(np.float32)
    got = log_mel(wave, offset=offset)
    assert got.dtype == np.float32
    assert got.shape == (11, 64)
    np.testing.assert_allclose(got, slow_log_mel(wave, offset), atol=2e-6)


def test_log_mel_of_many_and_of_silence():
    waves = np.random.default_rng(1).standard_normal((3, 1000)).astype(np.float32)
    np.testing.assert_array_equal(log_mel(waves, offset=0.01)[1], log_mel(waves[1], offset=0.01))
    np.testing.assert_allclose(
        log_mel(np.zeros(400, np.float32), offset=0.001), math.log(0.001), rtol=1e-6
    )
    assert mel_matrix().shape == (257, 64)
    assert (mel_matrix().max(axis=0) > 0).all()  # no band is empty
