"""UnAV-100 and ActivityNet from their JSON: splits, lengths, defects."""

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks_like import write_unav
from seehear.data import find_anomalies, open_dataset
from seehear.errors import DataError


def test_small_file(tmp_path: Path) -> None:
    dataset = open_dataset(write_unav(tmp_path))
    assert (dataset.name, dataset.grid.count, list(dataset.splits)) == (
        "UnAV-100",
        20,
        ["train", "test"],
    )
    assert dataset.vocabulary.names == ("car", "dog")  # by label_id
    test = dataset.splits["test"]
    assert (test.lengths, test.clips[1].labels) == ((20, 5), ())
    truth = test.truth()
    assert truth.audio.sum(axis=(1, 2)).tolist() == [10 + 8, 0]
    assert [(e.start_s, e.end_s) for e in truth.audio_intervals[0]][-1] == (12.0, 20.0)
    found = find_anomalies(dataset)
    assert Counter(issue.kind for issue in found) == {
        "outside": 1,
        "overlap": 1,  # within a thousandth of a second: counted once by the official measure
        "no_label": 1,
        "no_truth": 1,
        "media_missing": 3,
    }
    lines = (tmp_path / "unav100_annotations.json").read_text().splitlines()
    late = next(issue for issue in found if issue.kind == "outside")
    assert '"vvvvvvvvvv1"' in lines[late.line - 1]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"subset": "test"}, "expected annotations"),
        ({"subset": "test", "annotations": [{"segment": [1], "label": "a"}]}, "a list of 2"),
    ],
)
def test_damage_is_told_with_its_place(tmp_path: Path, entry, told) -> None:
    text = json.dumps({"database": {"x": entry}})
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        open_dataset(tmp_path)
