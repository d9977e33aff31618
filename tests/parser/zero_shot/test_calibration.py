"""From evidence to probability, and the windows around a segment."""

import numpy as np

from seehear.parser.zero_shot.calibration import around_max
from small_tree import plain


def test_windows_repeat_the_ends():
    rows = np.array([[0.0], [3.0], [0.0], [0.0]])
    np.testing.assert_allclose(around_max(rows, 1)[:, 0], [3, 3, 3, 0])
    np.testing.assert_allclose(around_max(rows[:1], 9)[:, 0], [0])


def test_extreme_evidence_stays_a_probability():
    prob = plain(6).prob(np.array([[1e4, 0, 0, 0, 0, 0], [-1e4, 0, 0, 0, 0, 0]], np.float32))
    assert np.isfinite(prob).all()
    assert prob[0] > 0.999
    assert prob[1] < 0.001
