"""Words for heard, seen and both, and the column that holds them."""

import pytest

from seehear.interchange.grid import TextTable
from seehear.interchange.tracks import track_said


@pytest.mark.parametrize(
    ("text", "track"),
    [
        ("audio", "audio"),
        (" HEARD ", "audio"),
        ("Visual", "visual"),
        ("seen", "visual"),
        ("Both", "audio_visual"),
        ("audio-visual", "audio_visual"),
        ("Audio_Visual", "audio_visual"),
        ("seen  and heard", "audio_visual"),
        ("left", None),
        ("", None),
    ],
)
def test_a_word_says_a_track(text: str, track: str | None) -> None:
    assert track_said(text) == track


@pytest.mark.parametrize(
    ("name", "fields", "told"),
    [
        ("Track", ("seen", "", "Track 1", "smelt"), ["visual", None, None, "smelt"]),
        ("Heard or seen", ("Heard", "seen"), ["audio", "visual"]),
        ("kind", ("seen", "both"), ["visual", "audio_visual"]),
        ("kind", ("seen", "video"), [None, None]),  # a kind of file
        ("Channel", ("1", "2"), [None, None]),
        ("Notes", ("seen",), [None]),
    ],
)
def test_a_column_says_it(name: str, fields: tuple[str, ...], told: list[str | None]) -> None:
    rows = tuple((line, [field, "Dog"]) for line, field in enumerate(fields))
    table = TextTable((name, "Label"), rows)
    column = table.tracks()
    assert [column.of(row) for _, row in table] == told
