"""One list of media suffixes for datasets and for parsing."""

from pathlib import Path

import pytest

import seehear.media
from own_dataset import write
from seehear.data import MEDIA_SUFFIXES, open_dataset
from seehear.media import find_media


def test_datasets_and_parsing_share_the_list() -> None:
    assert seehear.media.MEDIA_SUFFIXES is MEDIA_SUFFIXES
    assert len(set(MEDIA_SUFFIXES)) == len(MEDIA_SUFFIXES)
    assert all(suffix == suffix.lower() for suffix in MEDIA_SUFFIXES)


@pytest.mark.parametrize("suffix", [".mts", ".MTS", ".m2ts", ".Asf", ".aiff", ".OPUS"])
def test_a_dataset_finds_what_is_parsed_in_any_case(tmp_path: Path, suffix: str) -> None:
    dataset = open_dataset(write(tmp_path))
    (tmp_path / f"a{suffix}").touch()
    (tmp_path / "a.txt").touch()
    clip = dataset.splits["train"].clips[0]
    assert dataset.media_path(clip) == tmp_path / f"a{suffix}"
    assert find_media([tmp_path]) == [tmp_path / f"a{suffix}"]


def test_of_several_files_the_preferred_suffix_is_taken(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path))
    for suffix in (".wav", ".MTS", ".mkv"):
        (tmp_path / f"a{suffix}").touch()
    assert dataset.media_path(dataset.splits["train"].clips[0]) == tmp_path / "a.mkv"
