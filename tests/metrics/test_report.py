"""The fast evaluator: equal to the oracle on anything, its laws, its limits, and what it
refuses.
"""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from helpers import row
from seehear.metrics import CLIP_KEYS, FIGURE_KEYS, evaluate
from seehear.metrics import reference as oracle
from seehear.metrics.counts import count


@st.composite
def four_arrays(draw: st.DrawFn) -> list[NDArray[np.bool_]]:
    """Predictions and truth of any (clips, segments, classes), as sparse or dense as it comes."""
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 14), st.integers(1, 4)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    density = draw(st.sampled_from([0.02, 0.3, 0.5, 0.8, 0.98]))
    arrays = [rng.random(shape) < density for _ in range(4)]
    if draw(st.booleans()):  # a prediction near the truth: matches at and around one half
        arrays[:2] = [array ^ (rng.random(shape) < 0.1) for array in arrays[2:]]
    return arrays


@given(four_arrays())
def test_fast_equals_oracle(arrays) -> None:
    report = evaluate(*arrays)
    figures, per_clip = oracle.evaluate(*arrays)
    for key in FIGURE_KEYS:
        assert report.figures()[key] == pytest.approx(figures[key], abs=1e-12)
    for key in CLIP_KEYS:
        np.testing.assert_allclose(report.per_clip()[key], per_clip[key], atol=1e-12, rtol=0)


@given(four_arrays())
def test_type_is_the_mean_of_its_parts(arrays) -> None:
    figures = evaluate(*arrays).figures()
    for level in ("segment", "event"):
        parts = [figures[f"{level}/{stream}"] for stream in ("audio", "visual", "audio_visual")]
        assert figures[f"{level}/type"] == pytest.approx(sum(parts) / 3, abs=1e-12)


@given(four_arrays(), st.randoms(use_true_random=False))
def test_order_of_classes_and_clips_is_nothing(arrays, random) -> None:
    clips, classes = list(range(arrays[0].shape[0])), list(range(arrays[0].shape[2]))
    random.shuffle(clips)
    random.shuffle(classes)
    before, after = evaluate(*arrays), evaluate(*(array[clips][:, :, classes] for array in arrays))
    for key in CLIP_KEYS:
        np.testing.assert_allclose(before.per_clip()[key][clips], after.per_clip()[key], atol=1e-12)
    for key, value in before.figures().items():
        assert value == pytest.approx(after.figures()[key], abs=1e-12)


@given(four_arrays())
def test_truth_against_itself_and_nothing_against_nothing_are_one(arrays) -> None:
    truth, empty = arrays[2:], [np.zeros_like(a) for a in arrays[2:]]
    assert set(evaluate(*truth, *truth).figures().values()) == {1.0}
    assert set(evaluate(*empty, *empty).figures().values()) == {1.0}


@given(four_arrays(), st.integers(0, 3), st.integers(0, 3))
def test_empty_segments_and_classes_change_nothing(arrays, segments, classes) -> None:
    wider = [np.pad(a, ((0, 0), (0, segments), (0, classes))) for a in arrays]
    assert evaluate(*wider).figures() == pytest.approx(evaluate(*arrays).figures(), abs=1e-12)


@given(four_arrays())
def test_counts_add_up(arrays) -> None:
    counts = count(*arrays)
    for index, (pred, true) in enumerate(zip(arrays[:2], arrays[2:], strict=True)):
        segment, event = counts["segment"], counts["event"]
        np.testing.assert_array_equal(segment.tp[:, index] + segment.fp[:, index], pred.sum(axis=1))
        np.testing.assert_array_equal(segment.tp[:, index] + segment.fn[:, index], true.sum(axis=1))
        np.testing.assert_array_equal(event.tp[:, index] + event.fn[:, index], starts(true))
        np.testing.assert_array_equal(event.tp[:, index] + event.fp[:, index], starts(pred))


def starts(rows: NDArray[np.bool_]) -> NDArray[np.int64]:
    return (np.diff(rows.astype(int), axis=1, prepend=0) == 1).sum(axis=1)


