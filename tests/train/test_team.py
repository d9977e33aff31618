"""Two processes that train together: the losses of one, one folder, one voice."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from killing import killed_after
from seehear.errors import ConfigError
from seehear.labels.store import SegmentLabels, save
from seehear.train import RunFolder, RunOptions, prepare, run
from seehear.train.team import ALONE, Team, joined
from small_recipes import small_settings
from small_world import SEGMENTS, TINY, write_world
from team_process import command, fail_in_the_second, together

pytestmark = pytest.mark.usefixtures("no_graphs")


@pytest.fixture(scope="module")
def odd_world(tmp_path_factory):
    """Return a dataset whose last batch of an epoch, one clip, is too small for two."""
    return write_world(tmp_path_factory.mktemp("odd"), sizes=(21, 8, 8))


def train_command(world, recipe, out, settings):
    dataset, store = world
    argv = ["train", str(dataset.root), "--features", str(store.path), "--recipe", recipe]
    for name, value in settings.items():
        argv += ["--set", f"{name}={value}"]
    return [*argv, "--out", str(out)]


def same_losses(one: Path, other: Path) -> None:
    logs = [RunFolder(folder).log() for folder in (one, other)]
    for a, b in zip(*logs, strict=True):
        assert b["loss"] == pytest.approx(a["loss"], rel=1e-6), a["epoch"]
        assert b["val"] == pytest.approx(a["val"])


# dropout and relabelling by batch; batch normalisation and helpers; what belongs to no clip
@pytest.mark.parametrize("recipe", ["jomold", "dhhn", "mgn"])
def test_losses_are_those_of_one_process_and_the_first_alone_writes_and_prints(
    odd_world, world, tmp_path, recipe
):
    if recipe == "dhhn":  # batch normalisation of a single clip is refused by torch
        odd_world = world
    settings = small_settings(recipe, epochs=1)
    alone = run(prepare(*odd_world, recipe, settings=settings), tmp_path / "alone")
    out, shown = tmp_path / "team", tmp_path / "shown"
    assert together(2, command, shown, train_command(odd_world, recipe, out, settings)) == [0, 0]
    same_losses(alone, out)
    names = [sorted(p.name for p in f.rglob("*") if p.suffix != ".onnx") for f in (alone, out)]
    assert names[0] == names[1]
    assert " training clips, 2 processes" in (shown / "0.err").read_text()
    assert str(out) in (shown / "0.out").read_text()
    assert [(shown / f"1.{end}").read_text() for end in ("out", "err")] == ["", ""]
    assert RunFolder(out).record()["machine"]["processes"] == 2


def test_clips_that_meet_in_a_batch_meet_whole(odd_world, tmp_path):
    dataset, _ = odd_world
    split = dataset.split("train")
    rows = np.repeat(split.weak[:, None], SEGMENTS, axis=1).astype(np.float32)
    labels = SegmentLabels(rows, rows, split.names, dataset.vocabulary.names, {})
    save(labels, tmp_path / "labels")
    settings = {**small_settings("lsld", epochs=1), "training.recombine": True}
    alone = run(prepare(*odd_world, "lsld", settings=settings), tmp_path / "alone", labels=labels)
    argv = train_command(odd_world, "lsld", tmp_path / "team", settings)
    argv += ["--labels", str(tmp_path / "labels")]
    assert together(2, command, tmp_path / "shown", argv) == [0, 0]
    same_losses(alone, tmp_path / "team")


def test_a_run_that_one_process_began_goes_on_with_two(odd_world, tmp_path, monkeypatch):
    prepared = prepare(*odd_world, "han", settings=TINY)
    whole = run(prepared, tmp_path / "whole")
    killed_after(4, monkeypatch, prepared, tmp_path / "cut", RunOptions(save_every=1))
    argv = train_command(odd_world, "han", tmp_path / "cut", TINY)
    assert together(2, command, tmp_path / "shown", argv) == [0, 0]
    same_losses(whole, tmp_path / "cut")


def test_what_is_wrong_is_said_once(odd_world, tmp_path):
    argv = train_command(odd_world, "han", tmp_path / "run", {**TINY, "training.batch": 1})
    assert together(2, command, tmp_path, argv) == [2, 2]
    told = (tmp_path / "0.err").read_text().splitlines()[-1]
    assert "training.batch: expected at least one clip a process, got 1 for 2 processes" in told
    assert (tmp_path / "1.err").read_text() == ""


def test_an_error_of_another_process_is_told_by_the_first(tmp_path):
    assert together(2, fail_in_the_second, tmp_path) == [0, 0]
    told = [(tmp_path / str(rank)).read_text() for rank in range(2)]
    assert told == ["FeatureError: there is none here", "LeaderStopped: " + _STOPPED]


_STOPPED = "another process of this training could not go on"


def test_without_torchrun_a_process_is_alone(monkeypatch):
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    with joined("auto") as found:
        assert found == (ALONE, "auto")


def test_more_processes_than_gpus_are_refused(monkeypatch):
    told = {"RANK": "0", "WORLD_SIZE": "4", "MASTER_ADDR": "localhost", "MASTER_PORT": "1"}
    for name, value in {**told, "LOCAL_WORLD_SIZE": "4"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(ConfigError, match="expected a GPU for each of 4 processes, got 2"):
        with joined("auto"):
            pass


@pytest.mark.parametrize(("size", "count"), [(2, 10), (3, 10), (4, 7), (3, 2)])
def test_every_clip_of_a_batch_is_in_one_part(size, count):
    parts = [Team(rank, size).part(count) for rank in range(size)]
    if count < size:
        assert parts == [None] * size  # every process takes all of so small a batch
        return
    covered = [clip for part in parts for clip in range(part.start, part.stop)]
    assert covered == list(range(count))
    assert {asdict(part)["count"] for part in parts} == {count}
