"""EDL: markers, notes, rates and origins that nobody wrote down."""

import pytest

from foreign_rows import imported, plain

EVENT = "{0:03d}  001      V     C        {1} {2} {1} {2}  \n"


def listed(*marks: tuple[str, str, str], head: str = "TITLE: x\nFCM: NON-DROP FRAME\n\n") -> str:
    blocks = [EVENT.format(n, a, b) + c + "\n\n" for n, (a, b, c) in enumerate(marks, 1)]
    return head + "".join(blocks)


ONE = ("01:00:01:12", "01:00:01:13", ' |C:ResolveColorBlue |M:Größe, "x" |D:25')


def test_rate_and_origin_come_from_the_user_or_the_media(tmp_path) -> None:
    text = listed(ONE)
    found = imported(tmp_path, text, fps=25.0, start_timecode="01:00:00:00", said=True)
    assert plain(found) == [(1.48, 2.48, 'Größe, "x"')]
    assert found.rows[0].tier == "ResolveColorBlue"
    assert found.notes == ()
    found = imported(tmp_path, text, fps=25.0, duration_s=60.0)
    assert plain(found) == [(1.48, 2.48, 'Größe, "x"')]
    assert found.notes == ("the list begins at 01:00:00:00: counted from there",)


def test_without_either_the_least_rate_is_taken_and_told(tmp_path) -> None:
    found = imported(tmp_path, listed(("00:00:01:29", "00:00:02:00", " |C:x |M:y |D:1")))
    assert plain(found)[0][0] == pytest.approx(1 + 29 / 30)
    assert "30 taken, as its frame numbers go up to 29" in found.notes[0]


def test_notes_on_the_line_of_the_marker_or_their_own_do_no_harm(tmp_path) -> None:
    marks = [
        ("00:00:01:00", "00:00:01:01", "a note |C:ResolveColorRed |M:one |D:5"),
        ("00:00:02:00", "00:00:02:01", "a note\nmore of it\n |C:ResolveColorRed |M:two |D:5"),
        ("00:00:03:00", "00:00:03:01", " |C:ResolveColorRed |M: |D:5 after"),
        ("00:00:04:00", "00:00:04:01", "* LOC: 00:00:04:05 RED    of Avid"),
    ]
    found = imported(tmp_path, listed(*marks), fps=25.0)
    assert [r.label for r in found.rows] == ["one", "two", "after", "of Avid"]
    assert plain(found)[-1][:2] == (4.2, 4.2)


def test_dropped_frames(tmp_path) -> None:
    head = "TITLE: x\nFCM: DROP FRAME\n"
    text = listed(("00:01:00:02", "00:01:00:03", " |C:x |M:y |D:1"), head=head)
    start, _, _ = plain(imported(tmp_path, text, fps=29.97))[0]
    assert start == pytest.approx(1800 * 1001 / 30000, abs=1e-6)


def test_a_list_of_cuts_is_its_clips(tmp_path) -> None:
    cuts = [("00:00:01:00", "00:00:03:00", "* FROM CLIP NAME: dog.mp4")]
    assert plain(imported(tmp_path, listed(*cuts), fps=25.0)) == [(1.0, 3.0, "dog.mp4")]


def test_events_of_a_cut_list_are_called_after_what_they_show(tmp_path) -> None:
    times = "00:00:00:00 00:00:01:00 00:00:0{}:00 00:00:0{}:00"
    text = f"001A AX V C {times.format(0, 1)}\n* FROM CLIP NAME: a\n"
    text += f"002 AX V D 024 {times.format(1, 2)}\n* FROM CLIP NAME: a\n* TO CLIP NAME: b\n"
    assert plain(imported(tmp_path, text)) == [(0.0, 1.0, "a"), (1.0, 2.0, "b")]
