"""The log-mel front end that VGGish and YAMNet share.

16 kHz mono, periodic Hann windows of 25 ms every 10 ms, FFT of 512, magnitude; 64 triangles of
equal width on the HTK mel scale between 125 and 7500 Hz, without the bin of 0 Hz; natural logarithm
of (mel + offset).

Source: Hershey et al. 2017 (arXiv:1609.09430); tensorflow/models,
research/audioset/vggish/vggish_params.py and mel_features.py.
"""

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE_HZ = 16000
WINDOW, HOP, FFT = 400, 160, 512  # samples
BANDS = 64


def log_mel(wave: NDArray[np.floating], *, offset: float) -> NDArray[np.float32]:
    """Return log-mel frames (..., F, 64) of mono waves (..., samples).

    F is 1 + (samples - 400) // 160.

    Args:
        wave: samples in [-1, 1] at 16 kHz.
        offset: added before the logarithm: 0.01 for VGGish, 0.001 for YAMNet.
    """
    frames = sliding_window_view(wave, WINDOW, axis=-1)[..., ::HOP, :]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    magnitude = np.abs(np.fft.rfft(frames * hann, FFT))
    return np.log(magnitude @ mel_matrix() + offset).astype(np.float32)


@lru_cache(maxsize=1)
def mel_matrix() -> NDArray[np.float64]:
    """Return the triangular filters, (257, 64): frequency bins to mel bands."""

    def mel(hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
        return 1127 * np.log1p(np.asarray(hz) / 700)

    edges = np.linspace(mel(125.0), mel(7500.0), BANDS + 2)
    bins = mel(np.linspace(0, RATE_HZ / 2, FFT // 2 + 1))[:, None]
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.maximum(
        0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    )
    triangles[0] = 0
    return triangles
