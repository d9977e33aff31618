"""The record of an extraction under way."""

import json

import numpy as np
import pytest

from seehear.errors import FeatureError
from seehear.extraction.journal import FOLDER, Journal, refuse_other

ASKED = {"dtype": "float32"}
STREAMS = {"eye/feature": (2, "float32")}
ROWS = {"eye/feature": np.arange(6, dtype=np.float32).reshape(3, 2)}


def clip(name: str, segments: int = 3) -> dict:
    return {"name": name, "id": name, "segments": segments, "state": "ok" if segments else "failed"}


def test_what_was_added_is_there_when_opened_again(tmp_path):
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        journal.add(clip("a"), ROWS)
        journal.add(clip("b", 0), {})
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        assert journal.entry("a") == clip("a")
        np.testing.assert_array_equal(journal.read("a", "eye/feature"), ROWS["eye/feature"])
        assert journal.read("b", "eye/feature") is None


def test_a_dropped_clip_is_forgotten(tmp_path):
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        journal.add(clip("a"), ROWS)
        journal.add(clip("b"), ROWS)
        journal.drop("a")
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        assert list(journal.clips) == ["b"]


def test_rows_that_no_line_speaks_of_are_cut_off(tmp_path):
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        journal.add(clip("a"), ROWS)
    rows = tmp_path / FOLDER / "eye+feature.rows"
    size = rows.stat().st_size
    with rows.open("ab") as file:
        file.write(b"half a row")
    with Journal(tmp_path, ASKED, STREAMS):
        assert rows.stat().st_size == size


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 3}, "name: expected text, got 3"),
        ({"at": {"eye/feature": [0, 7]}}, "expected whole rows of eye/feature, got 7 bytes"),
        ({"at": {"ear/feature": [0, 8]}}, "got 8 bytes of ear/feature"),
        ({"at": {"eye/feature": [-1, 8]}}, "at.eye/feature.*: expected a whole number"),
        ({"crc": {}}, "expected whole rows"),
    ],
)
def test_a_damaged_line_is_told_with_its_place(tmp_path, change, message):
    with Journal(tmp_path, ASKED, STREAMS) as journal:
        journal.add(clip("a"), ROWS)
    path = tmp_path / FOLDER / "journal.jsonl"
    first, second = path.read_text().splitlines()
    path.write_text(f"{first}\n{json.dumps(json.loads(second) | change)}\n")
    with pytest.raises(FeatureError, match=rf"journal\.jsonl:2: .*{message}"):
        Journal(tmp_path, ASKED, STREAMS)


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
