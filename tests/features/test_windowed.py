"""Clips of different lengths as windows: their rows, their truth, their labels."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_lfav
from seehear.data import open_dataset
from seehear.features import open_features
from seehear.features.windowed import in_windows, segments_of, windows_of

LENGTHS = {"aaaaaaaaaa1": 7, "aaaaaaaaaa2": 3}


@pytest.fixture
def world(tmp_path: Path):
    """LFAV with features of its training clips: second s of a clip holds the number s."""
    folder = tmp_path / "feats" / "LFAV" / "vggish"
    folder.mkdir(parents=True)
    for clip, count in LENGTHS.items():
        rows = np.repeat(np.arange(1, count + 1, dtype=np.float32)[:, None], 128, axis=1)
        np.save(folder / f"{clip}.npy", rows)
    return open_dataset(write_lfav(tmp_path)), open_features(tmp_path / "feats")


def test_rows_of_windows_are_those_of_the_clips(world) -> None:
    dataset, store = world
    assert {clip: segments_of(store, clip) for clip in LENGTHS} == LENGTHS
    assert segments_of(store, "tttttttttt1") == 0
    seen, windows = in_windows(dataset, store, 4)
    names = ("aaaaaaaaaa1@0", "aaaaaaaaaa1@3", "aaaaaaaaaa2@0")
    assert seen.splits["train"].names == names
    rows = windows.array("vggish-lfav/feature", names)[:, :, 0].tolist()
    assert rows == [[1, 2, 3, 4], [4, 5, 6, 7], [1, 2, 3, 0]]
    again = pickle.loads(pickle.dumps(windows))
    assert again.rows("vggish-lfav/feature", names[1])[0, 0] == 4
    assert windows.entry(names[1])["id"] == names[1]
    assert windows.count("vggish-lfav/feature", "nobody@0") == 0


def test_labels_of_windows_are_those_of_the_clips(world) -> None:
    dataset, store = world
    train = in_windows(dataset, store, 4)[0].splits["train"]
    whole = dataset.splits["train"]
    np.testing.assert_array_equal(train.weak, whole.weak[[0, 0, 1]])
    np.testing.assert_array_equal(train.track_weak, whole.track_weak[[0, 0, 1]])


def test_truth_of_windows_is_cut_from_the_clips(world) -> None:
    dataset, store = world
    dataset.splits["val"] = dataset.splits["test"]  # its truth is 12 and 6 s long
    split = in_windows(dataset, store, 5)[0].splits["val"]
    truth = dataset.splits["test"].truth()
    np.testing.assert_array_equal(split.truth().audio[0], truth.audio[0, :5])
    assert [w.start for w in windows_of(store, "aaaaaaaaaa1", 4, 2)] == [0, 2, 3]
