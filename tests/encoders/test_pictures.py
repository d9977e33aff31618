"""Frames of any shape become the square a network wants."""

import numpy as np
import pytest
from PIL import Image

from seehear.encoders.pictures import normalised, resize_crop, stretch


@pytest.mark.parametrize(
    "size",
    [
        (297, 297),
        (640, 480),
        (480, 640),
        (1920, 1080),
        (2, 2),
        (1, 1),
        (33, 17),
        (3, 4000),
        (4096, 2),
        (2, 10_000),
    ],
)
def test_any_frame_becomes_the_square(size):
    rgb = np.full((size[1], size[0], 3), 77, np.uint8)
    out = resize_crop(rgb, short=297, crop=260)
    assert out.shape == (260, 260, 3)
    assert (out == 77).all()
    assert stretch(rgb, size=64).shape == (64, 64, 3)


def test_the_square_is_the_middle():
    ramp = np.broadcast_to(
        np.linspace(0, 255, 600, dtype=np.uint8)[None, :, None], (300, 600, 3)
    ).copy()
    out = resize_crop(ramp, short=300, crop=100)
    assert out[:, 50].mean() == pytest.approx(127.5, abs=1)
    np.testing.assert_allclose(out[0], ramp[0, 250:350], atol=1)
    own = (
        Image.fromarray(ramp).resize((400, 200), Image.Resampling.BICUBIC).crop((100, 0, 300, 200))
    )
    np.testing.assert_array_equal(resize_crop(ramp, short=200, crop=200), np.asarray(own))


def test_normalised():
    frames = np.array([[[[0, 128, 255]]]], np.uint8)
    out = normalised(frames, (0.5, 0.4, 0.3), (0.5, 0.2, 0.1))
    np.testing.assert_allclose(out[0, :, 0, 0], [-1, (128 / 255 - 0.4) / 0.2, 7], rtol=1e-5)
