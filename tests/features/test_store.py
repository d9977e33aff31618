"""What every features folder offers, whatever its kind."""

import numpy as np
import pytest

from seehear.features import pool
from seehear.features.store import bare_id


def test_pooling_is_the_mean_over_equal_groups():
    frames = np.arange(12, dtype=np.float16).reshape(6, 2)
    np.testing.assert_array_equal(pool(frames, 2), [[2, 3], [8, 9]])
    np.testing.assert_array_equal(pool(np.stack([frames, frames]), 3)[1], [[1, 2], [5, 6], [9, 10]])
    with pytest.raises(ValueError, match="multiple of 4 frames, got 6"):
        pool(frames, 4)


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("-abcdefghi__0_10", "-abcdefghi_"),
        ("zz_30.5_40.5", "zz"),
        ("film_2_part", "film_2_part"),
        ("clip_10", "clip_10"),
    ],
)
def test_only_names_that_end_in_two_times_are_shortened(name, id_):
    assert bare_id(name) == id_
