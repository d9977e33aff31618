"""LLP as published is told by the digests of its tables, in both editions of its annotations."""

from dataclasses import replace
from pathlib import Path

import pytest

from llp_like import write_llp
from seehear.data import Vocabulary, open_dataset
from seehear.data.editions import llp_edition, why_not_llp
from seehear.time import TimeGrid


@pytest.fixture
def folder(shared: Path, tmp_path: Path) -> Path:
    """Return a copy of the official tables."""
    for path in (shared / "llp").glob("AVVP_*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def older(folder: Path) -> None:
    """Make the annotations those before April 2024, three rows of which were misnamed."""
    path = folder / "AVVP_eval_audio.csv"
    text = path.read_text()
    text = text.replace("JfZEqeLZqWk_30_40\t0\t4\tSpeech", "Baby_cry_infant_cry\t0\t4\tSpeech")
    text = text.replace("JfZEqeLZqWk_30_40\t7\t10\tSpeech", "Baby_cry_infant_cry\t7\t10\tSpeech")
    path.write_text(text.replace("KvIjsmANkxI_10_20\t0\t1\tCat", "KvIjsmANkxI_10_20`\t0\t1\tCat"))


def test_both_editions_are_known(folder: Path) -> None:
    assert llp_edition(open_dataset(folder)) == "April 2024"
    older(folder)
    assert llp_edition(open_dataset(folder)) == "before April 2024"


@pytest.mark.parametrize("name", ["AVVP_train.csv", "AVVP_test_pd.csv", "AVVP_eval_visual.csv"])
def test_one_byte_more_is_another_dataset(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n", 1))
    dataset = open_dataset(folder)
    assert llp_edition(dataset) is None
    assert why_not_llp(dataset) == f"{name} is not the official table"


def test_names_and_classes_alone_make_no_llp(tmp_path: Path) -> None:
    small = open_dataset(write_llp(tmp_path))
    assert small.name == "LLP"
    assert why_not_llp(small) == "AVVP_train.csv is not the official table"
    assert why_not_llp(replace(small, grid=TimeGrid(5))) == "its clips have 5 segments of 1 s"
    assert why_not_llp(replace(small, tables={})) == "it has no table of train, clips"


def test_other_words_for_its_classes_make_other_prompts(folder: Path) -> None:
    dataset = open_dataset(folder)
    words = ("a talking head", *dataset.vocabulary.descriptions[1:])
    other = replace(dataset, vocabulary=Vocabulary(dataset.vocabulary.names, words))
    assert llp_edition(dataset) is not None
    assert llp_edition(other) is None
    assert "described in other words" in (why_not_llp(other) or "")
