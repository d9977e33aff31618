"""Which split is scored where nobody says, and what few seeds or clips do not show."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from seehear.data.scored import caution, choose_split
from seehear.errors import DataError


@dataclass(frozen=True)
class Splits:
    """A dataset as far as the rule looks at it: `*` marks a split with truth."""

    splits: dict[str, SimpleNamespace]
    root: Path = Path("data")

    def scored(self, name: str) -> SimpleNamespace:
        return self.splits[name]


def dataset(text: str) -> Splits:
    splits = {}
    for word in text.split():
        name = word.rstrip("*")
        splits[name] = SimpleNamespace(name=name, scorable=word.endswith("*"))
    return Splits(splits)


@pytest.mark.parametrize(
    ("splits", "chosen"),
    [
        ("train* val* test*", "test"),
        ("train val* test", "val"),
        ("train* eval* dev*", "eval"),  # in the order of the dataset, but never what was trained on
        ("train* dev", "train"),
    ],
)
def test_the_rule(splits: str, chosen: str) -> None:
    found = choose_split(dataset(splits), None)
    assert found.name == chosen
    assert (found.why is None) == (chosen == "test")
    assert choose_split(dataset(splits), "train").notes == []


def test_what_was_learned_from_is_named_so() -> None:
    (note,) = choose_split(dataset("train*"), None).notes
    assert note == (
        "split train: chosen because there is no split test with truth; a trained parser has"
        " learned from it"
    )


def test_without_any_truth() -> None:
    with pytest.raises(DataError, match="expected a split with truth, got train, val without"):
        choose_split(dataset("train val"), None)
    (note,) = choose_split(dataset("train val"), None, truth=False).notes
    assert note.startswith("split val: chosen because there is no split with truth")
    assert choose_split(dataset("train test"), None, truth=False).why is None


@pytest.mark.parametrize(
    ("clips", "seeds", "said"),
    [
        (100, 3, None),
        (100, None, None),
        (1200, 1, "1 seed (at least 3 needed)"),
        (99, 5, "99 clips (at least 100 needed)"),
        (1, 2, "2 seeds (at least 3 needed), 1 clip (at least 100 needed)"),
    ],
)
def test_few_seeds_or_clips(clips: int, seeds: int | None, said: str | None) -> None:
    wanted = None if said is None else f"These figures prove nothing: {said}."
    assert caution(clips=clips, seeds=seeds) == wanted


def test_the_split_of_few_clips_is_named_where_there_are_several() -> None:
    told = caution(clips=60, seeds=3, split="val")
    assert told == "These figures prove nothing: 60 clips of val (at least 100 needed)."
