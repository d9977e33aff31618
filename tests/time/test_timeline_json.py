"""Timelines as JSON: the older edition as the newest; nothing is lost there and back."""

import copy
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.errors import DataError
from seehear.time import Event, Extent, MediaFile, TimeGrid, Timeline, Track, migrated

OLD = {
    "schema": "seehear.timeline/1",
    "source": "a.mp4",
    "duration_s": 4.4,
    "grid": {"start_s": 0.0, "step_s": 1.0, "count": 5},
    "vocabulary": ["Dog", "Cat"],
    "tracks": {"audio": "parsed", "visual": "absent"},
    "events": [{"track": "audio", "label": "Dog", "start_s": 1.0, "end_s": 4.5, "score": 0.9}],
    "parser": {"preset": "offline"},
    "warnings": ["no visual track"],
}
NEW = Timeline(
    "a/b.mp4",
    9.5,
    TimeGrid(10),
    ("Dog", "Cat"),
    (
        Event(0, 2, Track.AUDIO, "Dog", 0.75),
        Event(3, 4, Track.VISUAL, "Cat", None, "added"),
        Event(4, 5, Track.VISUAL, "Cat", 0.5, "corrected"),
    ),
    {"audio": Extent.of((0, 9.5)), "visual": Extent("parsed", ((3, 5), (6.25, 9.5)), ((3, 4),))},
    {"preset": "clip"},
    ("odd",),
    MediaFile("a/b.mp4", 123, "sha256:00", 9.5),
    (Event(1, 2, Track.VISUAL, "Dog"),),
)


def test_the_first_edition_is_read_as_parsed_throughout() -> None:
    before = copy.deepcopy(OLD)
    line = Timeline.from_dict(OLD)
    assert OLD == before, "the migration changes nothing it was given"
    assert line.tracks == {"audio": Extent.of((0, 4.5)), "visual": Extent()}
    assert line.events == (Event(1, 4.5, Track.AUDIO, "Dog", 0.9, "parser"),)
    assert (line.media, line.removed, line.warnings) == (None, (), ("no visual track",))
    assert Timeline.from_json(line.to_json()) == line


def test_the_newest_edition_is_not_migrated() -> None:
    value = NEW.to_dict()
    assert migrated(value) is value
    assert migrated(migrated(OLD)) == migrated(OLD)
    assert migrated([1]) == [1]


def test_a_track_called_neither_parsed_nor_absent_is_refused() -> None:
    with pytest.raises(DataError, match=r"tracks\.audio: expected parsed or absent, got 'maybe'"):
        Timeline.from_dict({**OLD, "tracks": {"audio": "maybe", "visual": "absent"}})


def test_everything_comes_back() -> None:
    assert Timeline.from_json(NEW.to_json()) == NEW
    value = json.loads(NEW.to_json())
    assert value["schema"] == "seehear.timeline/2"
    assert value["tracks"]["visual"] == {
        "state": "parsed",
        "parsed": [[3.0, 5.0], [6.25, 9.5]],
        "reviewed": [[3.0, 4.0]],
    }
    assert value["media"] == {
        "path": "a/b.mp4",
        "bytes": 123,
        "hash": "sha256:00",
        "duration_s": 9.5,
    }
    assert [event["origin"] for event in value["events"]] == ["parser", "added", "corrected"]
    assert value["removed"] == [{"track": "visual", "label": "Dog", "start_s": 1, "end_s": 2}]


def of_audio(extent: object) -> dict:
    return {"tracks": {"audio": extent, "visual": {"state": "absent", "parsed": []}}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (of_audio({"state": "parsed"}), "tracks.audio: expected parsed, got none"),
        (of_audio("parsed"), "tracks.audio: expected an object, got 'parsed'"),
        (of_audio({"state": "parsed", "parsed": [[0]]}), r"parsed\[0\]: expected a list of 2"),
        (
            of_audio({"state": "parsed", "parsed": [[0, 1e999]]}),
            r"parsed\[0\]\[1\]: expected a number",
        ),
        ({"media": {"path": "a"}}, "media: expected bytes, hash, duration_s, got none"),
        (
            {"media": {"path": "", "bytes": 1e999, "hash": "", "duration_s": 1}},
            "media.bytes: expected a whole number",
        ),
        (
            {"removed": [{"track": "audio"}]},
            r"removed\[0\]: expected label, start_s, end_s, got none",
        ),
        (
            {"events": [{**OLD["events"][0], "origin": "guessed"}]},
            "origin: expected one of parser, confirmed, corrected, added, got 'guessed'",
        ),
    ],
)
def test_damage_is_one_clear_line(change: dict, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        Timeline.from_dict({**NEW.to_dict(), **change})
    assert "\n" not in str(caught.value)


spans = st.lists(st.tuples(st.floats(0, 20), st.floats(0, 20)).map(sorted), max_size=4)


@given(spans, spans, spans)
def test_any_extents_come_back(heard: list, seen: list, reviewed: list) -> None:
    tracks = {"audio": Extent.of(*heard), "visual": Extent("parsed", tuple(seen), tuple(reviewed))}
    line = replace(NEW, tracks=tracks)
    assert Timeline.from_json(line.to_json()) == line
    assert line.shift(3.25).shift(-3.25) == line
