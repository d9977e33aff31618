"""The run folder: who may use it, how far it is, what a stopped run goes on with."""

import json
import os

import numpy as np
import pytest

from killing import killed_after
from own_process import start
from seehear.errors import (
    ConfigError,
    WeightsError,
)
from seehear.labels.store import SegmentLabels
from seehear.train import (
    RunFolder,
    RunOptions,
    prepare,
    run,
)
from seehear.train.folder import read_log
from small_world import TINY
from training_process import train_with_little_room

pytestmark = pytest.mark.usefixtures("no_graphs")


def test_the_log_survives_a_line_cut_off(tmp_path):
    path = tmp_path / "log.jsonl"
    whole = '{"epoch": 1, "loss": {"total": 0.5}, "val": null, "seconds": 2}\n'
    path.write_text(whole + '{"epoch": 2, "lo')
    assert [line["epoch"] for line in read_log(path)] == [1]


@pytest.mark.parametrize(
    "bad", ["1e308", '"a"', '{"epoch": "x"}', '{"epoch": 1}', "\xff", "1" * 5000]
)
def test_a_damaged_line_of_the_log_is_told_with_its_place(tmp_path, bad):
    path = tmp_path / "log.jsonl"
    path.write_text(f"{bad}\n", encoding="latin-1")
    with pytest.raises(WeightsError, match=r"log\.jsonl:1: .*take that line out"):
        read_log(path)


def test_training_again_does_nothing_and_another_run_is_refused(world, prepared, trained):
    said = []
    before = {p.name: p.stat().st_mtime_ns for p in trained.iterdir()}
    run(prepared, trained, options=RunOptions(say=said.append))
    assert "already trained" in said[0]
    assert before == {p.name: p.stat().st_mtime_ns for p in trained.iterdir()}
    with pytest.raises(ConfigError, match=r"holds a run with seed 1, not 2; choose another"):
        run(prepared, trained, seed=2)
    with pytest.raises(ConfigError, match=r"holds a run with training\.epochs 3, not 4"):
        run(prepare(*world, "han", settings={**TINY, "training.epochs": 4}), trained)


def test_a_folder_with_something_else_is_refused(prepared, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="expected a new or empty folder"):
        run(prepared, tmp_path)


def test_a_damaged_state_says_how_to_begin_again(world, tmp_path, monkeypatch):
    prepared = prepare(*world, "han", settings=TINY)
    killed_after(4, monkeypatch, prepared, tmp_path / "run")
    state = tmp_path / "run" / "state.safetensors"
    state.write_bytes(state.read_bytes()[:500])
    with pytest.raises(WeightsError, match=r"state\.safetensors: damaged or truncated checkpoint"):
        run(prepared, tmp_path / "run")


def test_a_full_disk_loses_nothing(world, tmp_path):
    """The process may write files up to a size that the weights of the second attempt do not fit in
    any more.
    """
    dataset, store = world
    settings = {**TINY, "training.epochs": 4}
    prepared = prepare(dataset, store, "han", settings=settings)
    whole = run(prepared, tmp_path / "whole")
    room = (whole / "best.safetensors").stat().st_size + 1000
    full, said = tmp_path / "full", tmp_path / "said.txt"
    child = start(train_with_little_room, dataset.root, store.path, full, settings, room, said)
    child.join()
    assert child.exitcode == 2
    assert "cannot write" in said.read_text()
    assert len(said.read_text().splitlines()) == 1
    assert not list(full.glob(".*.part"))  # nothing half-written is left
    folder = run(prepared, full)  # there is room again
    assert (folder / "last.safetensors").read_bytes() == (whole / "last.safetensors").read_bytes()


ASKED = {
    "recipe": "han",
    "features": "offline",
    "settings": {},
    "seed": 1,
    "dataset": {"name": "small"},
    "definition": {"training": {"lr": 0.1}},
    "labels": None,
}


def test_a_folder_is_claimed_once_and_only_for_the_same_run(tmp_path):
    folder = RunFolder(tmp_path / "run")
    assert not folder.claimed
    folder.claim(ASKED)
    assert folder.claimed
    folder.claim(ASKED)
    for change, message in (
        ({"seed": 2}, "a run with seed 1, not 2"),
        ({"definition": {"training": {"lr": 0.2}}}, r"a run with training\.lr 0\.1, not 0\.2"),
        ({"dataset": {"name": "other"}}, "a run on another dataset"),
        ({"labels": {"rule": "lsld"}}, "a run on another labels"),
    ):
        with pytest.raises(ConfigError, match=message):
            folder.claim({**ASKED, **change})


def test_what_a_stage_made_comes_back(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.load_artefact("removals") is None
    removals = {"audio": np.eye(2, dtype=bool), "visual": np.zeros((2, 2), bool)}
    folder.save_artefact("removals", removals)
    found = folder.load_artefact("removals")
    assert all(np.array_equal(found[track], removals[track]) for track in removals)
    labels = SegmentLabels(None, np.ones((1, 2, 1), np.float32), ("a",), ("Dog",), {"rule": "x"})
    folder.save_artefact("labels", labels)
    assert folder.load_artefact("labels").provenance == {"rule": "x"}
    assert (folder.labels / "visual.npy").exists()


def test_the_newest_stage_is_the_one_whose_log_was_written_last(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.newest_stage() is None
    for age, path in ((2, folder.stage("base").path), (1, tmp_path)):
        path.mkdir(parents=True, exist_ok=True)
        (path / "log.jsonl").write_text('{"epoch": 1}\n')
        os.utime(path / "log.jsonl", (1000 - age, 1000 - age))
    assert folder.newest_stage().path == tmp_path
    os.utime(folder.stage("base").path / "log.jsonl", (2000, 2000))
    assert folder.newest_stage().path == folder.stage("base").path


def test_how_far_a_run_is(trained, tmp_path):
    assert not RunFolder(tmp_path).trained
    assert not RunFolder(tmp_path).finished
    folder = RunFolder(trained)
    assert folder.trained
    assert folder.finished
    assert folder.record()["epochs"] == len(folder.log()) == 3


def test_figures_on_a_split_have_a_file_of_their_own(tmp_path):
    RunFolder(tmp_path).write_figures("test", {"segment/audio": 0.5})
    assert json.loads((tmp_path / "figures-test.json").read_text()) == {"segment/audio": 0.5}
