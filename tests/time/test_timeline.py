"""Timelines: order, arrays and back, JSON and back, first and last segment, short tails."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.errors import DataError
from seehear.time import Event, Extent, TimeGrid, Timeline, Track

NAMES = ("Speech", "Dog")


def timeline(audio: str, visual: str, **kwargs: object) -> Timeline:
    on = np.array([[c == "#" for c in audio], [c == "#" for c in visual]])
    zeros = np.zeros_like(on)
    return Timeline.from_arrays(
        np.stack([zeros[0], on[0]], 1),
        np.stack([zeros[1], on[1]], 1),
        grid=TimeGrid(len(audio)),
        vocabulary=NAMES,
        **kwargs,
    )


def spans(line: Timeline, track: str) -> list[tuple[float, float]]:
    return [(e.start_s, e.end_s) for e in line.on(track)]


def test_events_use_segment_edges_and_the_conjunction_is_derived() -> None:
    line = timeline("##...#", "#...##")
    assert spans(line, "audio") == [(0, 2), (5, 6)]
    assert spans(line, "visual") == [(0, 1), (4, 6)]
    assert spans(line, "audio_visual") == [(0, 1), (5, 6)]
    assert line.on("audio", "Speech") == ()


def test_an_event_in_the_last_segment_ends_with_the_clip() -> None:
    line = timeline("..#", "...", duration_s=2.4)
    assert spans(line, "audio") == [(2, 2.4)]
    assert line.to_arrays()[0][:, 1].tolist() == [False, False, True]


@given(st.integers(1, 30), st.integers(1, 4), st.floats(0.1, 3), st.randoms(use_true_random=False))
def test_arrays_survive_the_round_trip_through_json(
    count: int, classes: int, step_s: float, random
) -> None:
    names = tuple(f"class {i}" for i in range(classes))
    audio, visual = (
        np.array([[random.random() < 0.5 for _ in names] for _ in range(count)]) for _ in range(2)
    )
    grid = TimeGrid(count, step_s)
    line = Timeline.from_arrays(
        audio,
        visual,
        grid=grid,
        vocabulary=names,
        duration_s=grid.end_s - random.random() * 0.7 * step_s,
    )
    again = Timeline.from_json(line.to_json())
    assert (again.to_arrays()[0] == audio).all()
    assert (again.to_arrays()[1] == visual).all()
    assert again.to_json() == line.to_json()


@given(st.floats(0.01, 3), st.floats(0.001, 40), st.randoms(use_true_random=False))
def test_what_is_read_back_is_equal_to_what_was_written(
    step_s: float, duration_s: float, random
) -> None:
    rng = np.random.default_rng(random.randrange(1 << 30))
    grid = TimeGrid.covering(duration_s, step_s)
    prob = rng.random((2, grid.count, 2))
    line = Timeline.from_arrays(
        prob[0] > 0.5,
        prob[1] > 0.5,
        grid=grid,
        vocabulary=NAMES,
        duration_s=duration_s,
        audio_prob=prob[0],
        visual_prob=prob[1],
    )
    back = Timeline.from_json(line.to_json())
    assert back.events == line.events
    assert back.duration_s == line.duration_s


def test_scores_are_means_over_the_event() -> None:
    prob = np.array([[0.6], [0.8], [0.1]])
    line = Timeline.from_arrays(
        prob > 0.5,
        prob > 0.5,
        grid=TimeGrid(3),
        vocabulary=["Dog"],
        audio_prob=prob,
        visual_prob=prob - 0.1,
    )
    assert [round(e.score, 6) for e in line] == [0.7, 0.6, 0.6]


def test_rasterising_on_another_grid_keeps_events_that_cover_half_a_segment() -> None:
    line = Timeline("a.mp4", 4.0, TimeGrid(4), NAMES, (Event(0.6, 2.4, Track.AUDIO, "Dog"),))
    assert line.to_arrays(TimeGrid(4))[0][:, 1].tolist() == [False, True, False, False]
    assert line.to_arrays(TimeGrid(2, 2.0))[0][:, 1].tolist() == [True, False]
    short = Timeline("a.mp4", 4.0, TimeGrid(4), NAMES, (Event(1.4, 1.6, Track.AUDIO, "Dog"),))
    assert short.to_arrays()[0][:, 1].tolist() == [False, True, False, False]


def test_an_event_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the vocabulary: Cat"):
        Timeline("a.mp4", 1.0, TimeGrid(1), NAMES, (Event(0, 1, Track.AUDIO, "Cat"),))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "other/1"}, "expected schema seehear.timeline/2 or older, got other/1"),
        (
            {"events": [{"track": "audio"}]},
            r"events\[0\]: expected label, start_s, end_s, got none",
        ),
        ({"tracks": {"audio": "parsed"}}, "tracks: expected visual, got none"),
        ({"removed": [{"track": "audio"}]}, r"removed\[0\]: expected label"),
        ({"media": {"path": 5}}, "media: expected bytes, hash, duration_s, got none"),
        (
            {"events": [{"track": "smell", "label": "Dog", "start_s": 0, "end_s": 1}]},
            r"events\[0\].track: expected audio or visual or audio_visual, got 'smell'",
        ),
        ({"grid": {"start_s": 0, "step_s": -1, "count": 3}}, "step_s must be a positive number"),
        ({"duration_s": "long"}, "duration_s: expected a number from 0 to 1e"),
        ({"duration_s": 10**400}, "expected numbers of 64 bits, got one of 401 digits"),
        ({"grid": {"start_s": 0, "step_s": 1, "count": 10**12}}, "grid.count: expected a whole"),
        ({"source": "\ud800"}, "expected Unicode text"),
        ({"parser": json.loads("[" * 70 + "]" * 70)}, "at most 64 nested values"),
    ],
)
def test_a_broken_file_is_one_clear_line(change: dict, message: str) -> None:
    data = json.loads(timeline("#.#", "...").to_json()) | change
    with pytest.raises(DataError, match=message) as caught:
        Timeline.from_json(json.dumps(data))
    assert "\n" not in str(caught.value)


def test_text_that_is_no_json_is_refused(tmp_path) -> None:
    path = tmp_path / "x.timeline.json"
    path.write_bytes(b"\xff\xfe not json")
    with pytest.raises(DataError, match="not JSON"):
        Timeline.from_json(path)
    with pytest.raises(DataError, match="cannot be read"):
        Timeline.from_json(tmp_path / "missing.json")


def test_support_joins_the_events_of_a_track_or_a_class_and_gaps_are_the_rest() -> None:
    events = [(0, 2, "Speech"), (1, 3, "Dog"), (3, 4, "Dog"), (6, 7, "Speech")]
    line = Timeline("clip.mp4", 8.0, TimeGrid(8), NAMES, tuple(audio(*event) for event in events))
    assert line.support("audio") == ((0, 4), (6, 7))
    assert line.support("audio", "Dog") == ((1, 4),)
    assert line.gaps("audio") == ((4, 6), (7, 8))
    assert line.gaps("audio", "Dog") == ((0, 1), (4, 8))
    assert line.support("visual") == ()
    assert line.gaps("visual") == ((0, 8),)


def test_an_absent_track_has_no_gaps_for_nothing_is_known_of_it() -> None:
    silent = timeline("....", "##..", tracks={"audio": Extent()})
    assert silent.gaps("audio") == silent.gaps("audio_visual") == ()
    assert silent.gaps("visual") == ((2, 4),)


def test_nothing_is_on_where_a_track_was_not_parsed() -> None:
    tracks = {"audio": Extent.of((0, 8)), "visual": Extent.of((0, 2.75), (5, 7))}
    line = timeline("########", "#.######", tracks=tracks)
    assert spans(line, "audio") == [(0, 8)]
    assert spans(line, "visual") == [(0, 1), (2, 2.75), (5, 7)]
    assert spans(line, "audio_visual") == spans(line, "visual")
    assert line.gaps("visual") == line.gaps("audio_visual") == ((1, 2),)
    assert line.unparsed("visual") == ((2.75, 5), (7, 8))
    assert line.unparsed("audio") == ()
    assert line.parsed("audio_visual") == ((0, 2.75), (5, 7))
    assert line.to_arrays()[1][:, 1].tolist() == [c == "#" for c in "#.#..##."]


def test_a_crop_cuts_events_and_keeps_times_and_the_segments_it_reaches() -> None:
    line = timeline("##.###.#", "####....").crop(1.5, 5.0)
    assert spans(line, "audio") == [(1.5, 2), (3, 5)]
    assert spans(line, "visual") == [(1.5, 4)]
    assert spans(line, "audio_visual") == [(1.5, 2), (3, 4)]
    assert (line.grid, line.duration_s) == (TimeGrid(4, start_s=1.0), 5.0)
    moved = line.shift(-1.5)
    assert spans(moved, "audio") == [(0, 0.5), (1.5, 3.5)]
    assert (moved.grid.start_s, moved.duration_s) == (-0.5, 3.5)


@given(st.text("#.", min_size=1, max_size=12), st.integers(0, 11), st.integers(1, 12))
def test_a_crop_on_segment_edges_holds_the_rows_between_them(audio, first, count) -> None:
    line = timeline(audio, audio[::-1])
    first = min(first, len(audio) - 1)
    last = min(first + count, len(audio))
    part = line.crop(float(first), float(last))
    for whole, cut in zip(line.to_arrays(), part.to_arrays(), strict=True):
        assert (whole[first:last] == cut).all()
    assert part.shift(3.25).shift(-3.25) == part
    assert Timeline.from_json(part.to_json()) == part


def test_a_crop_needs_a_stretch_and_a_clip_cannot_move_before_its_beginning() -> None:
    line = timeline("####", "....")
    with pytest.raises(ValueError, match="start before the end"):
        line.crop(2, 2)
    with pytest.raises(ValueError, match="cannot move"):
        line.shift(-4.5)


def audio(start_s: float, end_s: float, label: str) -> Event:
    return Event(start_s, end_s, Track.AUDIO, label)
