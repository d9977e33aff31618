"""A network that starts from language, through the ways of the commands: trained on stored
features, evaluated, parsed with.
"""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from same_graph import check_graph
from seehear.errors import ConfigError, FeatureError
from seehear.features.windowed import Window, WindowedStore
from seehear.labels.store import SegmentLabels, save
from seehear.parser import preset
from seehear.parser.language import stored_logits
from seehear.parser.prior import Guided, with_prior
from seehear.parser.scorer import Gathered
from seehear.parser.stored import evaluate_beside, predict_beside
from seehear.parser.trained import Trained, open_run
from seehear.parser.zero_shot import offline
from seehear.parser.zero_shot.coupling import Coupling
from seehear.recipes import resolve
from seehear.reproduce.task import Task, perform
from seehear.runs.language import LOWEST, starting_logits
from seehear.time import Scores, TimeGrid
from seehear.train import prepare, run
from small_world import TINY, write_world
from stored_words import Words

INSIDE = {"network.from_language": True, "network.prior": "none"}
UNTRAINED = {**TINY, **INSIDE, "training.epochs": 1, "training.lr": 1e-12}


@pytest.fixture(scope="module")
def words():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline, "sound_evidence", lambda v: (Words("yamnet/logits"), []))
        patch.setattr(offline, "picture_evidence", lambda v: (Words("conse/space"), []))
        patch.setattr(offline, "COUPLING", Coupling(pull=(0.0, 0.0), bias=(0.0, 0.0)))
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory, words):
    """Return (run folder, store, dataset) of a network that has learnt nothing yet."""
    root = tmp_path_factory.mktemp("language")
    dataset, store = write_world(root)
    prepared = prepare(dataset, store, "lsld-robust", settings=UNTRAINED, language=stored_logits)
    rows = np.repeat(prepared.train.weak.numpy()[:, None], dataset.grid.count, axis=1)
    labels = SegmentLabels(rows, rows, prepared.train.names, dataset.vocabulary.names, {})
    return run(prepared, root / "run", labels=labels), store, dataset


def said_of(store, clip):
    """Return what language says of a clip, as sure as a network is told."""
    tracks = [("yamnet/logits", 0), ("conse/space", 1)]
    each = [Words(stream).prob(store.rows(stream, clip)[:, :4]) for stream, _ in tracks]
    return np.clip(np.stack(each, axis=1), 1e-4, 1 - 1e-4)


def test_untrained_it_gives_the_zero_shot_answer(made):
    folder, store, dataset = made
    found = predict_beside(open_run(folder), store, dataset, "test", prior="none").predicted
    wanted = np.stack([said_of(store, clip) for clip in dataset.split("test").names])
    np.testing.assert_allclose(found.segment_prob, wanted, atol=1e-5)
    check_graph(folder)  # of any length, with logits of any size


def test_in_parsing_it_starts_from_the_preset_whatever_the_length(made, monkeypatch):
    folder, _, dataset = made
    rng = np.random.default_rng(0)
    prob = rng.uniform(0.01, 0.99, (11, 2, 4)).astype(np.float32)

    def score(kept, grid, present):
        return Scores(prob[: grid.count], grid, dataset.vocabulary.names, present=present)

    nothing = {"audio": {}, "visual": {}, "streams": frozenset({"yamnet/logits"})}
    language = SimpleNamespace(**nothing, step_s=1.0, scores=score, about=lambda: {"words": {}})
    language.doubts = lambda: ["Dog: doubtful"]
    monkeypatch.setattr(Trained, "_width", lambda self, stream: 1)
    opened = open_run(folder)
    bare = dataclasses.replace(opened, about={**opened.about, "encoders": {}})
    monkeypatch.setattr("seehear.parser.trained._load", lambda *_: SimpleNamespace(card=None))
    monkeypatch.setattr("seehear.parser.trained._known", lambda _: {})
    monkeypatch.setattr("seehear.parser.trained.is_audio", lambda _: False)
    monkeypatch.setattr("seehear.parser.trained.is_visual", lambda _: False)
    scorer = Trained(bare, language=language)
    assert "yamnet/logits" in scorer.streams
    for count in (3, 4, 11):
        kept = Gathered()
        for stream, width in (("yamnet/feature", 5), ("yamnet/logits", 4), ("conse/feature", 6)):
            kept.add(stream, np.arange(count), rng.random((count, width)).astype(np.float32))
        found = scorer.scores(kept, TimeGrid(count), (True, True))
        np.testing.assert_allclose(found.segment_prob, prob[:count], atol=1e-5)
    assert scorer.about()["starts from"] == {"by": "language", "words": {}}
    assert scorer.doubts() == ["Dog: doubtful"]
    monkeypatch.setattr(preset, "offline", lambda vocabulary: pytest.fail("read twice"))
    both = with_prior(scorer, "language")
    assert isinstance(both, Guided)
    with pytest.raises(ConfigError, match="that starts from language"):
        Trained(bare, language=SimpleNamespace(**{**vars(language), "step_s": 0.5}))


def test_a_window_starts_from_what_is_said_of_its_whole_clip(made):
    _, store, dataset = made
    whole = said_of(store, "test00")
    windows = WindowedStore(store, [Window("test00", 1, 3, 4), Window("test01", 2, 3, 4)])
    grid = dataclasses.replace(dataset.grid, count=3)
    found = stored_logits(
        dataclasses.replace(dataset, grid=grid), windows, ["test00@1", "test01@2"]
    )
    np.testing.assert_allclose(1 / (1 + np.exp(-found[0])), whole[1:4], atol=1e-5)
    np.testing.assert_allclose(found[1, 2], LOWEST, atol=1e-5)  # behind its end


def test_what_language_needs_is_named_where_it_is_missing(made, monkeypatch):
    folder, store, dataset = made
    monkeypatch.setattr(offline, "picture_evidence", lambda v: (Words("conse/logits"), []))
    with pytest.raises(FeatureError, match="expected conse/logits") as refused:
        stored_logits(dataset, store, dataset.split("train").names)
    assert "network.from_language=false" in refused.value.hint
    with pytest.raises(FeatureError, match="expected conse/logits"):
        predict_beside(open_run(folder), store, dataset, "test")
    halves = dataclasses.replace(dataset, grid=TimeGrid(4, 0.5))
    with pytest.raises(ConfigError, match=r"expected segments of 1 s, got 0\.5 s"):
        stored_logits(halves, store, dataset.split("train").names)


def test_of_clips_none_of_which_has_features_a_line_says_so(made, tmp_path):
    folder, _, dataset = made
    assert starting_logits([], 5, 4).shape == (0, 5, 2, 4)
    _, none = write_world(tmp_path, drop=dataset.split("test").names)
    with pytest.raises(FeatureError, match="none of the 8 clips of split test has features"):
        predict_beside(open_run(folder), none, dataset, "test", prior="none", missing="empty")


def test_a_row_of_a_table_starts_from_it_too(made, tmp_path):
    _, store, dataset = made
    rows = np.zeros((24, dataset.grid.count, 4), np.float32)
    names = dataset.split("train").names
    save(SegmentLabels(rows, rows, names, dataset.vocabulary.names, {}), tmp_path / "labels")
    task = Task(
        "a row",
        dataset.root,
        store.path,
        resolve("lsld-robust", "offline", UNTRAINED),
        "offline",
        tmp_path / "labels",
        1,
        tmp_path / "run",
        "test",
    )
    figures = perform(task)["splits"]["test"]
    assert open_run(task.folder).takes_prior
    assert figures == evaluate_beside(task.folder, store, dataset, "test", prior="none")
