"""Near duplicates: copies, near copies and parts are told together; what is only alike is not."""

import json

import numpy as np
import pytest

from kept_library import keep
from seehear.cli.main import main
from seehear.errors import ConfigError, FeatureError
from seehear.library import duplicates as module
from seehear.library import update
from seehear.library.duplicates import duplicates
from seehear.library.like import like
from small_library import put


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    draw = np.random.default_rng(0)
    clips = {name: draw.normal(size=(2, 12, 32)) for name in "abcd"}
    for name, rows in clips.items():
        keep(folder, name, *rows)
    near = clips["a"] + 0.05 * draw.normal(size=(2, 12, 32))
    keep(folder, "a2", *near)
    keep(folder, "part", *(2 * clips["c"][:, 3:8]))
    keep(folder, "sound", clips["d"][0], draw.normal(size=(12, 32)))  # its picture is another
    put(folder, "none", {"Dog": "...."}, {})
    update(folder)
    return folder


def groups(found):
    return [[one.source for one in group] for group in found.groups]


def test_copies_near_copies_and_parts_are_told_together(library, monkeypatch):
    found = duplicates(library)
    assert groups(found) == [["c.mp4", "part.mp4"], ["a.mp4", "a2.mp4"]]
    assert [one.likeness for one in found.groups[0]] == [pytest.approx(1, abs=2e-3)] * 2
    assert found.notes == (
        "compared by ear/feature and eye/feature",
        "1 of 8 clips without kept features",
    )
    heard = duplicates(library, by="audio")
    assert ["d.mp4", "sound.mp4"] in groups(heard)
    assert len(duplicates(library, 0.05).groups) == 1  # everything hangs together
    monkeypatch.setattr(module, "_BLOCK", 7)  # a clip at a time
    assert duplicates(library) == found


def test_the_likeness_is_that_of_clips_like_one(library):
    of = {one.path: one.likeness for group in duplicates(library).groups for one in group}
    near = {hit.path: hit.score for hit in like(library, "part").hits()}
    assert of["part.timeline.json"] == pytest.approx(near["c.timeline.json"], abs=2e-3)


def test_the_command_lists_groups(library, capsys):
    assert main(["search", str(library), "--duplicates"]) == 0
    shown = capsys.readouterr().out
    assert "2 groups among 8 clips" in shown
    assert main(["search", str(library), "--duplicates", "0.9999", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["at_least"] == 0.9999
    assert [[one["source"] for one in group] for group in value["groups"]] == [
        ["c.mp4", "part.mp4"]
    ]
    assert main(["search", str(library), "--duplicates", "--format", "csv", "--limit", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("1,c.timeline.json,c.mp4,")
    for wrong in (
        ["--duplicates", "2"],
        ["--duplicates", "--like", "a"],
        ["--duplicates", "--format", "cuts"],
    ):
        assert main(["search", str(library), *wrong]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_what_cannot_be_compared_is_said(tmp_path):
    put(tmp_path, "none", {"Dog": "...."}, {})
    update(tmp_path)
    with pytest.raises(FeatureError, match="no features were kept of any clip"):
        duplicates(tmp_path)
    with pytest.raises(ConfigError, match="expected a number above 0"):
        duplicates(tmp_path, 0)
