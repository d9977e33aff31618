"""Our own dataset folders: what is read, and the one line that every damage gets."""

from pathlib import Path

import numpy as np
import pytest

from helpers import picture
from own_dataset import TOML, write
from seehear.data import find_anomalies, open_dataset
from seehear.errors import DataError


def test_a_folder(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path))
    assert (dataset.name, list(dataset.splits)) == ("mine", ["train", "test"])
    assert dataset.vocabulary.descriptions == ("a barking dog", "a cat")
    assert (dataset.grid.count, dataset.grid.step_s) == (4, 0.5)
    assert [clip.id for clip in dataset.splits["train"].clips] == ["a", "-b"]
    np.testing.assert_array_equal(dataset.splits["train"].weak, [[1, 0], [1, 1]])
    truth = dataset.split("test").truth()
    assert picture(truth.audio[0, :, 1]) == ".#.."
    assert not truth.visual.any()
    assert not dataset.splits["train"].has_truth
    assert open_dataset(tmp_path / "dataset.toml").fingerprint() == dataset.fingerprint()


def test_restaged(shared: Path) -> None:
    dataset = open_dataset(shared / "restaged")
    assert all(split.has_truth for split in dataset.splits.values())
    assert dataset.grid.count == 10
    split = dataset.splits["test"]
    assert all(dataset.media_path(clip) is not None for clip in split.clips)
    truth = split.truth()
    heard_or_seen = (truth.audio | truth.visual).any(axis=1)
    assert not (heard_or_seen & (split.weak == 0)).any()  # the weak label names all that is there
    odd = [(issue.kind, issue.file) for issue in find_anomalies(dataset)]
    assert odd == [("weak_only", "train.csv"), ("weak_only", "test.csv")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"dataset_toml": "name = "}, "dataset.toml: not TOML"),
        (
            {"dataset_toml": "media = '.'\n[splits.a]\nclips='train.csv'\n"},
            "key 'vocabulary' is missing",
        ),
        (
            {"dataset_toml": TOML + "visuall = 'x'\n"},
            r"\[splits.test\]: unknown key 'visuall'; did you mean visual\?",
        ),
        (
            {"dataset_toml": TOML.replace('"audio.csv"', '"no.csv"')},
            r"\[splits.test\] audio: there is no file .*no.csv",
        ),
        (
            {"dataset_toml": TOML.replace("count = 4", "count = 0")},
            "grid.count: expected a whole number",
        ),
        (
            {"dataset_toml": TOML.replace("0.5\n", "-1.0\n")},
            "grid.step_s: expected a positive number",
        ),
        (
            {"dataset_toml": TOML.replace("Cat =", '"Cat,Dog" =')},
            "cannot stand in a comma-separated list",
        ),
        (
            {
                "dataset_toml": TOML.replace(
                    '[vocabulary]\nDog = "a barking dog"\nCat = "a cat"', "[vocabulary]"
                )
            },
            r"\[vocabulary\] is empty",
        ),
        (
            {"train_csv": "filename,event_labels\na,Dog\n"},
            "column filename, event_labels is missing.*separated by tabs",
        ),
        (
            {"train_csv": "filename\tlabels\na\tDog\n"},
            "train.csv: column event_labels is missing, found filename, labels",
        ),
        ({"train_csv": ""}, "an empty file"),
        ({"train_csv": "filename\tevent_labels\n"}, "expected at least one clip"),
        (
            {"train_csv": "filename\tevent_labels\na\tDgo\nb\tCta\n"},
            r"csv:2: unknown classes 'Dgo', 'Cta' \(and 1 more such row\); did you mean Dog for",
        ),
        (
            {"train_csv": "filename\tevent_labels\na\tDog\na\tCat\n"},
            "train.csv:3: clip a appears twice",
        ),
        (
            {"train_csv": "filename\tevent_labels\na\n"},
            "train.csv:2: expected 2 fields separated by tabs, got 1",
        ),
        ({"train_csv": "filename\tevent_labels\n\tDog\n"}, "train.csv:2: filename is empty"),
    ],
)
def test_damaged_folders(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        open_dataset(write(tmp_path, **files))
    assert "\n" not in str(caught.value)


def test_no_dataset_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected dataset\.toml, or LLP's tables"):
        open_dataset(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        open_dataset(tmp_path / "none")
    with pytest.raises(DataError, match="expected a split among train, test, got 'tset'"):
        open_dataset(write(tmp_path)).split("tset")
