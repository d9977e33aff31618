"""What the labels became, by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from seehear.labels.quality import SEGMENT_KEYS, changes, label_quality


def test_changes_by_hand():
    weak = np.array([[1, 1], [1, 0]], np.uint8)
    hard = np.zeros((2, 2, 2), np.float32)
    hard[0, 0, 0] = 1  # clip 0 keeps class 0 on one segment of two, loses class 1; clip 1 loses all
    soft = hard.copy()
    soft[0, 0, 0] = 0.9
    soft[1, 1, 1] = 0.1
    found = changes(weak, hard, soft)
    per_class = found.pop("per_class")
    assert found == {
        "clips": 3,
        "clips_removed": 2,
        "segments": 6,
        "segments_removed": 5,
        "lowered": 1,
        "raised": 1,
        "share_reweighted": 2 / 8,
    }
    assert per_class["clips"] == [2, 1]
    assert per_class["segments_removed"] == [3, 2]
    assert per_class["share_reweighted"] == [1 / 4, 1 / 4]


def test_quality_of_perfect_and_of_weak_labels():
    truth = SimpleNamespace(
        audio=np.zeros((1, 2, 3), bool),
        visual=np.array([[[1, 0, 0], [0, 0, 0]]], bool),
    )
    weak = np.array([[1, 0, 0]], np.uint8)
    perfect = {"audio": np.zeros((1, 2, 3), np.float32), "visual": truth.visual.astype(np.float32)}
    found = label_quality({"weak": {}, "perfect": perfect}, weak, truth)
    assert set(found["weak"]) == {*SEGMENT_KEYS, "per_class"}
    assert found["perfect"]["segment/visual"] == 1
    assert found["weak"]["segment/visual"] == pytest.approx(2 / 3)  # one segment of two is right
    # neither labels nor truth have classes 1 and 2
    assert found["perfect"]["per_class"]["visual"] == [1.0, None, None]
