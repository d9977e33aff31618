"""Decoding: thresholds, the four gates, gap filling, minimum duration, absent tracks."""

import itertools
import json

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


@pytest.mark.parametrize("gate", ["joint", "own", "or"])
def test_the_threshold_of_a_gate_itself_opens_it(gate: str) -> None:
    track, joint = np.full((2, 1), 0.5), np.array([0.5])
    assert decide(clip([0.9], [0.9]), track, joint, decoding=Decoding(gate=gate)).all()
    shut = Decoding(gate=gate, gate_threshold=0.51)
    assert not decide(clip([0.9], [0.9]), track, joint, decoding=shut).any()


def test_gates_are_those_of_each_class_and_track() -> None:
    prob = np.full((1, 2, 2), 0.9)
    tracks = np.array([[0.9, 0.1], [0.4, 0.2]])  # audio, visual; two classes
    either = decide(prob, tracks, decoding=Decoding(gate="or"))
    assert either[0].tolist() == [[True, False], [True, False]]
    many = decide(
        np.stack([prob, prob]), np.stack([tracks, 0 * tracks]), decoding=Decoding(gate="or")
    )
    assert many[:, 0].tolist() == [[[True, False], [True, False]], [[False, False], [False, False]]]
    apart = Decoding(gate_threshold=0.95, visual_gate_threshold=0.3)
    assert decide(prob, tracks, decoding=apart)[0].tolist() == [[False, False], [True, False]]


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
    ends = decide(clip([0.4, 0.1, 0.1, 0.4, 0.6], [0.6, 0.1, 0.1, 0.1, 0.4]), decoding=decoding)
    assert (marks(ends), marks(ends, 1)) == ("...##", "#....")
    # above the first threshold it does nothing
    high = decide(clip(audio, audio), decoding=Decoding(gate="none", keep_threshold=0.9))
    assert (high == decide(clip(audio, audio), decoding=Decoding(gate="none"))).all()


def test_the_second_threshold_stops_at_a_closed_gate() -> None:
    prob = clip([0.6, 0.4, 0.4, 0.4], [0.0] * 4)
    gate = np.array([0.9, 0.9, 0.1, 0.9])[:, None, None].repeat(2, axis=1)
    scores = Scores(prob, TimeGrid(4), ("Dog",), track_prob=gate)
    line = decode_scores(scores, Decoding(keep_threshold=0.3), source="x.mp4")
    assert [(e.start_s, e.end_s) for e in line.on("audio")] == [(0, 2)]
    line = decode_scores(scores, Decoding(keep_threshold=0.0))
    assert [(e.start_s, e.end_s) for e in line.on("audio")] == [(0, 2)]


