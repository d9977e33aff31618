"""Decoding: thresholds, the four gates, gap filling, minimum duration, absent tracks."""

import numpy as np
import pytest

from seehear.time import Decoding, Extent, Scores, TimeGrid, decide, decode_scores


def clip(audio: list[float], visual: list[float]) -> np.ndarray:
    return np.stack([audio, visual], 1)[:, :, None]  # (T, 2, 1)


def test_the_threshold_itself_counts() -> None:
    on = decide(clip([0.5, 0.49], [0.2, 0.9]), decoding=Decoding(gate="none"))
    assert on[:, :, 0].tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ("joint", (False, False)),
        ("own", (True, False)),
        ("or", (True, True)),
        ("none", (True, True)),
    ],
)
def test_gates(gate: str, expected: tuple[bool, bool]) -> None:
    on = decide(
        clip([0.9], [0.9]), np.array([[0.6], [0.4]]), np.array([0.3]), decoding=Decoding(gate=gate)
    )
    assert tuple(on[0, :, 0]) == expected


def test_thresholds_per_class_and_track() -> None:
    prob = np.full((1, 2, 2), 0.4)
    on = decide(prob, decoding=Decoding(threshold=(0.3, 0.5), visual_threshold=0.4, gate="none"))
    assert on[0].tolist() == [[True, False], [True, True]]
    with pytest.raises(
        ValueError, match=r"expected a number or 2 numbers \(one per class\), got 3"
    ):
        decide(prob, decoding=Decoding(threshold=(0.3, 0.5, 0.1), gate="none"))


def test_gaps_are_filled_before_short_events_are_dropped() -> None:
    audio = [1, 0, 1, 0, 0, 1, 0, 0, 0, 1]
    on = decide(clip(audio, audio), decoding=Decoding(gate="none", fill_gap_s=1, min_duration_s=2))
    assert "".join("#" if x else "." for x in on[:, 0, 0]) == "###......."


def marks(on: np.ndarray, track: int = 0) -> str:
    return "".join("#" if x else "." for x in on[:, track, 0])


def test_the_second_threshold_keeps_what_adjoins() -> None:
    audio = [0.4, 0.4, 0.6, 0.3, 0.2, 0.4, 0.29, 0.7, 0.4, 0.1]
    decoding = Decoding(gate="none", keep_threshold=0.3)
    assert marks(decide(clip(audio, [0.4] * 10), decoding=decoding)) == "####...##."
    assert marks(decide(clip(audio, [0.4] * 10), decoding=decoding), 1) == "." * 10
    # above the first threshold it does nothing
    high = decide(clip(audio, audio), decoding=Decoding(gate="none", keep_threshold=0.9))
    assert (high == decide(clip(audio, audio), decoding=Decoding(gate="none"))).all()


def test_the_second_threshold_stops_at_a_closed_gate() -> None:
    prob = clip([0.6, 0.4, 0.4, 0.4], [0.0] * 4)
    gate = np.array([0.9, 0.9, 0.1, 0.9])[:, None, None].repeat(2, axis=1)
    scores = Scores(prob, TimeGrid(4), ("Dog",), track_prob=gate)
    line = decode_scores(scores, Decoding(keep_threshold=0.3), source="x.mp4")
    assert [(e.start_s, e.end_s) for e in line.on("audio")] == [(0, 2)]


def test_batches_equal_single_clips() -> None:
    rng = np.random.default_rng(0)
    segment, track, joint = rng.random((5, 8, 2, 3)), rng.random((5, 2, 3)), rng.random((5, 3))
    decoding = Decoding(gate="own", keep_threshold=0.4, fill_gap_s=1)
    batch = decide(segment, track, joint, decoding=decoding)
    for i in range(5):
        assert (batch[i] == decide(segment[i], track[i], joint[i], decoding=decoding)).all()


def test_an_absent_track_is_absent_not_empty() -> None:
    scores = Scores(np.ones((2, 2, 1)), TimeGrid(2), ("Dog",), present=(True, False))
    line = decode_scores(scores, Decoding(), source="x.mp4")
    assert line.tracks == {"audio": Extent.of((0, 2)), "visual": Extent()}
    assert [str(e.track) for e in line] == ["audio"]


def test_scores_of_seconds_that_were_not_parsed_decide_nothing() -> None:
    prob = np.full((6, 2, 1), 0.6)
    prob[4:, 1] = 0.9
    scores = Scores(prob, TimeGrid(6), ("Dog",))
    decoding = Decoding(gate_threshold=0.8, fill_gap_s=9)
    assert decode_scores(scores, decoding).on("visual")[0].end_s == 6
    tracks = {"visual": Extent.of((0, 4))}
    assert decode_scores(scores, decoding, tracks=tracks).on("visual") == ()
    half = {"visual": Extent.of((0, 1.75), (3, 6))}
    line = decode_scores(scores, Decoding(fill_gap_s=9), tracks=half)
    assert [(e.start_s, e.end_s, e.score) for e in line.on("visual")] == [
        (0, 1.75, 0.6),
        (3, 6, 0.8),
    ]
    assert line.tracks == {"audio": Extent.of((0, 6)), **half}


def test_a_gate_without_its_probability_is_a_callers_bug() -> None:
    with pytest.raises(ValueError, match="gate 'joint' needs clip_prob"):
        decide(np.ones((1, 2, 1)), decoding=Decoding(gate="joint"))
    with pytest.raises(ValueError, match="expected one of joint, own, or, none"):
        Decoding(gate="both")
