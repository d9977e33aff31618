"""Which pictures stand for others."""

import numpy as np
import pytest

from seehear.encoders.stills import stand_ins


def _picture(level: int = 100) -> np.ndarray:
    return np.full((260, 260, 3), level, np.uint8)


def test_only_equal_pictures_where_no_levels_are_given():
    other = _picture()
    other[0, 0, 0] += 1
    assert stand_ins(np.stack([_picture(), _picture(), other, other])).tolist() == [0, 0, 2, 2]


def test_noise_of_compression_looks_the_same_and_something_small_does_not():
    noisy = _picture()
    noisy[::2] += 3  # 1.5 on average everywhere
    small = _picture()
    small[100:110, 200:210] = 0  # a hundredth of a hundredth of the picture
    frames = np.stack([_picture(), noisy, small])
    assert stand_ins(frames, 2).tolist() == [0, 0, 2]
    assert stand_ins(frames, 1).tolist() == [0, 1, 2]


def test_slow_changes_add_up():
    frames = np.stack([_picture(100 + step) for step in range(7)])
    assert stand_ins(frames, 2).tolist() == [0, 0, 0, 3, 3, 3, 6]


@pytest.mark.parametrize("shape", [(1, 1), (5, 40), (224, 224)])
def test_pictures_of_any_size(shape):
    frames = np.zeros((2, *shape, 3), np.uint8)
    frames[1, -1, -1] = 255  # the last part is looked at, too
    assert stand_ins(frames, 0.5).tolist() == [0, 1]
    assert stand_ins(np.zeros((0, *shape, 3), np.uint8), 1).tolist() == []
