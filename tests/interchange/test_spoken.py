"""Our own words in files of text, and words of others that only look like them."""

from foreign_rows import imported
from seehear.interchange import ours, spoken


def test_words_that_only_sometimes_look_like_ours_stay_as_they_are(tmp_path) -> None:
    text = "0\t1\the was seen\n2\t3\tand nobody knew\n"
    assert [(r.label, r.track) for r in imported(tmp_path, text).rows] == [
        ("he was seen", None),
        ("and nobody knew", None),
    ]


def test_our_words_name_the_track(tmp_path) -> None:
    text = "0\t1\tdog seen and heard\n2\t3\tcar heard\n4\t5\t[picture not parsed]\n"
    assert [(r.label, r.track) for r in imported(tmp_path, text).rows] == [
        ("dog", "audio_visual"),
        ("car", "audio"),
        ("[not parsed]", "visual"),
    ]
    assert spoken.track_of("visual:a: b") == "visual"


def test_a_row_of_our_table_without_a_track_is_told(tmp_path) -> None:
    text = "filename\ttrack\tonset\toffset\tevent_label\na\tsmell\t0\t1\tDog\nb\t\t\t\t\n"
    found = imported(tmp_path, text)
    assert found.unused[0].reason.startswith("track: expected audio, visual, audio_visual")
    assert found.silent == ("b",)
    assert "onset" in ours.TSV
