"""Which moments of a clip are looked at."""

import numpy as np

from seehear.streaming.sampling import frames_a_segment, grid_times, paper_times
from seehear.time import TimeGrid


def test_moments():
    assert grid_times(TimeGrid(2), 4).tolist() == [
        0.125,
        0.375,
        0.625,
        0.875,
        1.125,
        1.375,
        1.625,
        1.875,
    ]
    # ten seconds at 8 a second: frame j is the j-th
    np.testing.assert_array_equal(np.floor(paper_times(10.0) * 8), np.arange(80))
    # the sample clip of the release has 82 frames
    wanted = np.round(np.linspace(0, 81, 80))
    np.testing.assert_array_equal(np.floor(paper_times(10.25) * 8), wanted)
    assert (paper_times(0.05) == paper_times(0.05)[0]).all()


def test_a_segment_has_at_least_one_frame():
    assert [frames_a_segment(TimeGrid(3, step), 8) for step in (1.0, 0.5, 0.01)] == [8, 4, 1]
