"""Agreement of two sets of labels, counted by hand."""

import dataclasses

import numpy as np
import pytest

from seehear.errors import DataError
from seehear.labels.agreement import agreement
from seehear.labels.store import SegmentLabels


def made(rows, names=("a", "b"), hard=None):
    """Return labels of two classes from rows (clips, segments) of the first one."""
    array = np.zeros((len(rows), len(rows[0]), 2), np.float32)
    array[:, :, 0] = rows
    weak = np.array([[True, False]] * len(rows))
    kept = {} if hard is None else {"visual": np.stack([np.array(hard) > 0] * 2, -1)}
    return SegmentLabels(None, array, names, ("Dog", "Cat"), {}, weak=weak, hard=kept)


def test_counts_by_hand():
    ours = made([[1, 1, 0, 0], [1, 1, 1, 1]])
    theirs = made([[1, 1, 1, 1], [1, 0, 1, 0]], names=("b", "a"))
    out = agreement(ours, theirs)["visual"]
    counted = {key: out[key] for key in ("segments", "both", "ours", "theirs", "neither")}
    assert counted == {"segments": 8, "both": 5, "ours": 1, "theirs": 1, "neither": 1}
    assert out["same"] == 6 / 8
    assert (out["clips"], out["clips_alike"]) == (2, 1)
    assert out["soft"] == {"apart": 2 / 16, "mean": 2 / 16}
    assert out["per_class"]["both"] == [5, 0]


def test_one_half_is_a_label_and_a_thousandth_is_no_difference():
    half = made([[0.5, 0.4995, 0.001]], names=("a",))
    out = agreement(half, made([[1, 0, 0]], names=("a",)))["visual"]
    assert (out["both"], out["neither"], out["same"]) == (1, 2, 1)
    assert out["soft"]["apart"] == 2 / 6
    assert agreement(made([[1]], names=("a",)), made([[0.5]], names=("a",)))["visual"]["same"] == 1
    close = agreement(made([[0.001]], names=("a",)), made([[0]], names=("a",)))["visual"]
    assert (close["clips_alike"], close["soft"]["apart"]) == (1, 0)


def test_hard_labels_are_compared_with_ours_before_the_reweighting():
    hard = [[1, 1, 0, 0]]
    ours = made([[0.4, 1, 0.6, 0]], names=("a",), hard=hard)
    assert agreement(ours, made(hard, names=("a",), hard=hard))["visual"]["same"] == 1
    soft = agreement(ours, made([[0.4, 1, 0.6, 0]], names=("a",)))["visual"]
    assert (soft["same"], soft["soft"]["apart"]) == (1, 0)


def test_what_cannot_be_compared():
    ours = made([[1, 0]], names=("a",))
    for other, told in (
        (
            made([[1, 0]], names=("b",)),
            "^expected labels with clips in common to compare, made of weak labels$",
        ),
        (
            dataclasses.replace(ours, vocabulary=("Dog", "Cow")),
            "^expected labels of the same classes to compare$",
        ),
        (dataclasses.replace(ours, visual=None), "^expected a track that both label, to compare$"),
        (made([[1, 0, 0]], names=("a",)), "one shape"),
    ):
        with pytest.raises(DataError, match=told):
            agreement(ours, other)
