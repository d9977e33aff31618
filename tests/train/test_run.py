"""Run folders: what they hold, when they are refused, several seeds, and everything that can be
wrong on disk.
"""

import json

import numpy as np
import pytest

from seehear.errors import ConfigError, DataError, WeightsError
from seehear.labels.store import SegmentLabels
from seehear.labels.store import save as save_labels
from seehear.train import (
    RunFolder,
    RunOptions,
    load_labels,
    load_run,
    prepare,
    run,
    run_seeds,
    summarise,
)
from seehear.train.run import label_warnings
from small_world import CLASSES, ENCODERS, SEGMENTS, TINY


def test_a_run_says_everything_about_itself(world, trained):
    assert sorted(p.name for p in trained.iterdir()) == [
        "best.safetensors",
        "initial.safetensors",
        "last.safetensors",
        "log.jsonl",
        "model.onnx",
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
        "parts": world[0].parts(),
        "train_clips": 24,
        "classes": {"Dog": 8, "Car": 8, "Speech": 10, "Cat": 10},
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
    with pytest.raises(ConfigError, match=r"seed from 0 to 9223372036854775807, got -1"):
        run_seeds(prepared, tmp_path / "none", [1, -1])
    assert not (tmp_path / "none").exists()
    with pytest.raises(ConfigError, match="different seeds"):
        run_seeds(prepared, tmp_path / "twice", [3, 3])
    with pytest.raises(ConfigError, match="different seeds, got none"):
        run_seeds(prepared, tmp_path / "nothing", [])


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
    told = "only in the labels: Cow; only in the dataset: Cat; run seehear denoise"
    with pytest.raises(DataError, match=f"other classes than the dataset; {told}"):
        load_labels(tmp_path / "words", dataset)
    save_labels(labels_of(dataset, vocabulary=("Piano", "Horn", "Drum", "Cat")), tmp_path / "far")
    with pytest.raises(DataError, match="Dog, Car, Speech; they seem to be of another dataset"):
        load_labels(tmp_path / "far", dataset)
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


def test_labels_of_neither_track_train_on_weak_labels_in_every_segment(world, tmp_path):
    settings = {**TINY, "training.epochs": 1, "labels.segments.tracks": "none"}
    folder = run(prepare(*world, "lsld-release", settings=settings), tmp_path / "run")
    assert {"audio_segments", "visual_segments"} <= set(RunFolder(folder).log()[0]["loss"])


def test_classes_that_any_labels_leave_nothing_of_are_told(world) -> None:
    prepared = prepare(*world, "lsld", settings=TINY)
    names, weak = prepared.train.names, prepared.train.weak.numpy()
    visual = np.repeat(weak[:, None], SEGMENTS, axis=1).astype(np.float32)
    assert label_warnings(SegmentLabels(None, visual, names, CLASSES), prepared.train) == []
    visual[..., 2] = 0
    (told,) = label_warnings(SegmentLabels(None, visual, names, CLASSES), prepared.train)
    assert told.startswith("visual: Speech loses its label in")
    asked = SegmentLabels(None, visual, names, CLASSES, {"warnings": ["told"]})
    assert label_warnings(asked, prepared.train) == ["told"]


def test_too_few_clips_to_tell_footage_are_told_once_and_after_training(world, tmp_path):
    said = []
    options = RunOptions(say=said.append)
    few = "note: this parser cannot tell which videos are like its training clips"
    settings = {**TINY, "network.prior": "likeness", "training.epochs": 1}
    prepared = prepare(*world, "han", settings=settings, options=options)
    run_seeds(prepared, tmp_path / "runs", [1, 2], options=options)
    assert [line.startswith(few) for line in said].count(True) == 1
    assert said[-1].startswith(few)
    said.clear()
    run_seeds(prepared, tmp_path / "runs", [1, 2], options=options)
    assert len(said) == 4  # seed, already trained
    assert not any(line.startswith(few) for line in said)
    run(prepared, tmp_path / "one", options=options)
    assert said[-1].startswith(few)
    said.clear()
    run(prepared, tmp_path / "one", options=options)
    assert said == [f"{tmp_path / 'one'}: already trained, nothing to do"]
