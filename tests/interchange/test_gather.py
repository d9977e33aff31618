"""Rows of many files by clip: what the media answers, and who is meant where names are bad."""

from pathlib import Path

import media_files
from seehear.interchange.gather import Gathering
from seehear.interchange.mapping import Meanings
from seehear.interchange.media import MediaFolder


def listed(start: str, end: str, marker: str) -> str:
    times = f"{start} {end} {start} {end}"
    return f"TITLE: x\n\n001  001      V     C        {times}\n{marker}\n"


def gathered(media: Path | None, *files: Path) -> Gathering:
    work = Gathering(MediaFolder(media), Meanings())
    for file in files:
        work.read(file)
    return work


def test_what_a_list_does_not_say_comes_from_the_media(tmp_path: Path) -> None:
    media_files.film(tmp_path / "film.mkv", 2.0, fps=10)
    file = tmp_path / "film.edl"
    file.write_text(listed("01:00:01:05", "01:00:01:06", " |C:x |M:Dog |D:2"))
    work = gathered(tmp_path, file)
    (row,) = work.clips["film"].rows
    assert (row.start_s, row.end_s) == (1.5, 1.7)
    assert work.files[0].notes[0].startswith("the list begins at 01:00:00:00")


def test_files_about_one_clip_meet_in_it(tmp_path: Path) -> None:
    media_files.write(tmp_path / "media" / "owl.wav", wave=media_files.tone(1.0))
    one, two = tmp_path / "owl.BirdNET.selection.table.txt", tmp_path / "mine.tsv"
    one.write_text("Selection\tBegin Time (s)\tEnd Time (s)\tCommon Name\n1\t0\t1\tOwl\n")
    two.write_text("filename\tonset\toffset\tevent_label\nx/owl.flac\t0.5\t1\tOwl\n")
    work = gathered(tmp_path / "media", one, two)
    assert list(work.clips) == ["owl"]
    assert work.clips["owl"].files == [one.name, two.name]
    assert [file.used for file in work.files] == [1, 1]


def test_a_name_that_fits_several_media_uses_none_and_a_lost_one_is_told(tmp_path: Path) -> None:
    for name in ("one/a.wav", "two/a.wav"):
        (tmp_path / "media" / name).parent.mkdir(parents=True)
        (tmp_path / "media" / name).touch()
    table = tmp_path / "t.tsv"
    table.write_text("filename\tonset\toffset\tevent_label\na.wav\t0\t1\tDog\nb.wav\t0\t1\tDog\n")
    file = gathered(tmp_path / "media", table).files[0]
    assert [(u.where, u.reason) for u in file.unused] == [
        ("line 2", "2 media files are called a.wav")
    ]
    assert any("no media file called b.wav" in note for note in file.notes)
