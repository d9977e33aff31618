"""Subtitles as they occur: no numbers, dots, Windows-1252, numbers that are words."""

import pytest

from foreign_rows import imported, plain
from seehear.interchange import ass, clocks, vtt


def test_numbers_may_be_missing_and_points_stand_for_commas(tmp_path) -> None:
    text = (
        "1\n00:00:01.5 --> 00:00:02,250\n<i>Caf\xe9</i>\n42\n\n2\n0:00:03,000 --> 0:00:04,000\n"
        "{\\an8}two\n\n\n3\n00:00:05,000 --> 00:00:05,000\n"
    )
    found = imported(tmp_path, text.encode("cp1252"))
    assert plain(found) == [(1.5, 2.25, "Café\n42"), (3.0, 4.0, "two"), (5.0, 5.0, "")]
    assert "Windows-1252" in found.notes[0]
    bare = "00:00:01,000 --> 00:00:02,000\n1\n\n00:00:03,000 --> 00:00:04,000\nb < c\n"
    assert plain(imported(tmp_path, bare))[1] == (3.0, 4.0, "b < c")


def test_webvtt_leaves_out_what_is_no_cue(tmp_path) -> None:
    text = (
        "WEBVTT - title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE\na --> b\n\n"
        "an id\n00:01.000 --> 00:02.000 align:left\n<v Ann>Hi &amp; <00:01.5>bye\n\n"
        "00:03.000 --> 00:02.000\nback\n"
    )
    assert vtt.fits is not None
    found = imported(tmp_path, text)
    assert plain(found) == [(1.0, 2.0, "Hi & bye")]
    assert found.rows[0].tier == "Ann"
    tight = "WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb\n"
    assert plain(imported(tmp_path, tight)) == [(1.0, 2.0, "a"), (3.0, 4.0, "b")]
    assert found.unused[0].reason == "it ends before it begins: 3 to 2 s"


def test_ass_reads_its_columns_as_they_are_named(tmp_path) -> None:
    text = (
        "[Script Info]\n\n[Fonts]\nDialogue: 0,0:00:00.00,0:00:01.00,x,,0,0,0,,no\n[Events]\n"
        "Format: Start, End, Style, Text\nDialogue: 0:00:01.00,25:00:02.50,Top,{\\b1}a,\\Nb\n"
        "Comment: 0:00:01.00,0:00:02.50,Top,no\nDialogue: 0:00:01.00,0:00:02.00,Top,{\\p1}m 0 0\n"
    )
    assert ass.fits is not None
    found = imported(tmp_path, text)
    assert plain(found) == [(1.0, 90002.5, "a,\nb")]
    assert [u.reason for u in found.unused] == ["a drawing, not words"]
    assert found.notes == ("comment lines, left out as players do: 1",)


@pytest.mark.parametrize(("text", "at"), [("25:00:00.00", 90000.0), ("1:02.5", 62.5), ("x", None)])
def test_clocks(text: str, at: float | None) -> None:
    assert clocks.clock(text) == at


def test_blank_lines_part_cues_and_lines_of_blanks_do_not(tmp_path) -> None:
    text = (
        "WEBVTT\n00:01.000 --> 00:02.000\nat once\n\nNOTE\n00:02.000 --> 00:03.000\nold\n\n"
        "00:03.000 --> 00:04.000\n \nhello<00:03.500><c> there</c>\n\nno time\n\n"
        "00:05.000 -> 00:06.000\nshort\n"
    )
    found = imported(tmp_path, text)
    assert plain(found) == [
        (1.0, 2.0, "at once"),
        (3.0, 4.0, "hello there"),
        (5.0, 6.0, "short"),
    ]
    assert found.notes == ("text under no time, left out: 1, the first in line 13",)
    assert [(u.where, u.reason) for u in found.unused] == [("line 6", "commented out")]


def test_srt_with_a_title_and_without_blank_lines(tmp_path) -> None:
    text = (
        "A film\n\n7\n00:00:01,000 --> 00:00:02,000\na --> b\n8\n00:00:03,000 --> 00:00:04,000\n2\n"
    )
    assert plain(imported(tmp_path, text)) == [(1.0, 2.0, "a --> b"), (3.0, 4.0, "2")]
