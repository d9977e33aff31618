"""VGGSounder from its table: its counts, labels of the tracks, flags."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_vggsounder
from seehear.data import open_dataset
from seehear.errors import DataError


def test_the_official_table(shared: Path) -> None:
    root = shared / "benchmarks" / "vggsounder"
    if not root.is_dir():
        pytest.skip(f"VGGSounder's table not found at {root}")
    dataset = open_dataset(root)
    split = dataset.splits["test"]
    heard, seen = split.track_weak.astype(bool).transpose(1, 0, 2)
    assert (len(split), len(dataset.vocabulary), int(split.weak.sum())) == (15_069, 309, 37_395)
    assert [int(x.sum()) for x in (heard & seen, heard & ~seen, seen & ~heard)] == [
        21_914,
        14_236,
        1245,
    ]
    flags = {name: int(values.sum()) for name, values in split.flags.items()}
    assert flags == {"background_music": 3055, "static_image": 1622, "voice_over": 2985}


def test_small_table(tmp_path: Path) -> None:
    split = open_dataset(write_vggsounder(tmp_path)).splits["test"]
    assert split.clips[0].labels == ("dog, barking", "music")
    assert not split.has_truth
    assert split.scorable
    assert split.track_weak.tolist() == [[[0, 1, 1], [0, 1, 0]], [[0, 0, 0], [1, 0, 0]]]
    assert split.flags["static_image"].tolist() == [False, True]
    assert np.array_equal(split.weak, split.track_weak.max(axis=1))


def test_damage_is_told_with_its_line(tmp_path: Path) -> None:
    path = write_vggsounder(tmp_path) / "vggsounder.csv"
    path.write_text(path.read_text().replace(",V,", ",both,"), encoding="utf-8")
    with pytest.raises(DataError, match=r"vggsounder\.csv:4: expected a clip and A, V or AV"):
        open_dataset(tmp_path)
