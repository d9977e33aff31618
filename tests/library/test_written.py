"""Whether a timeline is still as parsing wrote it."""

import dataclasses
import json

import pytest

from seehear.library.written import (
    difference,
    how_digest,
    read_written,
    signed,
    signed_as,
    words_digest,
)
from seehear.time import Event, Extent, MediaFile, TimeGrid, Timeline

MEDIA = MediaFile("sub/ä.mp4", 7, "sha256:00", 4.0)
LINE = Timeline(
    "sub/ä.mp4",
    4.0,
    TimeGrid(4),
    ("Dog", "Cat"),
    (Event(0, 2, "audio", "Dog", 0.25), Event(1, 3, "visual", "Cat", 1.0)),
    parser={"preset": "fake", "version": "1", "decoding": {"threshold": 0.5}},
    media=MEDIA,
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.timeline.json"
    path.write_text(signed(LINE).to_json())
    return path


def touched(file):
    return read_written(file, "a").touched


def edited(file, edit):
    data = json.loads(file.read_text())
    edit(data)
    file.write_text(json.dumps(data))
    return touched(file)


def test_what_parsing_wrote_is_known_however_it_is_laid_out(file):
    found = read_written(file, "a")
    assert (found.source, found.bytes, found.hash) == ("sub/ä.mp4", 7, "sha256:00")
    assert not found.touched
    data = json.loads(file.read_text())
    plain = json.dumps(dict(reversed(data.items())), indent=4).replace("4.0", "4")
    file.write_text(plain)
    assert not touched(file)
    assert not edited(file, lambda data: data.update(source="else.mp4"))
    assert not edited(file, lambda data: data["media"].update(path="else.mp4"))
    file.write_text(signed(LINE.named("bad \udc80.mp4")).to_json(), errors="replace")
    assert not touched(file)


@pytest.mark.parametrize(
    "edit",
    [
        lambda data: data["events"].pop(),
        lambda data: data["events"][0].update(end_s=2.5),
        lambda data: data["media"].update(hash="sha256:01"),
        lambda data: data["parser"]["decoding"].update(threshold=0.4),
        lambda data: data["parser"].pop("written"),
        lambda data: data.update(note="a tool's own"),
        lambda data: data["tracks"]["audio"]["parsed"].clear(),
    ],
)
def test_any_other_change_shows(file, edit):
    assert edited(file, edit)


@pytest.mark.parametrize(
    "change",
    [
        {"events": (Event(0, 2, "audio", "Dog", 0.25, "confirmed"),)},
        {"removed": (Event(0, 1, "audio", "Cat"),)},
        {"tracks": {"audio": Extent("parsed", ((0, 4),), ((0, 2),))}},
    ],
)
def test_what_a_person_did_says_so_itself_signed_or_not(file, change):
    line = dataclasses.replace(LINE, **change)
    for text in (signed(line).to_json(), line.to_json()):
        file.write_text(text)
        found = read_written(file, "a")
        assert (found.touched, found.corrected) == (False, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1",
        '{"source": 1, "vocabulary": []}',
        '{"source": "a", "vocabulary": []}',  # without tracks
        '{"source": "a", "vocabulary": [], "tracks": {}, "events": [{"origin": []}]}',
    ],
)
def test_what_cannot_be_read_counts_as_changed(file, text):
    file.write_text(text)
    assert read_written(file, "a") == type(read_written(file, "a"))("a")
    assert touched(file)


def test_a_command_that_makes_it_anew_by_rule_keeps_the_signature_it_found(file):
    shorter = dataclasses.replace(signed(LINE), events=())
    assert not edited(file, lambda data: data.update(signed_as(file, shorter).to_dict()))
    file.write_text(LINE.to_json())
    assert edited(file, lambda data: data.update(signed_as(file, shorter).to_dict()))


def test_versions_are_no_other_way_of_parsing_and_words_are_their_own():
    same = {**LINE.parser, "version": "2", "libraries": {"av": "9"}, "written": "x"}
    assert how_digest(same) == how_digest(LINE.parser)
    assert how_digest({**LINE.parser, "decoding": {}}) != how_digest(LINE.parser)
    trained = {"model": "run", "weights": "00"}
    assert how_digest(trained) == how_digest({**trained, "model": "renamed"})
    assert how_digest(trained) != how_digest({**trained, "weights": "01"})
    assert words_digest(["Dog"], {"vocabulary": "0"}) != words_digest(["Dog"], {"vocabulary": "1"})
    assert words_digest(["Dog"], same) == words_digest(["Dog"], {})


def test_a_difference_is_told_in_words():
    assert difference(LINE.parser, {**LINE.parser, "version": "2"}) == ""
    assert difference(LINE.parser, {"model": "run"}) == "preset fake, now null"
    assert difference(["Dog", "Cat"], ["Cow"]) == "Dog, Cat, now Cow"
