"""The best threshold of each class and track."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.metrics import best_thresholds, evaluate
from seehear.time import Decoding, decide


def test_best_thresholds_separate_what_can_be_separated() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random((40, 10, 2, 3)) < 0.3
    # off below, on 0.2 above, by track and class
    low = np.array([[0.1, 0.3, 0.6], [0.2, 0.4, 0.7]])
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
