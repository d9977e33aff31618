"""AVE from its table: its counts, samples that share a file, and splits that need h5py."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_ave
from seehear.data import find_anomalies, open_dataset, read_predictions
from seehear.errors import DataError
from seehear.foreign import hdf5

_H5PY = importlib.util.find_spec("h5py") is not None


def test_the_official_table(shared: Path, monkeypatch) -> None:
    root = shared / "benchmarks" / "ave"
    if not root.is_dir():
        pytest.skip(f"AVE's table not found at {root}")
    monkeypatch.setattr(hdf5, "PACKAGE", "no_such_package")
    dataset = open_dataset(root)
    assert ({n: len(s) for n, s in dataset.splits.items()}, len(dataset.vocabulary)) == (
        {"all": 4143},
        28,
    )
    found = find_anomalies(dataset)
    assert {issue.kind for issue in found if issue.line is None} == {"media_missing"}
    assert [issue.line for issue in found if issue.kind == "empty"] == [27]
    twice = {issue.text.partition(":")[0] for issue in found if issue.kind == "clip_twice"}
    assert len(twice) == 45
    with pytest.raises(DataError, match=r"pip install 'seehear\[hdf5\]'"):
        dataset.split("test")


@pytest.mark.skipif(not _H5PY, reason="needs h5py")
def test_the_official_splits(shared: Path) -> None:
    splits = open_dataset(shared / "benchmarks" / "ave").splits
    assert {n: len(s) for n, s in splits.items()} == {"train": 3339, "val": 402, "test": 402}
    assert splits["train"].tables.audio.name == "Annotations.txt"
    lines = {int(name.partition("#")[2] or 0) for s in splits.values() for name in s.names}
    assert len(lines) == 47  # 46 further samples of a file, and 0 for the others


@pytest.mark.parametrize("header", [False, True])
def test_truth_is_of_both_tracks_at_once(tmp_path: Path, header: bool) -> None:
    dataset = open_dataset(write_ave(tmp_path, header=header))
    split = dataset.splits["all"]
    second = "bbbbbbbbbb2#" + ("4" if header else "3")
    assert split.names == ("bbbbbbbbbb1", "bbbbbbbbbb2", second)
    assert [clip.id for clip in split.clips][1:] == ["bbbbbbbbbb2"] * 2
    truth = split.truth()
    np.testing.assert_array_equal(truth.audio, truth.visual)
    assert truth.audio.sum(axis=(1, 2)).tolist() == [10, 3, 0]
    assert dataset.vocabulary.names == ("Church bell", "Bark")


def test_one_prediction_serves_every_sample_of_a_file(tmp_path: Path) -> None:
    dataset = open_dataset(write_ave(tmp_path))
    rows = ["filename\ttrack\tonset\toffset\tevent_label", "bbbbbbbbbb1\t\t\t\t"]
    rows += [f"bbbbbbbbbb2\t{track}\t2\t5\tBark" for track in ("audio", "visual")]
    (tmp_path / "pred.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = read_predictions(
        tmp_path / "pred.tsv", dataset.splits["all"], dataset.vocabulary, dataset.grid
    )
    assert found.audio.sum(axis=(1, 2)).tolist() == [0, 3, 3]


def test_damage_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "Annotations.txt").write_text("Bark&a&good&0&x\nBark&b&good&0\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"Annotations\.txt:1: EndTime: .*1 more such row"):
        open_dataset(tmp_path)
