"""Decisions made again from kept scores: what a person did stays, the rest follows."""

from dataclasses import replace

import numpy as np
import pytest

from seehear.errors import DataError
from seehear.time import (
    Decoding,
    Event,
    Extent,
    Scores,
    TimeGrid,
    Timeline,
    Track,
    decode_scores,
    decoded,
    decoding_of,
)

AUDIO = [0.9, 0.9, 0.4, 0.4, 0.1, 0.6, 0.6, 0.1, 0.4, 0.4]
VISUAL = [0.9, 0.9, 0.9, 0.4, 0.1, 0.1, 0.1, 0.1, 0.9, 0.9]


def line(**fields) -> Timeline:
    prob = np.stack([AUDIO, VISUAL], 1)[..., None]
    decoding = Decoding(gate="none")
    made = decode_scores(
        Scores(prob, TimeGrid(10), ("Dog",)),
        decoding,
        source="a.mp4",
        parser={"preset": "offline", "decoding": decoding.to_dict()},
    )
    return replace(made, **fields)


def spans(timeline: Timeline, track: str) -> list[tuple[float, float]]:
    return [(event.start_s, event.end_s) for event in timeline.on(track)]


def test_another_threshold_moves_events_and_is_told() -> None:
    got = decoded(line(), Decoding(0.3, gate="none"))
    assert spans(got, "audio") == [(0, 4), (5, 7), (8, 10)]
    assert spans(got, "audio_visual") == [(0, 4), (8, 10)]
    assert got.parser["decoding"]["threshold"] == 0.5, "what the parser decided with"
    assert got.parser["decoded"]["threshold"] == 0.3
    assert decoding_of(got).threshold == 0.3
    assert decoding_of(got, parsed=True).threshold == 0.5
    assert Timeline.from_json(got.to_json()) == got


def test_back_to_the_parsers_own_is_as_before() -> None:
    there = decoded(line(), Decoding(0.3, gate="none"))
    assert decoded(there, decoding_of(there, parsed=True)).to_json() == line().to_json()


def test_an_event_that_stays_keeps_its_score() -> None:
    before = line(events=tuple(replace(e, score=0.123) for e in line().events))
    after = decoded(before, decoding_of(before))
    assert {event.score for event in after.events} == {0.123}


def test_what_a_person_did_stays() -> None:
    added = Event(2, 3, Track.AUDIO, "Dog", None, "added")
    reviewed = Extent("parsed", ((0, 10),), ((7, 9),))
    before = line()
    before = replace(
        before,
        events=(*before.events, added),
        tracks={"audio": reviewed, "visual": before.tracks["visual"]},
        removed=(Event(5, 6, Track.AUDIO, "Dog"),),
    )
    got = decoded(before, Decoding(0.3, gate="none"))
    # 2 to 3 is the person's, 5 to 6 was removed, 7 to 9 was reviewed and has nothing
    assert spans(got, "audio") == [(0, 2), (2, 3), (3, 4), (6, 7), (9, 10)]
    assert [event.origin for event in got.on("audio")][1] == "added"
    assert spans(got, "audio_visual") == [(0, 4), (9, 10)]
    assert got.removed == before.removed
    assert got.tracks == before.tracks


def test_an_event_that_reaches_into_a_reviewed_stretch_stays_in_one_piece() -> None:
    tracks = {"audio": Extent("parsed", ((0, 10),), ((1, 3),)), "visual": line().tracks["visual"]}
    got = decoded(line(tracks=tracks), Decoding(0.3, gate="none"))
    assert spans(got, "audio") == [(0, 2), (3, 4), (5, 7), (8, 10)]
    same = decoded(line(tracks=tracks), Decoding(gate="none"))
    assert spans(same, "audio") == spans(line(), "audio")


def test_without_scores_there_is_one_line() -> None:
    with pytest.raises(DataError, match="keeps no scores to decide from"):
        decoded(line(kept=None), Decoding())
    with pytest.raises(DataError, match="does not say what was decided with"):
        decoding_of(line(parser={}))
    with pytest.raises(DataError, match=r"parser\.decoding: gate"):
        decoding_of(line(parser={"decoding": {"gate": "wide"}}))
