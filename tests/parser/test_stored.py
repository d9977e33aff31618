"""A trained parser beside language over stored features: the rule of parsing, clip by clip."""

import dataclasses

import numpy as np
import pytest

from seehear.errors import ConfigError, FeatureError
from seehear.features.store import FeatureStore
from seehear.parser.prior import ELSEWHERE, PRIORS
from seehear.parser.stored import evaluate_beside, predict_beside
from seehear.parser.zero_shot import offline
from seehear.parser.zero_shot.coupling import Coupling
from seehear.time import Scores, TimeGrid
from seehear.train import load_run, predict_split, prepare, run
from small_world import TINY, write_world
from stored_words import Words


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return (run, store, dataset): enough held-out clips to tell footage."""
    root = tmp_path_factory.mktemp("stored")
    dataset, store = write_world(root, sizes=(40, 20, 12))
    settings = {**TINY, "network.prior": "likeness"}
    folder = run(prepare(dataset, store, "han", settings=settings), root / "run")
    return load_run(folder), store, dataset


@pytest.fixture
def words(monkeypatch):
    monkeypatch.setattr(offline, "sound_evidence", lambda v: (Words("yamnet/logits"), []))
    monkeypatch.setattr(offline, "picture_evidence", lambda v: (Words("conse/space"), []))
    monkeypatch.setattr(offline, "COUPLING", Coupling(pull=(0.0, 0.0), bias=(0.0, 0.0)))


def test_each_clip_gets_the_rule_for_its_footage(made, words):
    trained, store, dataset = made
    assert trained.prior == "likeness"
    alone = predict_split(trained, store, dataset, "test")
    both, name = predict_beside(trained, store, dataset, "test")
    assert name == "likeness"
    names = dataset.split("test").names
    inputs = {
        "audio": np.concatenate(
            [store.array(f"yamnet/{x}", names) for x in ("feature", "logits")], 2
        ),
        "visual": store.array("conse/feature", names),
    }
    beyond = trained.likeness().unlike(inputs)
    assert 0 < (beyond > 0).sum() < len(names)  # the small world has both kinds
    for clip, value in enumerate(beyond):
        limits = ELSEWHERE["likeness"] if value > 0 else PRIORS["likeness"]
        language = np.stack(
            [
                Words(stream).prob(store.array(stream, [names[clip]])[0][:, :4])
                for stream in ("yamnet/logits", "conse/space")
            ],
            axis=1,
        )
        one = Scores(
            alone[0][clip], trained.grid, trained.vocabulary.names, *(a[clip] for a in alone[1:3])
        )
        np.testing.assert_allclose(
            both.segment_prob[clip], limits.guided(one, language).segment_prob, atol=1e-5
        )


def test_a_prior_can_be_named_or_left_out(made, words):
    trained, store, dataset = made
    alone = predict_split(trained, store, dataset, "test")
    for name in ("none", "support", "language"):
        found = predict_beside(trained, store, dataset, "test", prior=name)
        assert found.prior == name
        assert np.array_equal(found.predicted.segment_prob, alone.segment_prob) == (name == "none")
    figures = evaluate_beside(trained.path.parent, store, dataset, "test")
    assert figures != evaluate_beside(trained.path.parent, store, dataset, "test", prior="none")
    with pytest.raises(ConfigError, match="expected one of none, language, support, likeness"):
        predict_beside(trained, store, dataset, "test", prior="luck")


def test_features_without_what_language_needs_have_none_unless_it_was_asked_for(made, monkeypatch):
    trained, store, dataset = made
    monkeypatch.setattr(offline, "sound_evidence", lambda v: (Words("yamnet/logits"), []))
    monkeypatch.setattr(offline, "picture_evidence", lambda v: (Words("conse/logits"), []))
    assert predict_beside(trained, store, dataset, "test").prior == "none"
    with pytest.raises(FeatureError, match="expected conse/logits for the prior"):
        predict_beside(trained, store, dataset, "test", prior="likeness")


def test_a_run_that_cannot_tell_footage_is_held_to_the_rule_for_other_footage(
    made, words, monkeypatch
):
    trained, store, dataset = made
    old = dataclasses.replace(trained)
    monkeypatch.setattr(type(trained), "likeness", lambda self: None)
    found = predict_beside(old, store, dataset, "test", prior="likeness").predicted
    wanted = ELSEWHERE["likeness"]
    monkeypatch.setitem(PRIORS, "language", wanted)
    again = predict_beside(old, store, dataset, "test", prior="language").predicted
    assert np.array_equal(found.segment_prob, again.segment_prob)


class Lengthened(FeatureStore):
    """The same clips, as long as is said: their rows over and over."""

    def __init__(self, store, lengths):
        self.path, self._store, self._lengths = store.path, store, lengths
        self.streams = {n: dataclasses.replace(s, rows=None) for n, s in store.streams.items()}

    def rows(self, stream, name):
        rows = self._store.rows(stream, name)
        return np.concatenate([rows] * 3)[: self._lengths.get(name, len(rows))]

    def count(self, stream, name):
        return len(self.rows(stream, name))

    def encoders(self):
        return self._store.encoders()

    def entries(self):
        return self._store.entries()

    def entry(self, name):
        return self._store.entry(name)


def test_clips_of_different_lengths_have_language_beside_them_too(made, words):
    trained, store, dataset = made
    names = dataset.split("test").names
    lengths = {name: 2 + 3 * (i % 4) for i, name in enumerate(names)}
    store = Lengthened(store, lengths)
    split = dataclasses.replace(dataset.split("test"), lengths=tuple(lengths.values()))
    grid = dataclasses.replace(dataset.grid, count=11)
    varied = dataclasses.replace(dataset, grid=grid, splits={**dataset.splits, "test": split})
    alone = predict_split(trained, store, varied, "test")
    both, _ = predict_beside(trained, store, varied, "test", prior="language")
    for clip, count in enumerate(lengths.values()):
        streams = ("yamnet/logits", "conse/space")
        said = [Words(s).prob(store.rows(s, names[clip])[:, :4]) for s in streams]
        pooled = (array[clip] for array in alone[1:3])
        network = Scores(alone[0][clip, :count], TimeGrid(count), varied.vocabulary.names, *pooled)
        wanted = PRIORS["language"].guided(network, np.stack(said, axis=1))
        np.testing.assert_allclose(both.segment_prob[clip, :count], wanted.segment_prob, atol=1e-5)
        assert not both.segment_prob[clip, count:].any()
    judged = predict_beside(trained, store, varied, "test")
    assert judged.prior == "likeness"
    assert not np.array_equal(judged.predicted.segment_prob, alone.segment_prob)
