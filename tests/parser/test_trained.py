"""Trained parsers on media: the rows that extraction stores, windows over long clips, encoders that
must agree.
"""

import dataclasses
import json
import shutil
import sys

import numpy as np
import pytest
import torch

from fake_scorer import fake
from seehear.data import open_dataset
from seehear.errors import ConfigError, FeatureError, MissingExtraError, WeightsError
from seehear.extraction.extract import extract
from seehear.features import open_features
from seehear.features.kept import KeptWriter
from seehear.parser import Parser
from seehear.parser.kept import parse_kept
from seehear.parser.scorer import Gathered
from seehear.parser.trained import Trained, open_run, trained, window_starts
from seehear.runs.description import TrainedRun
from seehear.runs.graph import GraphRun
from seehear.time import Decoding, TimeGrid, decide, decode_scores
from seehear.train import load_run, predict_split, prepare
from seehear.train import run as train_run
from small_world import TINY

SEGMENTS = 4


class Eye(fake.Eye):
    """Stands for `conse`."""

    def __init__(self, fps=8):
        super().__init__(fake.Card("conse", "visual", {"feature": 3, "space": 1}), fps=fps)

    def preprocessing(self):
        return {"fps": self.fps, "crop": 8}


class Ear(fake.Ear):
    """Stands for `yamnet`."""

    def __init__(self):
        super().__init__(fake.Card("yamnet", "audio", {"feature": 3, "logits": 2}), context_s=0.25)

    def encode(self, pieces):
        rows = super().encode(pieces)["feature"]
        return {"feature": rows, "logits": rows[:, :2] * 3}


