"""Average precision against the curve drawn point by point."""

import numpy as np
import pytest

from seehear.metrics.ranked import average_precision, by_score


def drawn(right: list[bool], positives: int) -> float:
    """The area under the interpolated curve, a point after every candidate."""
    precision, recall, found = [0.0], [0.0], 0
    for count, hit in enumerate(right, 1):
        found += hit
        precision.append(found / count)
        recall.append(found / positives)
    precision.append(0.0)
    recall.append(1.0)
    for place in reversed(range(len(precision) - 1)):
        precision[place] = max(precision[place], precision[place + 1])
    steps = zip(recall[1:], recall, precision[1:], strict=False)
    return sum((after - before) * height for after, before, height in steps)


@pytest.mark.parametrize(
    ("right", "positives", "value"),
    [
        ([True], 1, 1.0),
        ([False, True], 1, 0.5),
        ([True, False, False, True], 3, (1 + 0.5) / 3),  # one is never found
        ([False, True, True], 2, 2 / 3),  # the better precision later on counts for the first
        ([False, False], 2, 0.0),
        ([], 1, 0.0),
    ],
)
def test_worked_examples(right, positives, value) -> None:
    assert average_precision(np.array(right, bool), positives) == pytest.approx(value, abs=1e-12)
    assert drawn(right, positives) == pytest.approx(value, abs=1e-12)


def test_equal_to_the_curve_at_any_size() -> None:
    rng = np.random.default_rng(0)
    for size in (1, 2, 17, 300):
        right = rng.random(size) > rng.random()
        positives = max(1, int(right.sum()) + int(rng.integers(3)))
        ours = average_precision(right, positives)
        assert ours == pytest.approx(drawn(right.tolist(), positives), abs=1e-9)


def test_the_greatest_score_comes_first() -> None:
    assert by_score(np.array([0.1, 0.9, 0.5])).tolist() == [1, 2, 0]
