"""Segment labels in memory and on disk."""

import json

import numpy as np
import pytest

from seehear.errors import DataError, SeehearError
from seehear.labels.store import ABOUT, SegmentLabels, is_labels, load, save

NAMES = ("a", "b")
CLASSES = ("Dog", "Cat", "Car")


def labels(**changed):
    visual = np.random.default_rng(0).random((2, 4, 3)).astype(np.float32)
    given = {"audio": None, "visual": visual, "names": NAMES, "vocabulary": CLASSES}
    return SegmentLabels(**{**given, "provenance": {"rule": "test"}, **changed})


def test_what_is_saved_is_loaded(tmp_path):
    saved = labels()
    save(saved, tmp_path / "l")
    assert is_labels(tmp_path / "l")
    read = load(tmp_path / "l")
    assert read.audio is None
    np.testing.assert_array_equal(read.visual, saved.visual)
    assert (read.names, read.vocabulary, read.provenance) == (NAMES, CLASSES, {"rule": "test"})


def test_the_array_of_an_earlier_track_is_not_left_behind(tmp_path):
    save(labels(audio=np.zeros((2, 4, 3), np.float32)), tmp_path)
    save(labels(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"visual.npy", ABOUT}


def test_a_folder_of_something_else_is_not_written_to(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SeehearError, match=r"this one holds thesis\.txt"):
        save(labels(), tmp_path)


def test_damage_is_found(tmp_path):
    assert not is_labels(tmp_path)
    with pytest.raises(DataError, match=r"labels\.json is missing"):
        load(tmp_path)
    save(labels(), tmp_path)
    np.save(tmp_path / "visual.npy", np.zeros((2, 4, 3), np.float32))
    with pytest.raises(DataError, match=r"visual\.npy is not the array"):
        load(tmp_path)
    about = json.loads((tmp_path / ABOUT).read_text())
    (tmp_path / ABOUT).write_text(json.dumps({**about, "schema": "seehear.labels/9"}))
    with pytest.raises(DataError, match=r"expected seehear\.labels/1, got seehear\.labels/9"):
        load(tmp_path)


def test_clips_are_selected_in_the_order_asked_for():
    one = labels()
    other = one.select(["b", "a"])
    np.testing.assert_array_equal(other.visual, one.visual[::-1])
    with pytest.raises(DataError, match="no segment labels for 1 clip, the first is c"):
        one.select(["a", "c"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"names": ("a", "a")},
        {"visual": np.zeros((2, 4, 2), np.float32)},
        {"visual": np.zeros((2, 4, 3), np.float64)},
        {"visual": np.full((2, 4, 3), 1.5, np.float32)},
        {"visual": np.full((2, 4, 3), np.nan, np.float32)},
    ],
)
def test_what_are_no_labels_is_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        labels(**wrong)
