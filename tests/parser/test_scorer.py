"""Rows of a clip are kept in their places."""

import numpy as np

from seehear.parser.scorer import Gathered


def test_rows_outside_the_grid_are_left_out():
    kept = Gathered()
    kept.add("x", np.array([1, 3]), np.array([[1.0], [3.0]], np.float32))
    np.testing.assert_array_equal(kept.array("x", 3, -1.0), [[-1], [1], [-1]])
    assert kept.array("y", 3, 0) is None
