"""Exports say what a person did, where their format can; our readers take it as it comes."""

import json
from pathlib import Path

import pytest

from seehear import export
from seehear.interchange import read
from seehear.time import Event, TimeGrid, Timeline, Track

EVENTS = (
    Event(0, 2, Track.AUDIO, "Dog", 0.9),
    Event(3, 4, Track.AUDIO, "Dog", None, "added"),
    Event(0, 2, Track.VISUAL, "Dog", 0.8, "confirmed"),
    Event(0, 2, Track.AUDIO_VISUAL, "Dog", 0.8),
    Event(4, 6, Track.VISUAL, "Car", None, "corrected"),
)
LINE = Timeline("a.mp4", 8.0, TimeGrid(8), ("Dog", "Car"), EVENTS)


@pytest.mark.parametrize(
    ("format", "texts"),
    [
        ("vtt", ["<c.audio.added>", "<c.audio_visual.confirmed>", "<c.visual.corrected>"]),
        ("eaf", ['TIER_ID="audio:Dog (added)"', 'TIER_ID="visual:Car (corrected)"']),
        ("textgrid", ['"audio:Dog (added)"', '"visual:Dog (confirmed)"']),
        ("html", ["the parser, confirmed by a person", "<td>a person</td>"]),
        ("otio", ['"origin": "added"', '"comment": "corrected"']),
        ("fcpxml", ['note="added"', 'note="corrected"']),
        ("fcp7xml", ["<comment>added</comment>"]),
        ("activitynet", ['"origin": "added"']),
        ("fiftyone", ['"origin": "confirmed"']),
        ("raven", ["\tcorrected\n", "\tparser\n"]),
        ("csv", [",added", ",confirmed"]),
        ("json", ['"origin": "corrected"']),
    ],
)
def test_it_says_what_a_person_did(format: str, texts: list[str], tmp_path: Path) -> None:
    rendered = export.render(LINE, format)
    for text in texts:
        assert text in rendered
    if format in ("html", "fiftyone"):
        return
    path = tmp_path / f"a{export.get(format).suffix}"
    path.write_text(rendered)
    found = read(path)
    got = {(row.track, row.label.casefold()) for row in found.rows}
    assert ("audio", "dog") in got, "and it is read as it was"
    assert {label for _, label in got} == {"dog", "car"}
    assert not found.unused


def test_what_only_the_parser_says_stands_as_it_did() -> None:
    plain = Timeline("a.mp4", 8.0, TimeGrid(8), ("Dog",), EVENTS[:1])
    assert "<c.audio>dog heard</c>" in export.render(plain, "vtt")
    assert 'TIER_ID="audio:Dog"' in export.render(plain, "eaf")
    assert "origin" not in json.loads(export.render(plain, "activitynet"))["database"]["a"]
