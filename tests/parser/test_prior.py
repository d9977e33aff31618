"""A trained scorer beside language: who is believed where, and both on one clip."""

from types import SimpleNamespace

import numpy as np
import pytest

import fake_encoders as fake
from fake_scorer import scorer
from seehear.errors import ConfigError
from seehear.library.written import how_digest
from seehear.parser.parser import Parser
from seehear.parser.prior import PRIORS, UNMEASURED, Guided, Prior, mixed, rule_of, with_prior
from seehear.time import Decoding, Scores, TimeGrid, decode_scores


def judged(network, language, decoding=None, **fields):
    """Return the marks of both tracks; network, language: {track: probabilities}."""
    count = len(network[0])
    arrays = [np.array(pair, np.float32).T[:, :, None] for pair in (network, language)]
    scores = Scores(arrays[0], TimeGrid(count), ("Dog",), **fields)
    line = decode_scores(
        Prior().guided(scores, arrays[1]), decoding or Decoding(gate="own"), source="x.mp4"
    )
    return ["".join(".#"[int(x)] for x in track[:, 0]) for track in line.to_arrays()]


def test_heard_is_what_the_network_hears_unless_language_rules_it_out_all_around():
    hears = [0.9, 0.1, 0.9, 0.1]
    assert judged([hears, [0] * 4], [[0.01, 0.01, 0.01, 0.3], [0] * 4])[0] == "#.#."
    assert judged([hears, [0] * 4], [[0.01, 0.01, 0.01, 0.2], [0] * 4])[0] == "...."
    assert judged([[0.1] * 4, [0] * 4], [[0.99] * 4, [0] * 4])[0] == "...."  # not by itself


def test_seen_is_what_either_sees_and_language_keeps_what_adjoins():
    sees = [0.9, 0.0, 0.0, 0.0, 0.0]
    assert judged([[0] * 5, sees], [[0] * 5, [0.1, 0.3, 0.6, 0.3, 0.2]])[1] == "####."
    assert judged([[0] * 5, sees], [[0] * 5, [0.2, 0.3, 0.3, 0.3, 0.2]])[1] == "#...."
    assert judged([[0] * 5, sees], [[0] * 5, [0.1] * 5])[1] == "....."  # logit below -2


def test_a_closed_gate_of_the_network_does_not_shut_language_out():
    closed = np.array([[0.1], [0.1]], np.float32)
    fields = {"track_prob": closed, "clip_prob": closed[0]}
    for gate in ("own", "joint", "or", "none"):
        marks = judged(
            [[0.9] * 2, [0.1] * 2], [[0.9] * 2, [0.9] * 2], Decoding(gate=gate), **fields
        )
        assert marks[1] == "##", gate
    assert judged([[0.9] * 2, [0.1] * 2], [[0.9] * 2, [0.9] * 2], **fields)[0] == ".."


def test_gates_that_change_with_time_stay_so():
    track = np.array([0.9, 0.1])[:, None, None].repeat(2, axis=1)
    marks = judged([[0.9] * 2, [0.9] * 2], [[0.9] * 2, [0.2] * 2], track_prob=track)
    assert marks == ["#.", "#."]


def test_both_read_one_clip(tmp_path):
    path = fake.make_clip(tmp_path / "clip.mp4", 3, loudness=[0.8] * 12, colours=[(230,) * 3] * 3)
    alone = Parser(scorer(), {"preset": "fake"})(path)
    both = Parser(Guided(scorer(), scorer()), {"model": "fake"})(path)
    assert [(e.track, e.label, e.start_s, e.end_s) for e in both] == [
        (e.track, e.label, e.start_s, e.end_s) for e in alone
    ]
    assert both.parser["prior"]["by"] == "language"


def test_segments_of_another_length_are_refused():
    other = scorer()
    other.step_s = 0.5
    with pytest.raises(ConfigError, match=r"expected segments of 1 s, got a parser of 0\.5 s"):
        Guided(other, scorer())


def test_support_rules_out_only_what_language_is_sure_is_not_there():
    support = PRIORS["support"]
    network = Scores(np.full((2, 2, 1), 0.9, np.float32), TimeGrid(2), ("Dog",))
    unlikely = np.full((2, 2, 1), 0.1, np.float32)  # a logit of -2.2
    assert (support.guided(network, unlikely).segment_prob >= 0.5).all()
    assert (PRIORS["language"].guided(network, unlikely).segment_prob < 0.5).all()
    assert (support.guided(network, unlikely / 10).segment_prob < 0.5).all()


def test_without_a_prior_nothing_stands_beside_the_network():
    alone = scorer()
    assert with_prior(alone, "none") is alone
    with pytest.raises(
        ConfigError, match="expected one of none, language, support, likeness, got 'luck'"
    ):
        with_prior(alone, "luck")


def test_footage_unlike_the_training_has_a_rule_of_its_own():
    unlikely = np.full((4, 2, 1), 0.1, np.float32)
    network = Scores(np.full((4, 2, 1), 0.9, np.float32), TimeGrid(4), ("Dog",), notes=("x",))
    like, unlike = (
        PRIORS["support"].guided(network, unlikely),
        PRIORS["language"].guided(network, unlikely),
    )
    both = mixed(like, unlike, np.array([-1.0, -1.0, 1.0, 1.0]))
    assert (both.segment_prob[:, 0, 0] >= 0.5).tolist() == [True, True, False, False]
    assert both.notes == ("x",)
    assert mixed(like, unlike, np.full(4, -np.inf)) is like


def test_from_where_language_sees_by_itself_can_be_set():
    blind = Scores(np.zeros((3, 2, 1), np.float32), TimeGrid(3), ("Dog",))
    language = np.zeros((3, 2, 1), np.float32)
    language[:, 1, 0] = 0.3, 0.6, 0.3
    for alone, marks in ((0.5, [True] * 3), (0.65, [False] * 3)):
        prob = Prior(alone=alone).guided(blind, language).segment_prob
        assert (prob[:, 1, 0] >= 0.5).tolist() == marks


@pytest.mark.parametrize("measured", [True, False])
@pytest.mark.parametrize("prior", [name for name in PRIORS if name != "none"])
def test_timelines_and_notes_say_which_rule_was_used(prior, measured):
    run = scorer()
    run.language, run.knows_footage, run.beyond = run, measured, None
    run.run = SimpleNamespace(prior=prior)
    both = with_prior(run)
    lost = prior == "likeness" and not measured
    assert rule_of(prior, measured=measured) == (UNMEASURED if lost else prior)
    assert both.about()["prior_rule"] == rule_of(prior, measured=measured)
    told = [line for line in both.doubts() if "cannot tell which videos are like" in line]
    assert len(told) == lost


def test_the_words_for_a_rule_make_no_other_way_of_parsing():
    """Libraries of before, whose timelines do not have them, are not to be parsed again."""
    about = {"model": "run", "prior": {"heard": -1.0}}
    assert how_digest(about) == how_digest({**about, "prior_rule": UNMEASURED})