@pytest.mark.parametrize(
    "segments", [1, 31, 32, 200, 9000]
)  # around the limits of the whole-number types used inside
def test_long_clips(segments: int) -> None:
    rng = np.random.default_rng(segments)
    step = max(3, segments // 16)  # few but long runs: the oracle compares every pair
    arrays = [
        np.repeat(rng.random((1, segments // step + 1, 1)) < 0.5, step, axis=1)[:, :segments]
        for _ in range(4)
    ]
    arrays[0][:] = True  # one run as long as the clip
    assert evaluate(*arrays).figures() == pytest.approx(oracle.evaluate(*arrays)[0], abs=1e-12)


def test_many_clips_are_worked_on_in_parts() -> None:
    rng = np.random.default_rng(0)
    arrays = [
        rng.random((12_000, 10, 3)) < 0.4 for _ in range(4)
    ]  # more than one part of counting and of scoring
    whole = evaluate(*arrays).per_clip()
    for first in (0, 4990, 11_000):
        part = evaluate(*(a[first : first + 100] for a in arrays)).per_clip()
        for key in CLIP_KEYS:
            np.testing.assert_array_equal(whole[key][first : first + 100], part[key])


def test_counts_are_whole_numbers() -> None:
    rows = np.ones((2, 3, 4), bool)
    for of_level in evaluate(rows, rows, rows, rows).counts.values():
        assert all(np.issubdtype(n.dtype, np.integer) for n in of_level.each())


def test_memory_of_a_hundred_thousand_clips_stays_below_a_gigabyte() -> None:
    arrays = [
        np.zeros((100_000, 10, 25), bool) for _ in range(4)
    ]  # 100 MB, made before the measurement
    tracemalloc.start()
    evaluate(*arrays).figures()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak + 100e6 < 1e9


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32, np.float64])
def test_any_type_of_zeros_and_ones(dtype) -> None:
    rng = np.random.default_rng(1)
    arrays = [rng.random((4, 6, 3)) < 0.5 for _ in range(4)]
    assert evaluate(*(a.astype(dtype) for a in arrays)).figures() == evaluate(*arrays).figures()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda a: a[:, :9],
            r"pred_visual: expected the shape of true_audio, .* = \(2, 10, 3\), got \(2, 9, 3\)",
        ),
        (
            lambda a: a[0],
            r"pred_visual: expected an array \(clips, segments, classes\), got shape \(10, 3\)",
        ),
        (lambda a: a * 0.5, "pred_visual: expected 0 and 1 only, got 0.5"),
        (lambda a: a.astype(np.uint8) * 2, "pred_visual: expected 0 and 1 only, got 2"),
        (lambda a: a * np.nan, "pred_visual: expected 0 and 1 only, got nan"),
        (lambda a: a.astype(str), "pred_visual: expected numbers"),
    ],
)
def test_wrong_arrays_are_named(change, message: str) -> None:
    good = np.ones((2, 10, 3))
    with pytest.raises(ValueError, match=message):
        evaluate(good, change(good), good, good)


def test_no_clip_is_refused() -> None:
    none = np.zeros((0, 10, 3))
    with pytest.raises(ValueError, match="at least one clip"):
        evaluate(none, none, none, none)


def test_precision_and_recall() -> None:
    pred, true = np.zeros((2, 10, 2), bool), np.zeros((2, 10, 2), bool)
    pred[0, :, 0], true[0, :, 0] = row("####......"), row("..########")
    pred[1, :, 0] = row("...##.....")
    nothing = np.zeros_like(pred)
    report = evaluate(pred, nothing, true, nothing)
    audio = report.pooled()["segment/audio"]
    assert (int(audio.predicted), int(audio.true)) == (6, 8)
    assert (audio.precision, audio.recall, audio.f1) == pytest.approx((2 / 6, 2 / 8, 4 / 14))
    event = report.pooled()["event/audio"]
    assert (int(event.predicted), int(event.true), float(event.precision)) == (2, 1, 0.0)
    assert np.isnan(report.pooled()["segment/visual"].f1)
    by_class = report.per_class()["segment/audio"]
    np.testing.assert_allclose(by_class.f1, [4 / 14, np.nan])
    # the first clip's F of class 0 is 4/12, the second's is 0; class 1 is counted in no clip
    np.testing.assert_allclose(
        report.per_class_clip_mean()["segment/audio"], [(4 / 12 + 0) / 2, np.nan]
    )


def test_what_per_clip_returns_can_be_changed_without_harm() -> None:
    ones = np.ones((2, 10, 3))
    report = evaluate(ones, ones, ones, ones)
    report.per_clip()["segment/audio"][:] = 0
    assert report.figures()["segment/audio"] == 1.0
