"""How sure a figure is, and when one prediction is better than another."""

import numpy as np
import pytest

from seehear.metrics import FIGURE_KEYS, Interval, compare, evaluate, intervals


def some_arrays(clips: int = 200, seed: int = 0, density: float = 0.4):
    rng = np.random.default_rng(seed)
    return [rng.random((clips, 10, 3)) < density for _ in range(4)]


def width(interval: Interval) -> float:
    return interval.high - interval.low


def test_intervals_hold_the_figures_and_shrink_with_more_clips() -> None:
    few, many = evaluate(*some_arrays(50)), evaluate(*some_arrays(5000))
    for report in (few, many):
        found = intervals(report)
        assert list(found) == list(FIGURE_KEYS)
        for key, value in report.figures().items():
            assert found[key].low <= value <= found[key].high
    # ten times as many clips in square root
    assert width(intervals(many)["segment/type"]) < width(intervals(few)["segment/type"]) / 5


def test_intervals_agree_with_the_normal_approximation() -> None:
    report = evaluate(*some_arrays(2000))
    scores = report.per_clip()["segment/audio"]
    half = 1.96 * scores.std() / np.sqrt(len(scores))
    found = intervals(report, resamples=4000)["segment/audio"]
    assert width(found) == pytest.approx(2 * half, rel=0.08)


def test_intervals_repeat_and_depend_on_seed_and_level() -> None:
    report = evaluate(*some_arrays())
    assert intervals(report) == intervals(report)
    assert intervals(report) != intervals(report, seed=1)
    narrow = intervals(report, level=0.5)["event/event"]
    wide = intervals(report, level=0.99)["event/event"]
    assert wide.low < narrow.low < narrow.high < wide.high
    with pytest.raises(ValueError, match="share between 0 and 1"):
        intervals(report, level=95)


def test_a_prediction_compared_with_itself_is_no_different() -> None:
    report = evaluate(*some_arrays())
    for c in compare(report, report).values():
        assert (c.difference, c.low, c.high, c.p_value, c.better, c.worse) == (0, 0, 0, 1, 0, 0)


def test_a_clearly_better_prediction_is_found_better() -> None:
    arrays = some_arrays()
    poor, good = evaluate(*arrays), evaluate(arrays[2], *arrays[1:])
    c = compare(poor, good)["segment/audio"]
    difference = good.figures()["segment/audio"] - poor.figures()["segment/audio"]
    assert c.difference == pytest.approx(difference)
    assert 0 < c.low <= c.difference <= c.high
    assert c.p_value == pytest.approx(1 / 1001)
    assert c.worse == 0
    assert 150 < c.better <= 200
    back = compare(good, poor)["segment/audio"]
    assert (back.difference, back.better, back.worse) == (-c.difference, 0, c.better)
    unchanged = compare(poor, good)["segment/visual"]
    assert (unchanged.difference, unchanged.p_value) == (0, 1)


def test_chance_differences_are_rarely_called_real() -> None:
    small = 0
    for seed in range(40):
        first, *others = some_arrays(60, seed)
        second = some_arrays(60, seed + 1000)[0]
        a, b = evaluate(first, *others), evaluate(second, *others)
        found = compare(a, b, resamples=200)
        small += found["segment/audio"].p_value < 0.05
    assert small <= 6  # two are expected


def test_comparison_needs_the_same_clips() -> None:
    with pytest.raises(ValueError, match="200 and 100 clips"):
        compare(evaluate(*some_arrays(200)), evaluate(*some_arrays(100)))
