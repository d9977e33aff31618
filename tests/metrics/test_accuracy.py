"""AVE's segment accuracy, counted one by one."""

import numpy as np
import pytest

from seehear.metrics import segment_accuracy
from seehear.metrics.accuracy import one_class


def test_equal_to_counting_one_by_one() -> None:
    rng = np.random.default_rng(0)
    labels, scores = rng.random((7, 10, 29)), rng.random((7, 10, 29))
    right = total = 0
    for clip in range(7):
        for second in range(10):
            right += np.argmax(labels[clip, second]) == np.argmax(scores[clip, second])
            total += 1
    ours = segment_accuracy(scores.argmax(axis=2), labels.argmax(axis=2))
    assert ours == pytest.approx(right / total, abs=1e-12)


def test_worked_example() -> None:
    on = np.array([[1, 1, 0], [0, 0, 0], [0, 1, 0]], bool)
    prob = np.array([[0.6, 0.7, 0.9], [0.4, 0.3, 0.2], [0.1, 0.8, 0.1]])
    assert one_class(on, prob).tolist() == [1, 3, 1]  # 3 is background; .9 is not on
    assert one_class(on).tolist() == [0, 3, 1]
    assert segment_accuracy(one_class(on, prob), np.array([1, 3, 0])) == pytest.approx(2 / 3)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="expected classes of shape"):
        segment_accuracy(np.zeros(3, int), np.zeros(4, int))
