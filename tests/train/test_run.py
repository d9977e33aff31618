"""Run folders: what they hold, when they are refused, several seeds, and everything that can be
wrong on disk.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors.torch import save_file

from seehear.errors import ConfigError, DataError, FeatureError, SeehearError, WeightsError
from seehear.labels.store import SegmentLabels
from seehear.labels.store import save as save_labels
from seehear.train import (
    RunFolder,
    RunOptions,
    evaluate_split,
    load_labels,
    load_run,
    predict_split,
    prepare,
    run,
    run_seeds,
    summarise,
)
from small_world import CLASSES, ENCODERS, SEGMENTS, TINY, write_world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def prepared(world):
    return prepare(*world, "han", settings=TINY)


@pytest.fixture(scope="module")
def trained(prepared, tmp_path_factory):
    return run(prepared, tmp_path_factory.mktemp("run") / "run")


def test_a_run_says_everything_about_itself(world, trained):
    assert sorted(p.name for p in trained.iterdir()) == [
        "best.safetensors",
        "initial.safetensors",
        "last.safetensors",
        "log.jsonl",
        "recipe.json",
        "run.json",
    ]
    about = json.loads((trained / "run.json").read_text())
    assert about["recipe"]["name"] == "han"
    assert about["features"]["name"] == "offline"
    assert about["dims"] == {"audio": 9, "visual": 6, "motion": None}
    assert about["encoders"] == ENCODERS
    assert about["dataset"] == {
        "name": "small",
        "fingerprint": world[0].fingerprint(),
        "train_clips": 24,
    }
    assert set(about["figures"]) >= {"segment/type", "event/event"}
    assert about["machine"]["threads"] >= 1
    loaded = load_run(trained)
    assert loaded.vocabulary.names == CLASSES
    assert loaded.grid.count == SEGMENTS
    assert loaded.features.audio == ("yamnet/feature", "yamnet/logits")
    assert set(loaded.normalisation) == {
        "audio.mean",
        "audio.deviation",
        "visual.mean",
        "visual.deviation",
    }
    alone = load_run(trained / "best.safetensors")  # the file needs no folder around it
    assert alone.about == loaded.about


def test_the_prediction_of_a_split(world, trained, monkeypatch):
    dataset, store = world
    got = predict_split(trained, store.path, dataset, "test")
    assert got.segment_prob.shape == (8, SEGMENTS, 2, 4)
    assert got.track_prob.shape == (8, 2, 4)
    assert got.clip_prob.shape == (8, 4)
    assert got.segment_prob.dtype == np.float32
    assert got.decoding == load_run(trained).decoding
    val = json.loads((trained / "run.json").read_text())["figures"]
    assert evaluate_split(trained, store, dataset, "val") == pytest.approx(val)
    split = dataset.split("test")
    monkeypatch.setitem(
        split.__dict__, "weak", 1 - split.weak
    )  # a predictor that read the labels would change
    np.testing.assert_array_equal(
        predict_split(trained, store, dataset, "test").segment_prob, got.segment_prob
    )


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


def test_several_seeds_give_mean_and_spread(prepared, tmp_path):
    folders = run_seeds(prepared, tmp_path / "runs", [3, 4])
    assert [f.name for f in folders] == ["seed-3", "seed-4"]
    figures = [
        json.loads((f / "run.json").read_text())["figures"]["segment/audio"] for f in folders
    ]
    summary = json.loads((tmp_path / "runs" / "summary.json").read_text())
    assert summary["seeds"] == [3, 4]
    assert summary["val"]["segment/audio"] == pytest.approx(
        {"mean": np.mean(figures), "spread": np.std(figures, ddof=1)}
    )
    with pytest.raises(WeightsError, match=r"several seeds: name one.*seed-3"):
        load_run(tmp_path / "runs")
    with pytest.raises(ConfigError, match="different seeds"):
        run_seeds(prepared, tmp_path / "twice", [3, 3])


def test_mean_and_spread_of_one_and_of_three():
    assert summarise([{"a": 0.5}]) == {"a": {"mean": 0.5, "spread": 0.0}}
    assert summarise([{"a": 1.0}, {"a": 2.0}, {"a": 3.0}]) == {"a": {"mean": 2.0, "spread": 1.0}}


def labels_of(dataset, *, vocabulary=CLASSES, names=None, segments=SEGMENTS, fingerprint=None):
    names = names or dataset.split("train").names
    array = np.random.default_rng(0).random((len(names), segments, 4)).astype(np.float32)
    provenance = {"dataset": {"name": "small", "fingerprint": fingerprint or dataset.fingerprint()}}
    return SegmentLabels(None, array, tuple(names), vocabulary, provenance)


def test_segment_labels_are_checked_before_anything_is_trained(world, tmp_path):
    dataset, _ = world
    save_labels(labels_of(dataset), tmp_path / "good")
    assert load_labels(tmp_path / "good", dataset).visual.shape == (24, SEGMENTS, 4)
    save_labels(labels_of(dataset, vocabulary=("Dog", "Car", "Speech", "Cow")), tmp_path / "words")
    with pytest.raises(DataError, match=r"another vocabulary \(Cat, Cow\)"):
        load_labels(tmp_path / "words", dataset)
    save_labels(labels_of(dataset, fingerprint="0" * 64), tmp_path / "other")
    with pytest.raises(DataError, match="labels of another dataset"):
        load_labels(tmp_path / "other", dataset)


def test_labels_that_a_recipe_does_not_read_are_refused(world, prepared, tmp_path):
    with pytest.raises(ConfigError, match="recipe han does not learn from segment labels"):
        run(prepared, tmp_path / "run", labels=labels_of(world[0]))


def test_a_track_without_segment_labels_keeps_its_weak_label_in_every_segment(world, tmp_path):
    prepared = prepare(*world, "lsld-release", settings={**TINY, "training.epochs": 1})
    folder = run(prepared, tmp_path / "run", labels=labels_of(world[0]))
    assert RunFolder(folder).log()[0]["loss"]["audio_segments"] > 0


def test_clips_without_features_are_counted_refused_or_left_out(tmp_path):
    dataset, store = write_world(tmp_path, drop=("train03", "train05", "val01"))
    with pytest.raises(
        FeatureError, match=r"2 of 24 clips have no yamnet/feature, first train03.*skip_missing"
    ):
        prepare(dataset, store, "han", settings=TINY)
    said = []
    prepared = prepare(
        dataset, store, "han", settings=TINY, options=RunOptions(skip_missing=True, say=said.append)
    )
    assert said[0] == "train: 2 of 24 clips have no features and are left out (first: train03)"
    assert (len(prepared.train), len(prepared.val), len(prepared.truth[0])) == (22, 7, 7)


def test_a_dataset_without_train_split(tmp_path):
    dataset, store = write_world(tmp_path)
    toml = dataset.root / "dataset.toml"
    toml.write_text(toml.read_text().replace("[splits.train]", "[splits.learn]"))
    from seehear.data import open_dataset

    with pytest.raises(DataError, match="expected a split called train, got learn, val, test"):
        prepare(open_dataset(dataset.root), store, "han", settings=TINY)


def test_features_of_other_weights_vocabularies_and_grids_are_refused(world, trained, tmp_path):
    dataset, _ = world
    other = write_world(
        tmp_path / "weights", encoders={**ENCODERS, "conse": {"weights": {"conse": "cc" * 32}}}
    )
    with pytest.raises(
        FeatureError,
        match=r"conse: expected features of the weights the parser was trained with "
        r"\(bbbbbbbbbbbb\), got cccccccccccc",
    ):
        predict_split(trained, other[1], dataset, "test")
    toml = other[0].root / "dataset.toml"
    for change, to, message in (
        ("Cat", "Cow", r"another vocabulary than the parser \(Cat, Cow\)"),
        ("count = 4", "count = 5", "expected the 4 segments of 1 s of training.* 5 of 1 s"),
    ):
        changed = tmp_path / to.replace(" ", "")
        changed.mkdir()
        for path in other[0].root.iterdir():
            (changed / path.name).write_text(path.read_text().replace(change, to))
        from seehear.data import open_dataset

        with pytest.raises(DataError, match=message):
            predict_split(trained, world[1], open_dataset(changed), "test")
    assert toml.exists()


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_a_truncated_checkpoint_is_one_line(trained, tmp_path, keep):
    whole = (trained / "best.safetensors").read_bytes()
    (tmp_path / "best.safetensors").write_bytes(whole[:keep])
    with pytest.raises(WeightsError, match="damaged or truncated checkpoint") as caught:
        load_run(tmp_path)
    assert "\n" not in str(caught.value)


def test_other_files_are_refused(trained, tmp_path):
    with pytest.raises(WeightsError, match="no such file"):
        load_run(tmp_path / "none.safetensors")
    with pytest.raises(WeightsError, match=r"expected a run folder with best\.safetensors"):
        load_run(tmp_path)
    save_file({"a": np_tensor()}, tmp_path / "a.safetensors")
    with pytest.raises(WeightsError, match="expected a file written by seehear"):
        load_run(tmp_path / "a.safetensors")


def np_tensor():
    import torch

    return torch.zeros(2)


def test_a_damaged_state_says_how_to_begin_again(world, tmp_path, monkeypatch):
    from test_loop import killed_after

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
    script = (
        "import resource, signal, sys; from seehear.data import open_dataset\nfrom seehear.features"
        " import open_features; from seehear.train import *\nfrom seehear.errors import"
        " SeehearError\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\np ="
        " prepare(open_dataset(sys.argv[1]), open_features(sys.argv[2]), 'han',           "
        " settings=dict(zip(*[iter(sys.argv[5:])] * 2)))\nresource.setrlimit(resource.RLIMIT_FSIZE,"
        " (int(sys.argv[4]), resource.RLIM_INFINITY))\ntry:\n    run(p, sys.argv[3])\nexcept"
        " SeehearError as error:\n    print(error); sys.exit(2)\n"
    )
    dataset, store = world
    pairs = [str(x) for pair in {**TINY, "training.epochs": 4}.items() for x in pair]
    prepared = prepare(dataset, store, "han", settings={**TINY, "training.epochs": 4})
    whole = run(prepared, tmp_path / "whole")
    size = (whole / "best.safetensors").stat().st_size
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            script,
            str(dataset.root),
            str(store.path),
            str(tmp_path / "full"),
            str(size + 1000),
            *pairs,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 2, done.stderr
    assert "cannot write" in done.stdout
    assert len(done.stdout.strip().splitlines()) == 1
    assert not list((tmp_path / "full").glob(".*.part"))  # nothing half-written is left
    folder = run(prepared, tmp_path / "full")  # there is room again
    assert (folder / "last.safetensors").read_bytes() == (whole / "last.safetensors").read_bytes()


def test_wrong_settings_and_recipes(world):
    with pytest.raises(ConfigError, match="no recipe 'hann'; did you mean han"):
        prepare(*world, "hann")
    with pytest.raises(ConfigError, match="did you mean epochs"):
        prepare(*world, "han", settings={"training.epoch": "3"})
    with pytest.raises(SeehearError, match=r"device: no CUDA device found for cuda"):
        prepare(*world, "han", settings=TINY, options=RunOptions(device="cuda"))
