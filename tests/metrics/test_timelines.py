"""Timelines in place of arrays."""

import numpy as np
import pytest

from helpers import row
from seehear.metrics import evaluate_timelines
from seehear.time import TimeGrid, Timeline


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
