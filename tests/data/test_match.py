"""Which clip a prediction is for."""

from pathlib import Path

import pytest

from own_dataset import write
from seehear.data import open_dataset
from seehear.data.match import ClipFinder
from seehear.errors import DataError


def test_a_clip_is_found_by_name_or_id_and_only_once(tmp_path: Path) -> None:
    finder = ClipFinder(open_dataset(write(tmp_path)).split("train"))
    outside: list[str] = []
    known = [finder.known(name, outside) for name in ("a", "-b_0_2", "-b", "c")]
    assert known == [True, True, True, False]
    assert outside == ["c"]
    assert finder.place("-b", "one.json") == 1
    assert finder.place("a", "two.json") == 0
    expected = "two predictions for clip -b_0_2: one.json and three.json"
    with pytest.raises(DataError, match=expected):
        finder.place("-b_0_2", "three.json")
