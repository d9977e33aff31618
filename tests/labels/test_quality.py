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


def test_changes_are_counted_by_clip_segment_and_class():
    weak = np.array([[1, 0], [1, 1], [0, 1]], np.uint8)  # three clips of four segments, two classes
    hard = np.zeros((3, 4, 2), np.float32)
    hard[0, :3, 0] = hard[1, 0, 0] = hard[1, 1:, 1] = 1  # the third clip loses its only class
    soft = hard.copy()
    soft[0, :2, 0] = 0.7
    soft[2, 3, 1] = soft[1, 0, 1] = soft[2, 0, 1] = 0.2
    per_class = changes(weak, hard, soft)["per_class"]
    assert per_class["clips"] == [2, 2]
    assert per_class["clips_removed"] == [0, 1]
    assert per_class["segments"] == [8, 8]
    assert per_class["segments_removed"] == [4, 5]
    assert per_class["lowered"] == [2, 0]
    assert per_class["raised"] == [0, 3]
    assert per_class["share_reweighted"] == [2 / 12, 3 / 12]


def test_changes_of_one_segment_and_of_none():
    one = changes(np.ones((1, 1)), np.ones((1, 1, 1), np.float32), np.full((1, 1, 1), 0.5, "f4"))
    assert (one["share_reweighted"], one["per_class"]["share_reweighted"]) == (1, [1])
    empty = np.zeros((0, 4, 2), np.float32)
    none = changes(np.zeros((0, 2)), empty, empty)
    assert (none["clips"], none["share_reweighted"]) == (0, 0)
    assert none["per_class"]["share_reweighted"] == [0, 0]


def test_a_label_of_one_half_is_one():
    on = np.ones((1, 2, 1), bool)
    halves = dict.fromkeys(("audio", "visual"), np.full((1, 2, 1), 0.5, np.float32))
    found = label_quality({"half": halves}, np.ones((1, 1)), SimpleNamespace(audio=on, visual=on))
    assert [found["half"][key] for key in SEGMENT_KEYS] == [1] * 5


def test_a_joint_truth_says_nothing_of_one_track():
    on = np.zeros((1, 2, 3), bool)
    on[0, 0, 0] = True
    truth = SimpleNamespace(audio=on, visual=on)
    found = label_quality({"weak": {}}, np.array([[1, 0, 0]]), truth, joint=True)["weak"]
    assert found.pop("per_class") == {"audio": [None] * 3, "visual": [None] * 3}
    both = found.pop("segment/audio_visual")
    assert both == pytest.approx(2 / 3)
    assert found == dict.fromkeys(set(SEGMENT_KEYS) - {"segment/audio_visual"})


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
