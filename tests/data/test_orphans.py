"""Rows of truth, predictions and files whose name no clip bears: told, with the nearest clip."""

from pathlib import Path

import pytest

from llp_like import write_llp
from own_dataset import TOML, TRUTH, write
from seehear.data import find_anomalies, open_dataset, read_predictions
from seehear.data.orphans import Nearest
from seehear.errors import DataError

ODD = ["c.wav", "C", " c", "c ", "videos/c.mp4", "C.MP4", "c_0_10"]


@pytest.mark.parametrize("name", ODD)
def test_truth_of_other_names_is_an_error_that_names_the_nearest(tmp_path: Path, name: str) -> None:
    split = open_dataset(write(tmp_path, audio_csv=TRUTH + f"{name}\t0\t1\tCat\n")).split("test")
    with pytest.raises(DataError) as caught:
        split.truth()
    said = str(caught.value)
    assert "audio.csv: 1 of 1 row of truth names no clip of any split" in said
    assert f"{name!r}: did you mean 'c'?" in said


def test_a_few_rows_of_other_names_are_warned_of(tmp_path: Path) -> None:
    rows = "c\t0\t1\tCat\nc\t1\t2\tDog\nC.wav\t0\t1\tDog\n"
    dataset = open_dataset(write(tmp_path, audio_csv=TRUTH + rows))
    split = dataset.split("test")
    assert split.truth().audio.sum() == 4  # half seconds
    (warning,) = split.warnings()
    assert "audio.csv: 1 of 3 rows of truth names no clip" in warning
    assert "'C.wav': did you mean 'c'?" in warning
    (issue,) = [issue for issue in find_anomalies(dataset) if issue.kind == "orphan"]
    assert issue.line == 4
    assert "did you mean c?" in issue.text


def test_truth_of_another_split_is_told(tmp_path: Path) -> None:
    split = open_dataset(write(tmp_path, audio_csv=TRUTH + "a\t0\t1\tDog\n")).split("test")
    (warning,) = split.warnings()
    assert "none of the 1 clip of split test has a row of truth" in warning
    assert not split.truth().audio.any()


def test_empty_truth_is_no_fault(tmp_path: Path) -> None:
    split = open_dataset(write(tmp_path, audio_csv=TRUTH)).split("test")
    assert split.warnings() == []
    assert not split.truth().audio.any()


def test_llp_opens_with_the_names_that_are_damaged_and_without_a_split(tmp_path: Path) -> None:
    split = open_dataset(write_llp(tmp_path)).split("val")
    assert any("19jWnmYnlD8_30_40" in text for text in split.warnings())
    # one table has a row of some other video, and of ten rows two that do not count
    orphan, faulty = split.warnings("repaired")
    assert "not of this dataset" in orphan or "no clip" in orphan
    assert "1 with the end before the beginning (not counted), 1 without length" in faulty
    split.truth()
    (tmp_path / "AVVP_val_pd.csv").unlink()  # most rows of the truth are of val
    split = open_dataset(tmp_path).split("test")
    assert split.tables.unmatched()[0].most
    assert split.truth().audio.any()
    (tmp_path / "AVVP_eval_audio.csv").write_text(TRUTH + "CCCCCCCCCC3_0_10.mp4\t0\t1\tDog\n")
    with pytest.raises(DataError, match="did you mean 'CCCCCCCCCC3_0_10'"):
        open_dataset(tmp_path).split("test").truth()


def test_predictions_of_other_names_name_the_nearest(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path))
    split, vocabulary, grid = dataset.split("test"), dataset.vocabulary, dataset.grid
    path = tmp_path / "p.tsv"
    path.write_text("filename\ttrack\tonset\toffset\tevent_label\nC.wav\taudio\t0\t1\tCat\n")
    with pytest.raises(DataError, match=r"'C\.wav': did you mean 'c'\?"):
        read_predictions(path, split, vocabulary, grid)
    with pytest.raises(DataError, match=r"missing for 1 of 1 clip .*did you mean 'c'\?"):
        read_predictions(path, split, vocabulary, grid, extra="ignore")


def test_media_of_other_names_are_named(tmp_path: Path) -> None:
    toml = 'media = "videos"\n' + TOML
    rows = "filename\tevent_labels\nA.mp4\tDog\nzz\tDog\n"
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "a.mp4").touch()
    dataset = open_dataset(write(tmp_path, dataset_toml=toml, train_csv=rows))
    missing = [i.text for i in find_anomalies(dataset) if i.kind == "media_missing"]
    assert "its id ends in a suffix" in missing[0]
    assert "did you mean a?" in missing[0]
    assert "did you mean" not in missing[1]


def test_the_nearest_name() -> None:
    nearest = Nearest(["dog_barks_1", "r01_0_10", "c2"])
    assert nearest.name("Dog Barks 1") == "dog_barks_1"
    assert nearest.name("r01") == "r01_0_10"
    assert nearest.name("dog_bark_1") == "dog_barks_1"
    assert nearest.same("dog_bark_1") is None
    assert nearest.name("quite something else") is None