def load(name, **options):
    return {"conse": Eye, "yamnet": Ear}[name](**options)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return (dataset, features): eight clips of four seconds, Dog where loud, Car where bright."""
    root = tmp_path_factory.mktemp("world")
    rng = np.random.default_rng(0)
    (root / "dataset.toml").write_text(
        'name = "made"\nmedia = "videos"\n[grid]\ncount = 4\nstep_s = 1.0\n[vocabulary]\nDog ='
        ' "dog"\nCar = "car"\n[splits.train]\nclips = "train.csv"\n'
    )
    rows = ["filename\tevent_labels"]
    for index in range(8):
        loud, bright = (
            rng.random(SEGMENTS) < 0.5 * (index % 2),
            rng.random(SEGMENTS) < 0.5 * (index % 3 > 0),
        )
        fake.make_clip(
            root / "videos" / f"c{index}.mkv",
            SEGMENTS,
            loudness=[0.8 if x else 0.05 for x in loud] * 4,
            colours=[(230,) * 3 if x else (30,) * 3 for x in bright],
        )
        labels = ["Dog"] * bool(loud.any()) + ["Car"] * bool(bright.any())
        rows.append(f"c{index}_0_4\t{','.join(labels or ['Car'])}")
    (root / "train.csv").write_text("\n".join(rows) + "\n")
    extract([root], visual=["conse"], audio=["yamnet"], out=root / "features", load=load)
    return open_dataset(root), open_features(root / "features")


@pytest.fixture(scope="module")
def run_folder(world, tmp_path_factory):
    prepared = prepare(*world, "han", settings={**TINY, "training.epochs": 2})
    return train_run(prepared, tmp_path_factory.mktemp("run") / "run")


def test_a_run_answers_from_what_was_kept_of_a_clip(world, run_folder, tmp_path):
    film, rows = world[0].root / "videos" / "c3.mkv", tmp_path / "c3.features.npz"
    one = Parser(trained(run_folder, load=load), {"model": "run"})
    one.keep = lambda path: KeptWriter(rows)
    parsed = one(film)
    again = parse_kept(Parser(trained(run_folder, load=load), {"model": "run"}), rows)
    assert again.kept == parsed.kept
    assert again.events == parsed.events
    assert {**again.parser, "kept": None} == {**parsed.parser, "kept": None}


def always_on(scorer):
    """Let weak training decide nothing: what is tested is the way to the scores."""
    scorer.decoding = Decoding(threshold=0.0, gate="none")
    return scorer


def test_a_clip_of_training_length_gets_the_very_scores_of_its_stored_features(world, run_folder):
    dataset, store = world
    segment, track, clip, decoding = predict_split(run_folder, store, dataset, "train")
    scorer = trained(run_folder, load=load)
    seen = {}
    original = scorer.scores
    scorer.scores = lambda kept, grid, present: seen.setdefault(
        "scores", original(kept, grid, present)
    )
    timeline = Parser(scorer, {"model": "run"})(dataset.root / "videos" / "c3.mkv")
    np.testing.assert_allclose(seen["scores"].segment_prob, segment[3], atol=1e-6)
    np.testing.assert_allclose(seen["scores"].track_prob, track[3], atol=1e-6)
    np.testing.assert_allclose(seen["scores"].clip_prob, clip[3], atol=1e-6)
    on = decide(segment[3], track[3], clip[3], decoding=decoding)
    assert (np.stack(timeline.to_arrays(), axis=1) == on).all()


def test_the_timeline_says_which_run_it_was(run_folder, world):
    parser = Parser(trained(run_folder, load=load), {"model": "run"})
    made = json.loads(json.dumps(parser.about()))
    assert made["model"] == "run"
    assert (made["recipe"], made["features"]) == ("han", "offline")
    assert made["encoders"]["conse"]["preprocessing"] == {"fps": 8, "crop": 8}
    assert made["decoding"]["gate"] == parser.decoding.gate
    assert parser.vocabulary.names == ("Dog", "Car")


def test_windows():
    assert window_starts(4, 4) == [0]
    assert window_starts(3, 4) == [0]
    assert window_starts(5, 4) == [0, 1]
    assert window_starts(9, 4) == [0, 2, 4, 5]
    assert window_starts(8, 4) == [0, 2, 4]
    assert window_starts(3, 1) == [0, 1, 2]
    for count in range(1, 40):
        for length in range(1, 12):
            starts = window_starts(count, length)
            covered = {i for s in starts for i in range(s, s + length)}
            assert set(range(count)) <= covered
            assert max(covered) < max(count, length)


def test_long_clips_are_means_over_windows(run_folder):
    scorer = trained(run_folder, load=load)
    rng = np.random.default_rng(1)
    rows = {
        "yamnet/feature": rng.random((11, 3)),
        "yamnet/logits": rng.random((11, 2)),
        "conse/feature": 255 * rng.random((11, 3)),
    }
    kept = Gathered()
    for stream, values in rows.items():
        kept.add(stream, np.arange(11), values.astype(np.float32))
    found = scorer.scores(kept, TimeGrid(11), (True, True))

    total, gates, count = np.zeros((11, 2, 2)), np.zeros((11, 2, 2)), np.zeros((11, 1, 1))
    for start in window_starts(11, SEGMENTS):  # one window at a time, as if each were a clip
        part = Gathered()
        for stream, values in rows.items():
            part.add(
                stream, np.arange(SEGMENTS), values[start : start + SEGMENTS].astype(np.float32)
            )
        alone = scorer.scores(part, TimeGrid(SEGMENTS), (True, True))
        total[start : start + SEGMENTS] += alone.segment_prob
        gates[start : start + SEGMENTS] += alone.track_prob
        count[start : start + SEGMENTS] += 1
    np.testing.assert_allclose(found.segment_prob, total / count, atol=1e-6)
    np.testing.assert_allclose(found.track_prob, gates / count, atol=1e-6)
    assert (
        decode_scores(found, Decoding(0.0, gate="own", gate_threshold=0.0))
        .on("audio", "Dog")[0]
        .end_s
        == 11
    )


def test_many_windows_are_the_same_in_any_batch(run_folder, monkeypatch):
    scorer = trained(run_folder, load=load)
    kept = Gathered()
    rng = np.random.default_rng(2)
    for stream, width in (("yamnet/feature", 3), ("yamnet/logits", 2), ("conse/feature", 3)):
        kept.add(stream, np.arange(30), rng.random((30, width)).astype(np.float32))
    whole = scorer.scores(kept, TimeGrid(30), (True, True)).segment_prob
    monkeypatch.setattr("seehear.parser.trained._BATCH", 2)
    np.testing.assert_allclose(
        scorer.scores(kept, TimeGrid(30), (True, True)).segment_prob, whole, atol=1e-6
    )


def test_a_run_without_a_graph_says_without_torch_what_gives_it_one(
    run_folder, tmp_path, monkeypatch
):
    old = shutil.copy(run_folder / "best.safetensors", tmp_path / "old.safetensors")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError) as caught:
        open_run(old)
    said = str(caught.value)
    assert said.startswith(f"{old}: it has no graph, and torch is not installed; run: pip install")
    assert said.endswith("or where PyTorch is: seehear convert RUN")


@pytest.mark.parametrize("count", [1, SEGMENTS, 11])
def test_the_graph_scores_clips_of_any_length_as_torch_does(run_folder, count):
    rng = np.random.default_rng(count)
    kept = Gathered()
    for stream, width in (("yamnet/feature", 3), ("yamnet/logits", 2), ("conse/feature", 3)):
        kept.add(stream, np.arange(count), rng.random((count, width)).astype(np.float32))
    graph, net = trained(run_folder, load=load), Trained(load_run(run_folder), load=load)
    assert isinstance(graph.run, GraphRun)
    ours, theirs = (one.scores(kept, TimeGrid(count), (True, True)) for one in (graph, net))
    for part in ("segment_prob", "track_prob", "clip_prob"):
        np.testing.assert_allclose(getattr(ours, part), getattr(theirs, part), atol=1e-5, rtol=0)


@pytest.mark.parametrize("seconds", [0.4, 3, 9.5])
def test_clips_of_any_length_are_parsed(run_folder, tmp_path, seconds):
    clip = fake.make_clip(tmp_path / "clip.mkv", seconds)
    timeline = Parser(always_on(trained(run_folder, load=load)), {"model": "run"})(clip)
    assert timeline.grid == TimeGrid.covering(timeline.duration_s)
    assert [e.start_s for e in timeline.on("audio", "Dog")] == [0.0]
    assert timeline.on("visual", "Car")[0].end_s == pytest.approx(seconds, abs=0.1)


def test_an_absent_track_is_zero_for_the_network_and_absent_in_the_timeline(run_folder, tmp_path):
    clip = fake.make_clip(tmp_path / "mute.mp4", 6, audio=False)
    timeline = Parser(always_on(trained(run_folder, load=load)), {"model": "run"})(clip)
    assert timeline.tracks["audio"].absent
    assert timeline.on("audio") == ()
    assert len(timeline.on("visual", "Car")) == 1


def test_networks_that_read_single_frames(run_folder):
    run = load_run(run_folder)
    about = json.loads(json.dumps(dict(run.about)))
    about["recipe"]["network"]["rows"] = "frame"
    scorer = Trained(dataclasses.replace(run, about=about), load=load)
    assert scorer.keep_frames
    kept = Gathered()
    kept.add("conse/frames", np.arange(32), np.arange(96, dtype=np.float32).reshape(32, 3))
    inputs = scorer._input(kept, "visual", SEGMENTS)
    assert inputs.shape == (SEGMENTS, 8, 3)
    clips = scorer._windows(
        {"audio": np.zeros((SEGMENTS, 1, 5), np.float32), "visual": inputs, "motion": None}, [0], 4
    )
    assert clips["visual"].shape == (1, 32, 3)
    np.testing.assert_array_equal(clips["visual"][0], np.arange(96).reshape(32, 3))


def test_gates_that_change_with_time_are_applied_before_smoothing():
    from seehear.time import Scores

    prob = np.full((5, 2, 1), 0.9, np.float32)
    gate = np.array([0.9, 0.1, 0.9, 0.9, 0.1], np.float32)[:, None, None] * np.ones(
        (1, 2, 1), np.float32
    )
    scores = Scores(prob, TimeGrid(5), ("Dog",), gate, gate[:, 0])
    plain = decode_scores(scores, Decoding(gate="own"))
    assert [(e.start_s, e.end_s) for e in plain.on("audio")] == [(0, 1), (2, 4)]
    filled = decode_scores(scores, Decoding(gate="joint", fill_gap_s=1))
    assert [(e.start_s, e.end_s) for e in filled.on("audio")] == [(0, 4)]


class TestRefusals:
    """Each one line that says what to do."""

    def test_other_weights_than_in_training(self, run_folder):
        run = load_run(run_folder)
        about = json.loads(json.dumps(dict(run.about)))
        about["encoders"]["conse"]["weights"] = {"conse": "ff" * 32}
        encoders = {"weights": {"conse": "00" * 32}}
        with pytest.raises(FeatureError, match="conse: expected features of the weights"):
            dataclasses.replace(run, about=about).check_encoders({"conse": encoders}, "run")

    def test_an_encoder_that_is_not_installed(self, run_folder):
        run = load_run(run_folder)
        about = json.loads(json.dumps(dict(run.about)))
        about["features"]["visual"] = ["elsewhere/feature"]
        with pytest.raises(
            ConfigError, match="needs encoder elsewhere, which this installation does not have"
        ):
            Trained(dataclasses.replace(run, about=about))

    def test_other_preprocessing(self, run_folder):
        run = load_run(run_folder)
        about = json.loads(json.dumps(dict(run.about)))
        about["encoders"]["conse"]["preprocessing"] = {"fps": 8, "crop": 9}
        with pytest.raises(FeatureError, match="crop 8 instead of 9"):
            Trained(dataclasses.replace(run, about=about), load=load)

    def test_the_frames_a_second_of_training_are_taken(self, run_folder):
        run = load_run(run_folder)
        about = json.loads(json.dumps(dict(run.about)))
        about["encoders"]["conse"]["preprocessing"] = {"fps": 4, "crop": 8}
        assert Trained(dataclasses.replace(run, about=about), load=load).visual["conse"].fps == 4

    def test_what_is_no_run(self, tmp_path):
        with pytest.raises(WeightsError):
            Parser.load(tmp_path)
        with pytest.raises(WeightsError):
            Parser.load(tmp_path / "nothing.safetensors")

    def test_numbers_that_are_none(self, run_folder):
        scorer = trained(run_folder, load=load)
        kept = Gathered()
        kept.add("conse/feature", np.arange(4), np.full((4, 3), np.nan, np.float32))
        with pytest.raises(FeatureError, match="visual features hold NaN"):
            scorer.scores(kept, TimeGrid(4), (True, True))


def test_threads_of_torch_are_left_alone(run_folder):
    before = torch.get_num_threads()
    trained(run_folder, load=load)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("value", [0.5, -0.5])
def test_a_video_unlike_the_training_clips_gets_one_warning(run_folder, world, monkeypatch, value):
    class Told:
        def unlike(self, inputs):
            return np.full(len(inputs["audio"]), value)

    monkeypatch.setattr(TrainedRun, "likeness", lambda self: Told())
    parser = Parser(trained(run_folder, load=load), {"model": "run"})
    line = "this video is unlike the 8 clips of made that the parser was trained on: trust it less"
    warnings = parser(world[0].root / "videos" / "c3.mkv").warnings
    assert warnings == ((line,) if value > 0 else ())
