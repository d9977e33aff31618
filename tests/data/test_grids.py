"""Whose word the grid of a dataset is, and that it fits the media."""

import wave
from pathlib import Path

import numpy as np
import pytest

from own_dataset import TOML, write
from seehear.data import open_dataset
from seehear.data.grids import MOST
from seehear.errors import DataError

BARE = TOML.replace("[grid]\ncount = 4\nstep_s = 0.5\n", "")
NAMED = BARE.replace("[vocabulary]", '[grid]\nfrom = "names"\n[vocabulary]')


def sound(path: Path, length_s: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.zeros(round(8000 * length_s), np.int16).tobytes())


def clips(*names: str) -> str:
    return "filename\tevent_labels\n" + "".join(f"{name}\tDog\n" for name in names)


@pytest.mark.parametrize(
    "name", ["lesson_1_3", "20240101_101010_20250101", "VID_20240101_120000000", "a_0_4"]
)
def test_names_alone_set_no_grid(tmp_path: Path, name: str) -> None:
    dataset = open_dataset(write(tmp_path, dataset_toml=BARE, train_csv=clips(name)))
    assert dataset.grid.count == 10
    assert "ten seconds" in dataset.grid_from


def test_names_set_it_where_that_is_asked_for(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path, dataset_toml=NAMED, train_csv=clips("a_30_37")))
    assert (dataset.grid.count, dataset.grid_from) == (7, "the names of the clips")
    with pytest.raises(DataError, match="no clip is called ID_START_END"):
        open_dataset(write(tmp_path, dataset_toml=NAMED, train_csv=clips("a")))


def test_the_media_set_it_where_nothing_else_does(tmp_path: Path) -> None:
    sound(tmp_path / "a_1_3.wav", 6.0)  # found by its name
    sound(tmp_path / "b.wav", 5.0)  # found by its id
    root = write(tmp_path, dataset_toml=BARE, train_csv=clips("a_1_3", "b_0_10"))
    dataset = open_dataset(root)
    assert (dataset.grid.count, dataset.grid_from) == (6, "the longest of 2 media files")
    assert dataset.media_path(dataset.splits["train"].clips[1]) == root / "b.wav"


def test_files_that_are_no_media_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    assert open_dataset(write(tmp_path, dataset_toml=BARE)).grid.count == 10


@pytest.mark.parametrize(("length_s", "fits"), [(1.0, True), (2.2, True), (9.0, False)])
def test_a_grid_that_leaves_the_media_unfinished_is_refused(
    tmp_path: Path, length_s: float, fits: bool
) -> None:
    sound(tmp_path / "a.wav", length_s)
    root = write(tmp_path)  # two seconds
    if fits:
        assert open_dataset(root).grid_from == "given with the dataset"
        return
    with pytest.raises(DataError, match=r"a grid of 2 s .* does not fit the media: a\.wav has 9.0"):
        open_dataset(root)


def test_a_grid_twice_as_long_as_the_media_is_refused(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav", 3.0)
    sound(tmp_path / "-b.wav", 4.0)
    toml = TOML.replace("count = 4\nstep_s = 0.5", "count = 10")
    with pytest.raises(DataError, match="a grid of 10 s"):
        open_dataset(write(tmp_path, dataset_toml=toml))
    sound(tmp_path / "a.wav", 6.0)  # clips of other lengths may be shorter than the longest
    assert open_dataset(tmp_path).grid.count == 10


def test_no_array_is_made_by_an_unchecked_number(tmp_path: Path) -> None:
    train = clips("cam_20240101_120101010")
    with pytest.raises(DataError, match=f"expected clips of at most {MOST} s, got 9"):
        open_dataset(write(tmp_path, dataset_toml=NAMED, train_csv=train))
    for count in (str(MOST + 1), "9" * 400, "9" * 5000):
        toml = TOML.replace("count = 4", f"count = {count}")
        with pytest.raises(DataError, match=r"at most 86400|not TOML|64 bits"):
            open_dataset(write(tmp_path, dataset_toml=toml))


@pytest.mark.parametrize("grid", ['from = "media"', 'from = "names"\ncount = 3', "from = 3"])
def test_words_for_the_grid_that_are_refused(tmp_path: Path, grid: str) -> None:
    toml = NAMED.replace('from = "names"', grid)
    with pytest.raises(DataError, match='or from = "names" alone'):
        open_dataset(write(tmp_path, dataset_toml=toml))
