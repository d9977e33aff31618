"""Scores fill in what was not pooled, and refuse shapes that do not fit."""

import numpy as np
import pytest

from seehear.time import Scores, TimeGrid

NAMES = ("Speech", "Dog", "Cat")
PROB = np.arange(24).reshape(4, 2, 3) / 24


def test_without_pooled_values_the_maxima_over_time_and_tracks_stand_for_them() -> None:
    track, clip = Scores(PROB, TimeGrid(4), NAMES).pooled()
    assert np.array_equal(track, PROB[-1])
    assert np.array_equal(clip, PROB[-1, 1])


def test_given_values_are_passed_on() -> None:
    track, clip = Scores(PROB, TimeGrid(4), NAMES, PROB[0], PROB[0, 0]).pooled()
    assert np.array_equal(track, PROB[0])
    assert np.array_equal(clip, PROB[0, 0])


@pytest.mark.parametrize(
    ("grid", "fields", "named"),
    [
        (TimeGrid(5), {}, "segment_prob"),
        (TimeGrid(4), {"track_prob": np.zeros((3, 2))}, "track_prob"),
        (TimeGrid(4), {"clip_prob": np.zeros(2)}, "clip_prob"),
    ],
)
def test_a_wrong_shape_is_named(grid, fields, named) -> None:
    with pytest.raises(ValueError, match=named):
        Scores(PROB, grid, NAMES, **fields)
