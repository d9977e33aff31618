"""Raven: a selection once, whatever views show it; files in a row; columns of one's own."""

from foreign_rows import imported, plain


def test_a_selection_is_one_row_however_many_views_show_it(tmp_path) -> None:
    text = (
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tBegin File\tSpecies\n"
        "1\tWaveform 1\t1\t0.5\t1.5\ta.wav\towl\n1\tSpectrogram 1\t1\t0.5\t1.5\ta.wav\towl\n"
        "2\tSpectrogram 1\t1\t0.5\t1.5\ta.wav\towl\n"
    )
    found = imported(tmp_path, text)
    assert plain(found) == [(0.5, 1.5, "owl")] * 2
    assert found.notes == ("selections shown in more than one view count once: 1 row left out",)


def test_times_in_a_row_of_files_count_in_their_own(tmp_path) -> None:
    text = (
        "Selection\tBegin Time (s)\tEnd Time (s)\tBegin File\tFile Offset (s)\tMy notes\n"
        "1\t70\t71.5\tb.wav\t10\towl\n"
    )
    found = imported(tmp_path, text)
    assert plain(found) == [(10.0, 11.5, "owl")]
    assert found.rows[0].source == "b.wav"
