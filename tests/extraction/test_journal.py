"""The record of an extraction under way."""

import numpy as np
import pytest

from seehear.errors import FeatureError
from seehear.extraction.journal import FOLDER, Journal, refuse_other

ASKED = {"dtype": "float32"}
STREAMS = {"eye/feature": (2, "float32")}
ROWS = {"eye/feature": np.arange(6, dtype=np.float32).reshape(3, 2)}


def test_what_was_added_is_there_when_opened_again(tmp_path):
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        journal.add({"name": "a", "segments": 3}, ROWS)
        journal.add({"name": "b", "segments": 0}, {})
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        assert journal.entry("a") == {"name": "a", "segments": 3}
        np.testing.assert_array_equal(journal.read("a", "eye/feature"), ROWS["eye/feature"])
        assert journal.read("b", "eye/feature") is None


def test_a_dropped_clip_is_forgotten(tmp_path):
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        journal.add({"name": "a"}, ROWS)
        journal.add({"name": "b"}, ROWS)
        journal.drop("a")
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        assert list(journal.clips) == ["b"]


def test_rows_that_no_line_speaks_of_are_cut_off(tmp_path):
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        journal.add({"name": "a"}, ROWS)
    rows = tmp_path / FOLDER / "eye+feature.rows"
    size = rows.stat().st_size
    with rows.open("ab") as file:
        file.write(b"half a row")
    with Journal(tmp_path, ASKED, STREAMS):
        assert rows.stat().st_size == size


def test_a_journal_that_nothing_was_added_to_is_taken_away(tmp_path):
    with Journal(tmp_path, ASKED, STREAMS):
        assert (tmp_path / FOLDER).is_dir()
    assert not (tmp_path / FOLDER).exists()


def test_another_kind_is_refused_by_the_first_difference():
    made = {"encoders": {"eye": {"crop": 8}}, "step_s": 1.0}
    asked = {"encoders": {"eye": {"crop": 9}}, "step_s": 2.0}
    with pytest.raises(FeatureError, match=r"with encoders\.eye\.crop = 8, now asked for 9"):
        refuse_other(made, asked, "here")
    refuse_other(made, dict(made), "here")
