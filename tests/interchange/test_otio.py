"""OpenTimelineIO: rates that mix, colours of both kinds, media that do not begin at zero."""

import json

from foreign_rows import imported, plain


def time(value: float, rate: float) -> dict[str, object]:
    return {"OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": rate}


def marker(
    name: str, start: dict[str, object], length: dict[str, object], colour: object
) -> object:
    span = {"OTIO_SCHEMA": "TimeRange.1", "start_time": start, "duration": length}
    return {"OTIO_SCHEMA": "Marker.3", "name": name, "color": colour, "marked_range": span}


def test_markers_of_clips_and_timelines_each_on_its_own_clock(tmp_path) -> None:
    reference = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "target_url": "file:///a/b.mov",
        "available_range": {"start_time": time(86400, 24), "duration": time(240, 24)},
    }
    clip = {
        "OTIO_SCHEMA": "Clip.2",
        "media_references": {"X": reference},
        "active_media_reference_key": "X",
        "markers": [
            marker("a", time(86448, 24), time(1000, 1000), {"name": "blue", "r": 0}),
            {"OTIO_SCHEMA": "Marker.2", "name": "lost", "marked_range": None},
        ],
    }
    track = {"OTIO_SCHEMA": "Track.1", "children": [clip]}
    stack = {"OTIO_SCHEMA": "Stack.1", "children": [track]}
    stack["markers"] = [marker("b", time(90030, 25), time(0, 1), "RED")]
    root = {"OTIO_SCHEMA": "Timeline.1", "tracks": stack, "global_start_time": time(90000, 25)}
    found = imported(tmp_path, json.dumps(root))
    assert plain(found) == [(1.2, 1.2, "b"), (2.0, 3.0, "a")]
    assert [(r.tier, r.source) for r in found.rows] == [("RED", None), ("blue", "file:///a/b.mov")]
    assert [u.where for u in found.unused] == ["tracks.children[0].children[0].markers[1]"]


def test_the_first_schema_and_starts_that_are_no_time_codes(tmp_path) -> None:
    old = {"OTIO_SCHEMA": "Marker.1", "name": "a"}
    old["range"] = {"start_time": time(480, 24), "duration": time(24, 24)}
    root = {"OTIO_SCHEMA": "Timeline.1", "global_start_time": time(240, 24)}
    root["tracks"] = {"OTIO_SCHEMA": "Stack.1", "markers": [old]}
    assert plain(imported(tmp_path, json.dumps(root))) == [(20.0, 21.0, "a")]
