"""Tables on terminals of any width: nothing is cut off."""

import re

import pytest

from seehear.cli import console

HEADER = ("class", "clips", "segments", "re-weighted", "95 % of resamples", "where it lies")
ROWS = [
    (
        "Chicken_rooster",
        79,
        790,
        "80.7 %",
        "71.4-85.2",
        "hub openai/clip-vit-base-patch16@57c21647",
    ),
    ("Dog", 8, 80, "-", "+0.3 to +1.2", "by hand: torchvision ResNet152 IMAGENET1K_V1"),
]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_every_cell_is_there_at_every_width(width, capsys, monkeypatch):
    monkeypatch.setattr(console.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    console.table("What changed", HEADER, ROWS, note="lowered and raised count segments")
    out = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    lines = [line.rstrip() for line in out.splitlines()]
    assert max(map(len, lines)) <= width
    for row in ROWS:
        for cell in map(str, row[:5]):
            assert re.search(rf"(^|\s){re.escape(cell)}(\s|$)", out), f"{cell} stands in one piece"
        letters = iter("".join(out.split()))
        assert all(letter in letters for letter in "".join(row[5].split())), (
            "words fold, and lose no letter"
        )
    assert out.count("What changed") == 1
    assert " ".join(out.split()).count("lowered and raised count segments") == 1
    if width == 60:
        assert out.count("Chicken_rooster") > 1, "the parts repeat the first column"
    if width == 200:
        assert out.count("Chicken_rooster") == 1


def test_numbers_are_flush_right_and_words_flush_left(capsys):
    console.table("", HEADER, ROWS)
    chicken, dog = (
        line for line in capsys.readouterr().out.splitlines() if "790" in line or " 80 " in line
    )
    assert chicken.index("790") + 3 == dog.index("80") + 2
    assert chicken.index("hub") == dog.index("by hand")
