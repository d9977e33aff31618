"""What tiers and labels of others mean here."""

from pathlib import Path

import pytest

from foreign_rows import imported
from seehear.errors import DataError
from seehear.interchange.mapping import Meanings, read_meanings, renamed, understood
from seehear.interchange.rows import ForeignRow, Imported

TABLE = """
[tiers]
"CHI*" = "heard"
"FA1" = "seen: Person"
"notes" = "-"
[labels]
"dog  Barking" = "Dog"
"b" = "both: Bird"
"noise" = "-"
"""


def found(*rows: tuple[str, str]) -> Imported:
    made = [
        ForeignRow(None, None, label, 0.0, 1.0, None, f"{n}", t)
        for n, (t, label) in enumerate(rows, 1)
    ]
    return Imported("eaf", tuple(made))


def told(rows: list[ForeignRow]) -> list[tuple[str | None, str]]:
    return [(row.track, row.label) for row in rows]


def test_a_label_wins_over_its_tier_and_the_format_comes_last(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(TABLE)
    meanings = read_meanings(tmp_path / "map.toml")
    rows, unused, notes = understood(
        found(
            ("chi*", "cry"),
            ("FA1", "x y"),
            ("FA1", "B"),
            ("notes", "n"),
            ("", "DOG barking"),
            ("z", "Noise"),
            ("z", ""),
        ),
        meanings,
        "audio",
    )
    assert told(rows) == [
        ("audio", "cry"),
        ("visual", "Person"),
        ("audio_visual", "Bird"),
        ("audio", "Dog"),
    ]
    assert [(u.where, u.reason[:16]) for u in unused] == [
        ("4", "left out by the "),
        ("6", "left out by the "),
        ("7", "it has no label;"),
    ]
    assert notes == [
        "1 row taken as heard, as nothing says heard or seen; `track` or `map` says otherwise"
    ]


def test_labels_that_only_tick_take_the_names_of_their_tiers() -> None:
    rows, _, notes = understood(found(("  CHI*", "1"), ("FAT", "x")), Meanings(), "audio")
    assert [row.label for row in rows] == ["CHI*", "FAT"]
    assert notes[0].startswith("labels only tick")
    rows, _, _ = understood(found(("CHI", "1"), ("FAT", "hello")), Meanings(), "audio")
    assert [row.label for row in rows] == ["1", "hello"]


def test_only_the_classes_that_were_asked_for() -> None:
    rows, unused, _ = understood(
        found(("", "frying_food"), ("", "dogs")), Meanings(words=("Frying food", "Dog")), "audio"
    )
    assert told(rows) == [("audio", "Frying food")]
    assert unused[0].reason == "no class 'dogs'; did you mean Dog?"
    assert renamed(["dog", "x"], ["Dog", "Cat"]) == {"dog": "Dog"}


def test_moments_last_as_long_as_the_user_says(tmp_path: Path) -> None:
    some = imported(tmp_path, "1\t1\tclick\n2\t3\tbeep\n")
    rows, unused, _ = understood(some, Meanings(), "audio")
    assert [row.label for row in rows] == ["beep"]
    assert "a moment without a length; `point_s`" in unused[0].reason
    rows, _, _ = understood(some, Meanings(point_s=0.5), "audio")
    assert [(row.start_s, row.end_s) for row in rows] == [(1.0, 1.5), (2.0, 3.0)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tiers = 1", "expected tables"),
        ("[tier]\na = 'heard'", "expected tables"),
        ("[labels]\na = 1", 'expected "heard"'),
        ("[labels]\na = ''", 'expected "heard"'),
        ("[labels", "not TOML"),
    ],
)
def test_a_table_that_is_none(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(DataError, match=says):
        read_meanings(tmp_path / "map.toml")
