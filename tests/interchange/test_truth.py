"""Rows as a dataset: what is left out, classes that read as lists, the grid without media."""

from pathlib import Path

import pytest

from seehear.data import open_dataset
from seehear.errors import ConfigError, DataError
from seehear.interchange.gather import GatheredClip
from seehear.interchange.rows import ForeignRow
from seehear.interchange.truth import TruthSet, check_truth_folder, write_truth


def row(label: str, start_s: float, end_s: float, number: int) -> ForeignRow:
    return ForeignRow(None, "audio_visual", label, start_s, end_s, None, str(number))


def test_a_dataset_without_media_is_as_long_as_its_rows(tmp_path: Path) -> None:
    rows = [row("a, b", 0, 2.5, 0), row("a; b", 1, 2, 1), row("[not parsed]", 0, 1, 2)]
    clips = [GatheredClip("x", "x", rows=rows), GatheredClip("quiet", "quiet")]
    refused, notes = write_truth(tmp_path / "set", clips, TruthSet("set", "val"))
    assert [number for number, _ in refused] == ["2"]
    dataset = open_dataset(tmp_path / "set")
    assert dataset.vocabulary.names == ("a / b", "a / b 2")
    assert len(notes) == 2
    truth = dataset.splits["val"].truth()
    assert truth.audio.sum(axis=(1, 2)).tolist() == truth.visual.sum(axis=(1, 2)).tolist() == [4, 0]


def test_what_cannot_be_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none could be used"):
        write_truth(tmp_path / "set", [GatheredClip("x", "x")], TruthSet("set"))
    (tmp_path / "x").touch()
    with pytest.raises(ConfigError, match=r"out: .*a new or empty folder"):
        check_truth_folder(tmp_path, "test")