def test_seconds_of_gaps_and_events_are_counted_in_segments_of_the_grid() -> None:
    audio = [1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    tenths = Decoding(gate="none", fill_gap_s=0.3, min_duration_s=0.3)
    assert marks(decide(clip(audio, audio), decoding=tenths, step_s=0.1)) == "#####.........."
    scores = Scores(clip(audio, audio), TimeGrid(15, step_s=0.1), ("Dog",))
    line = decode_scores(scores, tenths, source="x.mp4")
    assert [(e.start_s, e.end_s) for e in line.on("audio")] == [(0, 0.5)]
    only_filled = Decoding(gate="none", fill_gap_s=0.4)
    assert marks(decide(clip(audio, audio), decoding=only_filled, step_s=0.1)) == "##########....."
    only_long = Decoding(gate="none", min_duration_s=0.1)
    assert marks(decide(clip(audio, audio), decoding=only_long, step_s=0.1)) == "#...#....#....."
    audio = [1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1]
    parts = Decoding(gate="none", fill_gap_s=1.6)  # a pause of two seconds stays
    assert marks(decide(clip(audio, audio), decoding=parts)) == "#..####...###"
    parts = Decoding(gate="none", min_duration_s=2.4)  # an event of two seconds goes
    assert marks(decide(clip(audio, audio), decoding=parts)) == "..........###"
    parts = Decoding(gate="none", min_duration_s=0.8)
    assert marks(decide(clip(audio, audio), decoding=parts, step_s=0.5)) == "...##.....###"


@pytest.mark.parametrize("gate", ["joint", "own", "or", "none"])
def test_a_gate_that_stays_the_same_in_time_is_the_gate_of_the_clip(gate: str) -> None:
    rng = np.random.default_rng(0)
    settings = [
        Decoding(0.6, 0.7, gate=gate),
        Decoding((0.3, 0.9, 0.6), 0.8, gate=gate, gate_threshold=0.4, visual_gate_threshold=0.7),
        Decoding(0.8, (0.7, 0.9, 0.4), gate=gate, keep_threshold=0.4),
        Decoding(0.9, gate=gate, keep_threshold=0.6, fill_gap_s=1.0, min_duration_s=1.5),
        Decoding(0.7, 0.2, gate=gate, fill_gap_s=0.5),
        Decoding(0.0, gate=gate),
        Decoding(0.6, 0.0, gate=gate),
        Decoding(0.8, 0.3, gate=gate, min_duration_s=1.0),
    ]
    grid, names = TimeGrid(24, step_s=0.5), ("Dog", "Cat", "Car")
    for _ in range(2):
        prob, track, joint = rng.random((24, 2, 3)), rng.random((2, 3)), rng.random(3)
        every_track, every_joint = np.tile(track, (24, 1, 1)), np.tile(joint, (24, 1))
        for decoding in settings:
            expected = decide(prob, track, joint, decoding=decoding, step_s=0.5)
            for gates in itertools.product((track, every_track), (joint, every_joint)):
                line = decode_scores(Scores(prob, grid, names, *gates), decoding)
                found = np.stack(line.to_arrays(), axis=1)
                assert np.array_equal(found, expected)


def test_batches_equal_single_clips() -> None:
    rng = np.random.default_rng(0)
    segment, track, joint = rng.random((5, 8, 2, 3)), rng.random((5, 2, 3)), rng.random((5, 3))
    decoding = Decoding(gate="own", keep_threshold=0.4, fill_gap_s=1)
    batch = decide(segment, track, joint, decoding=decoding)
    for i in range(5):
        assert (batch[i] == decide(segment[i], track[i], joint[i], decoding=decoding)).all()


def test_a_timeline_tells_what_it_was_made_of() -> None:
    scores = Scores(clip([0.9, 0.7, 0.1], [0.1, 0.9, 0.5]), TimeGrid(3), ("Dog",))
    line = decode_scores(scores, Decoding(), source="x.mp4", duration_s=2.5, warnings=("quiet",))
    assert (line.source, line.duration_s, line.warnings) == ("x.mp4", 2.5, ("quiet",))
    assert [(str(e.track), e.start_s, e.end_s, e.score) for e in line] == [
        ("audio", 0, 2, pytest.approx(0.8)),
        ("visual", 1, 2.5, pytest.approx(0.7)),
        ("audio_visual", 1, 2, pytest.approx(0.7)),
    ]
    assert line.kept is not None
    assert line.kept.prob("audio")[:, 0] == pytest.approx([0.9, 0.7, 0.1])


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
    with pytest.raises(ValueError, match=r"^gate 'joint' needs clip_prob$"):
        decide(np.ones((1, 2, 1)), decoding=Decoding(gate="joint"))
    with pytest.raises(ValueError, match="gate 'own' needs track_prob"):
        decide(np.ones((1, 2, 1)), decoding=Decoding())
    with pytest.raises(ValueError, match="expected one of joint, own, or, none"):
        Decoding(gate="both")


def test_the_settings_are_told_as_plain_json() -> None:
    told = Decoding((0.25, 0.5), gate="or", keep_threshold=0.1, fill_gap_s=2.0).to_dict()
    assert json.loads(json.dumps(told)) == told
    assert told == {
        "threshold": [0.25, 0.5],
        "visual_threshold": None,
        "gate": "or",
        "gate_threshold": 0.5,
        "visual_gate_threshold": None,
        "keep_threshold": 0.1,
        "fill_gap_s": 2.0,
        "min_duration_s": 0.0,
    }
