"""A library decided again: only what changes is written, what cannot be decided is named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seehear.errors import DataError
from seehear.library.decisions import decide_library
from seehear.library.written import read_written, signed
from seehear.time import Decoding, Scores, TimeGrid, Timeline, decode_scores


def made(prob: float) -> Timeline:
    decoding = Decoding(gate="none")
    return decode_scores(
        Scores(np.full((4, 2, 1), prob), TimeGrid(4), ("Dog",)),
        decoding,
        source="a.mp4",
        parser={"decoding": decoding.to_dict()},
    )


def library(tmp_path: Path, **probs: float) -> Path:
    for name, prob in probs.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.timeline.json").write_text(made(prob).to_json())
    return tmp_path


def lower(decoding: Decoding) -> Decoding:
    return replace(decoding, threshold=0.3, visual_threshold=0.3)


def test_only_what_changes_is_written(tmp_path: Path) -> None:
    folder = library(tmp_path, a=0.9, b=0.4)
    kept = (folder / "a/x.timeline.json").stat().st_mtime_ns
    found = list(decide_library(folder, replace))
    assert [(one.path, one.changed) for one in found] == [
        ("a/x.timeline.json", False),
        ("b/x.timeline.json", False),
    ]
    found = list(decide_library(folder, lower))
    assert [(one.before, one.after) for one in found] == [(3, 3), (0, 3)]
    assert Timeline.from_json(folder / "b/x.timeline.json").on("audio", "Dog")
    assert Timeline.from_json(folder / "a/x.timeline.json").parser["decoded"]["threshold"] == 0.3
    assert list(decide_library(folder, replace))[1].after == 0
    assert (folder / "a/x.timeline.json").read_text() == made(0.9).to_json()
    assert kept <= (folder / "a/x.timeline.json").stat().st_mtime_ns


def test_what_parsing_wrote_counts_as_that_after_deciding_again(tmp_path: Path) -> None:
    folder = library(tmp_path, a=0.4, b=0.4)
    one, other = folder / "a/x.timeline.json", folder / "b/x.timeline.json"
    one.write_text(signed(made(0.4)).to_json())
    before = read_written(one, "a")
    list(decide_library(folder, lower))
    after = read_written(one, "a")
    assert not before.touched
    assert after == before
    assert read_written(other, "b").touched, "a timeline that others changed stays theirs"


def test_nothing_is_written_where_that_is_asked_for(tmp_path: Path) -> None:
    folder = library(tmp_path, b=0.4)
    assert [one.after for one in decide_library(folder, lower, write=False)] == [3]
    assert (folder / "b/x.timeline.json").read_text() == made(0.4).to_json()


def test_a_timeline_without_scores_costs_itself_alone(tmp_path: Path) -> None:
    folder = library(tmp_path, a=0.4, b=0.4)
    (folder / "a/x.timeline.json").write_text(replace(made(0.4), kept=None).to_json())
    (folder / "c.timeline.json").write_text("{")
    found = {one.path: one for one in decide_library(folder, lower)}
    assert "keeps no scores" in str(found["a/x.timeline.json"].error)
    assert "parse the video again" in str(found["a/x.timeline.json"].error)
    assert found["c.timeline.json"].error is not None
    assert found["b/x.timeline.json"].changed


def test_one_timeline_and_none(tmp_path: Path) -> None:
    folder = library(tmp_path, b=0.4)
    assert [one.after for one in decide_library(folder / "b/x.timeline.json", lower)] == [3]
    with pytest.raises(DataError, match="expected a folder of timelines"):
        list(decide_library(folder / "none", lower))
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match="there are no timelines"):
        list(decide_library(folder / "empty", lower))
