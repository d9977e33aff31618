"""Intervals, comparison, only heard and only seen, thresholds, label quality, timelines."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import row
from seehear.data import open_dataset
from seehear.metrics import (
    EXCLUSIVE_KEYS,
    FIGURE_KEYS,
    best_thresholds,
    compare,
    evaluate,
    evaluate_exclusive,
    evaluate_timelines,
    exclusive_figures,
    intervals,
    label_quality,
)
from seehear.time import Decoding, TimeGrid, Timeline, decide


def some_arrays(clips: int = 200, seed: int = 0, density: float = 0.4):
    rng = np.random.default_rng(seed)
    return [rng.random((clips, 10, 3)) < density for _ in range(4)]


# --- bootstrap


def test_intervals_hold_the_figures_and_shrink_with_more_clips() -> None:
    few, many = evaluate(*some_arrays(50)), evaluate(*some_arrays(5000))
    for report in (few, many):
        found = intervals(report)
        assert list(found) == list(FIGURE_KEYS)
        assert all(
            found[key].low <= value <= found[key].high for key, value in report.figures().items()
        )
    width = {
        r: intervals(r)["segment/type"].high - intervals(r)["segment/type"].low for r in (few, many)
    }
    assert width[many] < width[few] / 5  # ten times as many clips in square root


def test_intervals_agree_with_the_normal_approximation() -> None:
    report = evaluate(*some_arrays(2000))
    scores = report.per_clip()["segment/audio"]
    half = 1.96 * scores.std() / np.sqrt(len(scores))
    found = intervals(report, resamples=4000)["segment/audio"]
    assert found.high - found.low == pytest.approx(2 * half, rel=0.08)


def test_intervals_repeat_and_depend_on_seed_and_level() -> None:
    report = evaluate(*some_arrays())
    assert intervals(report) == intervals(report)
    assert intervals(report) != intervals(report, seed=1)
    narrow, wide = (
        intervals(report, level=0.5)["event/event"],
        intervals(report, level=0.99)["event/event"],
    )
    assert wide.low < narrow.low < narrow.high < wide.high
    with pytest.raises(ValueError, match="share between 0 and 1"):
        intervals(report, level=95)


def test_a_prediction_compared_with_itself_is_no_different() -> None:
    report = evaluate(*some_arrays())
    for c in compare(report, report).values():
        assert (c.difference, c.low, c.high, c.p_value, c.better, c.worse) == (0, 0, 0, 1, 0, 0)


def test_a_clearly_better_prediction_is_found_better() -> None:
    pa, pv, ta, tv = some_arrays()
    poor, good = evaluate(pa, pv, ta, tv), evaluate(ta, pv, ta, tv)
    c = compare(poor, good)["segment/audio"]
    assert c.difference == pytest.approx(
        good.figures()["segment/audio"] - poor.figures()["segment/audio"]
    )
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
        pa, pv, ta, tv = some_arrays(60, seed)
        other, *_ = some_arrays(60, seed + 1000)
        found = compare(evaluate(pa, pv, ta, tv), evaluate(other, pv, ta, tv), resamples=200)
        small += found["segment/audio"].p_value < 0.05
    assert small <= 6  # two are expected


def test_comparison_needs_the_same_clips() -> None:
    with pytest.raises(ValueError, match="200 and 100 clips"):
        compare(evaluate(*some_arrays(200)), evaluate(*some_arrays(100)))


# --- only heard, only seen


def test_what_is_heard_and_seen_at_once_is_neither() -> None:
    audio, visual = np.zeros((1, 10, 1), bool), np.zeros((1, 10, 1), bool)
    audio[0, :, 0], visual[0, :, 0] = row("######...."), row("....######")
    only = audio.copy()
    only[0, :, 0] = row("####......")
    report = evaluate_exclusive(only, np.zeros_like(visual), audio, visual)
    figures = exclusive_figures(report)
    assert list(figures) == list(EXCLUSIVE_KEYS)
    assert figures["segment/audio_only"] == 1.0  # true Ao is ####......
    assert figures["segment/visual_only"] == 0.0
    whole = exclusive_figures(evaluate_exclusive(audio, visual, audio, visual))
    assert set(whole.values()) == {1.0}


def test_wrong_shapes_are_named_there_too() -> None:
    good = np.ones((2, 10, 3))
    with pytest.raises(ValueError, match="pred_visual: expected the shape of true_audio"):
        evaluate_exclusive(good, good[:, :5], good, good)


# --- thresholds


def test_best_thresholds_separate_what_can_be_separated() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random((40, 10, 2, 3)) < 0.3
    low = np.array(
        [[0.1, 0.3, 0.6], [0.2, 0.4, 0.7]]
    )  # off below, on 0.2 above, by track and class
    prob = np.where(truth, low + 0.2, low)
    chosen = best_thresholds(
        prob, None, None, truth[:, :, 0], truth[:, :, 1], decoding=Decoding(gate="none")
    )
    thresholds = np.array([chosen.threshold, chosen.visual_threshold])
    assert ((thresholds > low) & (thresholds <= low + 0.2)).all()
    on = decide(prob, decoding=chosen)
    np.testing.assert_array_equal(on, truth)
    assert chosen.gate == "none"


@given(st.integers(0, 1000))
def test_best_thresholds_never_lower_the_pooled_f(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, prob = rng.random((6, 5, 2, 2)) < 0.4, rng.random((6, 5, 2, 2))
    track = prob.max(axis=1)
    start = Decoding(gate="own", gate_threshold=0.4)
    chosen = best_thresholds(prob, track, None, truth[:, :, 0], truth[:, :, 1], decoding=start)

    def pooled(decoding: Decoding):
        on = decide(prob, track, decoding=decoding)
        report = evaluate(on[:, :, 0], on[:, :, 1], truth[:, :, 0], truth[:, :, 1]).per_class()
        return np.nan_to_num(np.stack([report[f"segment/{t}"].f1 for t in ("audio", "visual")]))

    assert (pooled(chosen) >= pooled(start) - 1e-12).all()


def test_a_class_that_is_never_true_keeps_its_threshold() -> None:
    truth = np.zeros((3, 4, 2), bool)
    truth[:, :, 0] = True
    prob = np.full((3, 4, 2, 2), 0.3)
    chosen = best_thresholds(
        prob, None, None, truth, truth, decoding=Decoding(gate="none", threshold=(0.5, 0.65))
    )
    assert chosen.threshold == (0.3, 0.65)


def test_thresholds_want_scores_of_the_shape_of_the_truth() -> None:
    with pytest.raises(
        ValueError, match=r"scores of the shape of the truth, \(3, 4, 2, 2\), got \(3, 5, 2, 2\)"
    ):
        best_thresholds(
            np.zeros((3, 5, 2, 2)),
            None,
            None,
            np.zeros((3, 4, 2)),
            np.zeros((3, 4, 2)),
            decoding=Decoding(),
        )


# --- label quality


def test_label_quality_by_hand() -> None:
    truth, labels, weak = np.zeros((1, 4, 3), bool), np.zeros((1, 4, 3)), np.array([[1, 1, 0]])
    truth[0, :, 0], truth[0, :, 2] = row("##.."), row("#...")
    labels[0, :, 0], labels[0, :, 1] = [1, 0.5, 0.4, 0], [0.9, 0, 0, 0]
    quality = label_quality(labels, truth, weak)
    assert quality.noise == pytest.approx(
        1 / 8
    )  # of 2 classes x 4 segments, only class 1's first is wrong
    np.testing.assert_allclose(quality.noise_per_class, [0, 1 / 4, np.nan])
    assert quality.error == pytest.approx((0.5 + 0.4 + 0.9) / 8)
    assert quality.outside == pytest.approx(1 / 3)
    assert quality.clip_mean == pytest.approx((1 + 0 + 0) / 3)
    assert float(quality.pooled.precision) == pytest.approx(2 / 3)
    assert float(quality.pooled.recall) == pytest.approx(2 / 3)


def test_weak_labels_everywhere_are_as_noisy_as_known(shared: Path) -> None:
    splits = [open_dataset(shared / "llp").splits[name] for name in ("val", "test")]
    weak = np.concatenate([split.weak for split in splits])
    everywhere = np.repeat(weak[:, None], 10, axis=1)
    for track, noise in (("audio", 0.332), ("visual", 0.474)):
        quality = label_quality(
            everywhere, np.concatenate([getattr(s.truth(), track) for s in splits]), weak
        )
        assert round(quality.noise, 3) == noise
        assert quality.error == quality.noise


@pytest.mark.parametrize("change", [lambda a: a[:, :3], lambda a: a + 0.5, lambda a: a * np.nan])
def test_label_quality_refuses(change) -> None:
    with pytest.raises(ValueError, match=r"expected"):
        label_quality(change(np.ones((2, 4, 3))), np.ones((2, 4, 3)), np.ones((2, 3)))


# --- timelines


def timeline(
    audio: str, visual: str, vocabulary=("Dog", "Cat"), column: int = 0, source: str = "clip"
) -> Timeline:
    arrays = [np.zeros((len(audio), len(vocabulary)), bool) for _ in range(2)]
    arrays[0][:, column], arrays[1][:, column] = row(audio), row(visual)
    return Timeline.from_arrays(
        *arrays, grid=TimeGrid(len(audio)), vocabulary=vocabulary, source=source
    )


def test_timelines_of_different_lengths_and_class_orders() -> None:
    true = [timeline("###.......", ".........."), timeline("....####", "..######")]
    pred = [
        timeline("##........", "..........", ("Cat", "Dog"), 1),
        timeline("....####", "........"),
    ]
    report = evaluate_timelines(pred, true)
    np.testing.assert_allclose(report.per_clip()["segment/audio"], [2 * 2 / 5, 1])
    np.testing.assert_allclose(report.per_clip()["segment/visual"], [1, 0])
    np.testing.assert_allclose(report.per_clip()["event/audio"], [1, 1])


def test_timelines_that_do_not_fit() -> None:
    true = [timeline("###.", "....", source="a.mp4")]
    with pytest.raises(ValueError, match="as many predicted as true timelines"):
        evaluate_timelines([], true)
    with pytest.raises(ValueError, match="class Bird, which the truth does not know"):
        evaluate_timelines([timeline("###.", "....", ("Dog", "Bird"), 1)], true)
    with pytest.raises(ValueError, match=r"expected the classes of a.mp4 in the same order"):
        evaluate_timelines(true * 2, [true[0], timeline("###.", "....", ("Cat", "Dog"))])
