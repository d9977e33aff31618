"""Scores as a timeline keeps them: a byte each, decisions as before, all of it there and back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.errors import DataError
from seehear.time import Decoding, Extent, Kept, Scores, TimeGrid, Timeline, decode_scores, decoded

WORDS = ("Dog", "Cat", "Car")


def scores(seed: int = 0, *, count: int = 12, gates: str = "") -> Scores:
    """Return scores of a clip; gates that change with time (`by_segment`), or not, or none."""
    rng = np.random.default_rng(seed)
    segments = rng.random((count, 2, 3))
    track, clip = rng.random((count, 2, 3)), rng.random((count, 3))
    if gates == "by_segment":
        return Scores(segments, TimeGrid(count), WORDS, track, clip)
    if gates == "whole":
        return Scores(segments, TimeGrid(count), WORDS, track[0], clip[0])
    return Scores(segments, TimeGrid(count), WORDS)


def test_a_probability_is_cut_down_to_its_step() -> None:
    row = np.array([[[0.0, 0.5, 1.0], [0.4999999, 0.3, 0.70499]]])
    kept = Kept.of(Scores(row, TimeGrid(1), WORDS))
    assert kept.segments[:, :, 0].tolist() == [[0, 100, 200], [99, 60, 140]]
    assert kept.prob("visual").dtype == np.float32
    assert kept.prob("visual").tolist() == [pytest.approx([0.495, 0.3, 0.7])]


@given(st.integers(0, 200), st.floats(0, 1))
def test_whether_a_threshold_is_reached_is_known_as_before(step: int, prob: float) -> None:
    threshold = step / 200
    for value in (prob, threshold, np.nextafter(threshold, 0), np.nextafter(threshold, 1)):
        row = np.full((1, 2, 3), min(max(value, 0), 1))
        again = Kept.of(Scores(row, TimeGrid(1), WORDS)).scores(TimeGrid(1), WORDS, (True, True))
        assert ((again.segment_prob >= threshold) == (row >= threshold)).all()


@pytest.mark.parametrize("gates", ["", "whole", "by_segment"])
@pytest.mark.parametrize("gate", ["own", "joint", "or", "none"])
def test_decisions_from_what_is_kept_are_those_of_the_scores(gates: str, gate) -> None:
    decoding = Decoding(0.6, 0.4, gate=gate, gate_threshold=0.55, keep_threshold=0.3)
    for seed in range(20):
        line = decode_scores(scores(seed, gates=gates), Decoding(), source="a.mp4")
        wanted = decode_scores(scores(seed, gates=gates), decoding)
        got = decoded(Timeline.from_json(line.to_json()), decoding)
        for one, other in zip(got.to_arrays(), wanted.to_arrays(), strict=True):
            assert (one == other).all()


@pytest.mark.parametrize("gates", ["", "whole", "by_segment"])
def test_scores_come_back_from_json(gates: str) -> None:
    line = decode_scores(scores(gates=gates), Decoding())
    again = Timeline.from_json(line.to_json())
    assert again == line
    assert again.kept is not None
    assert (again.scores("audio") == line.scores("audio")).all()
    assert again.scores("audio").shape == (12, 3)
    changed = replace(line, kept=Kept(255 - line.kept.segments))
    assert changed != line


def test_an_absent_track_and_one_without_scores_have_none() -> None:
    silent = decode_scores(replace(scores(), present=(False, True)), Decoding())
    assert silent.scores("audio") is None
    assert silent.scores("visual") is not None
    assert replace(silent, kept=None).scores("visual") is None
    assert "scores" not in replace(silent, kept=None).to_dict()
    with pytest.raises(ValueError, match="expected audio or visual"):
        silent.scores("audio_visual")


def test_seconds_that_were_not_parsed_keep_nothing() -> None:
    line = decode_scores(scores(), Decoding(), tracks={"audio": Extent.of((0, 4))})
    assert line.scores("audio")[:4].any()
    assert not line.scores("audio")[4:].any()


@pytest.mark.parametrize("gates", ["", "whole", "by_segment"])
def test_a_cut_keeps_the_scores_of_its_segments(gates: str) -> None:
    line = decode_scores(scores(gates=gates), Decoding())
    part = line.crop(3.5, 7).shift(-3.5)
    assert part.grid.count == 4
    assert (part.scores("visual") == line.scores("visual")[3:7]).all()
    assert Timeline.from_json(part.to_json()) == part


def told(change) -> str:
    value = decode_scores(scores(gates="whole"), Decoding()).to_dict()
    change(value["scores"])
    with pytest.raises(DataError) as caught:
        Timeline.from_dict(value)
    return caught.value.problem


def test_damaged_scores_are_refused_in_one_line() -> None:
    assert "scores.levels: expected 200, got 255" in told(lambda s: s.update(levels=255))
    assert "scores.segments: expected deflated" in told(lambda s: s.update(segments="?"))
    assert "scores.tracks: expected 6 bytes, got 7 or more" in told(
        lambda s: s.update(tracks=s["segments"])
    )
    assert "scores.segments: expected 72 bytes, got 3" in told(
        lambda s: s.update(segments=s["clip"])
    )
    from seehear.foreign.packed import packed

    over = packed(b"\xc9" * 72)
    assert "scores.segments: expected numbers up to 200" in told(lambda s: s.update(segments=over))
