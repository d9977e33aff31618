"""LFAV from its tables: the counts that are known, its defects, and the reading of its offsets."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_lfav
from seehear.data import find_anomalies, open_dataset
from seehear.errors import DataError
from seehear.time import Track


def test_the_official_tables(shared: Path) -> None:
    root = shared / "benchmarks" / "lfav"
    if not root.is_dir():
        pytest.skip(f"LFAV's tables not found at {root}")
    lfav = open_dataset(root)
    assert {name: len(split) for name, split in lfav.splits.items()} == {
        "train": 3721,
        "val": 486,
        "test": 968,
    }
    assert (len(lfav.vocabulary), lfav.grid.count) == (35, 1059)
    found = [issue for issue in find_anomalies(lfav) if issue.kind != "media_missing"]
    kinds = Counter((issue.file, issue.kind) for issue in found)
    assert [
        kinds[f"{s}_{t}.csv", "empty"] for s in ("val", "test") for t in ("audio", "visual")
    ] == [
        69,
        59,
        132,
        128,
    ]
    assert sum(number for (_, kind), number in kinds.items() if kind == "reversed") == 37
    places = {(i.file, i.line) for i in found if i.kind == "outside"}
    assert places == {("test_audio.csv", 1855), ("test_visual.csv", 7005)}
    assert kinds["test_audio.csv", "no_track_truth"] == 1  # 967 of its 968 clips have a row
    without = {issue.kind for issue in found if issue.line is None}
    assert without == {"no_track_truth"}  # what is not there has no line
    assert len({row.clip for row in lfav.splits["test"].tables.rows[Track.AUDIO]}) == 967
    assert kinds["train_audio_weakly.csv", "label_spaces"] == 1
    assert kinds["train_audio_weakly.csv", "label_ignored"] == 1  # silent
    assert kinds["test_visual_weakly.csv", "label_ignored"] == 5  # train, toilet_flush


def test_small_tables(tmp_path: Path) -> None:
    lfav = open_dataset(write_lfav(tmp_path))
    test, train = lfav.splits["test"], lfav.splits["train"]
    assert (lfav.name, lfav.grid.count, test.lengths, train.lengths) == (
        "LFAV",
        12,
        (12, 6),
        (None, None),
    )
    names = lfav.vocabulary.names
    heard, seen = train.track_weak[0]
    assert [names[c] for c in np.flatnonzero(heard)] == ["speech"]
    assert [names[c] for c in np.flatnonzero(seen)] == ["dog", "speech"]
    assert Counter(issue.kind for issue in find_anomalies(lfav)) == {
        "empty": 1,
        "reversed": 1,
        "outside": 1,
        "label_spaces": 1,
        "label_ignored": 1,
        "no_label": 1,
        "no_track_truth": 1,
        "media_missing": 4,
    }


def test_offsets_are_inclusive_as_in_the_official_evaluation(tmp_path: Path) -> None:
    lfav = open_dataset(write_lfav(tmp_path))
    test, speech = lfav.splits["test"], lfav.vocabulary.index("speech")
    truth = test.truth()
    assert truth.reading == "inclusive"
    # 3-5 marks three seconds, 8-8 one; the reversed row none
    assert np.flatnonzero(truth.audio[0, :, speech]).tolist() == [3, 4, 5, 8]
    # 4-9999 lasts to the end of the clip
    assert np.flatnonzero(truth.visual[0, :, speech]).tolist() == list(range(4, 12))
    literal = test.truth("literal")
    assert np.flatnonzero(literal.audio[0, :, speech]).tolist() == [3, 4]


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    write_lfav(tmp_path)
    (tmp_path / "test_visual.csv").unlink()
    with pytest.raises(DataError, match=r"split test, test_visual\.csv is missing"):
        open_dataset(tmp_path)
