"""Moved answers: the identity decides as before, gates count, hysteresis moves along."""

import numpy as np

from seehear.parser.adjusted import Adjustment, adjusted_scores, decoding_after, margins
from seehear.time import Decoding, Scores, TimeGrid, decode_scores


def scores(seed: int, **gates: np.ndarray) -> Scores:
    prob = np.random.default_rng(seed).random((12, 2, 3))
    return Scores(prob, TimeGrid(12), ("a", "b", "c"), **gates)


def test_unmoved_answers_are_decided_as_before() -> None:
    rng = np.random.default_rng(5)
    gates = {"track_prob": rng.random((2, 3)), "clip_prob": rng.random(3)}
    for decoding in (
        Decoding(0.5, gate="none", keep_threshold=0.25),
        Decoding(0.4, gate="none", keep_threshold=0.2),
        Decoding((0.3, 0.5, 0.7), (0.2, 0.6, 0.9), gate="own", gate_threshold=0.3),
        Decoding(0.4, gate="joint", gate_threshold=0.6),
        Decoding(0.4, gate="or", gate_threshold=0.6, min_duration_s=2, fill_gap_s=1),
    ):
        before = decode_scores(scores(1, **gates), decoding)
        moved = adjusted_scores(scores(1, **gates), decoding, Adjustment.none(3))
        after = decode_scores(moved, decoding_after(decoding))
        assert [e.place for e in after] == [e.place for e in before], decoding


def test_a_shift_moves_one_class_of_one_track() -> None:
    shift = ((0.0, 2.0, 0.0), (0.0, 0.0, 0.0))
    moved = Adjustment(((1.0,) * 3,) * 2, shift).of(margins(scores(2), Decoding(gate="none")))
    gained = moved - margins(scores(2), Decoding(gate="none"))
    assert np.allclose(gained[:, 0, 1], 2)
    assert np.allclose(np.delete(gained.reshape(12, 6), 1, axis=1), 0)
