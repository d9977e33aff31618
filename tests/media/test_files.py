"""Which files of a folder are media."""

import os

import pytest

from media_files import tone, write
from seehear.errors import MediaError
from seehear.media import find_media
from seehear.media.files import is_media, list_media, told


def test_find_media(tmp_path):
    for name in (
        "b.MP4",
        "a.mkv",
        "sub/c.wav",
        "notes.txt",
        ".hidden.mp4",
        ".git/d.mp4",
        "sub/.x/e.mp4",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [p.relative_to(tmp_path).as_posix() for p in find_media([tmp_path])] == [
        "a.mkv",
        "b.MP4",
        "sub/c.wav",
    ]
    assert find_media([tmp_path / "notes.txt"]) == [
        tmp_path / "notes.txt"
    ]  # a file named is a file meant
    assert len(find_media([tmp_path, tmp_path / "a.mkv"])) == 3
    with pytest.raises(MediaError, match="no such file or folder"):
        find_media([tmp_path / "x"])
    with pytest.raises(MediaError, match=r"no such file or folder|cannot be looked at"):
        find_media([tmp_path / ("x" * 5000)])
    with pytest.raises(
        MediaError, match="expected a local file, got a network address; download it first"
    ):
        find_media([type(tmp_path)("https://example.org/a.mp4")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(MediaError, match=r"no media files found; expected names such as clip\.mp4"):
        find_media([tmp_path / "empty"])


@pytest.mark.parametrize(
    ("name", "media"),
    [("a.MP4", True), ("b/c.mts", True), ("sound.wav", True), ("a.txt", False), ("mp4", False)],
)
def test_a_file_is_media_by_its_suffix(name, media):
    assert is_media(name) == media


def test_what_a_folder_holds_besides_is_counted_and_named(tmp_path):
    for name in (
        *("a.mp4", "b.mka", "c.m4b", "d.amr", "e.caf", "f.gif", "sub/g.GIF", "h"),
        *("a.timeline.json", ".hidden.gif", ".git/x.gif"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "films").symlink_to(tmp_path / "sub")
    (tmp_path / "gone.mp4").symlink_to("nothing")
    (tmp_path / "self.mp4").symlink_to("self.mp4")
    listing = list_media(tmp_path)
    assert [path.name for path in listing.files] == ["a.mp4", "gone.mp4", "self.mp4"]
    assert listing.skipped == (
        *("b.mka", "c.m4b", "d.amr", "e.caf", "f.gif", "films/", "h", "sub/g.GIF"),
    )
    assert told(listing.skipped) == (
        "skipped: 2 .gif, 1 .mka, 1 .m4b, 1 .amr, 1 .caf, 1 link to a folder, 1 without a"
        " suffix (b.mka, c.m4b, d.amr, e.caf, f.gif, films/, h, sub/g.GIF)"
    )
    assert told(()) is None


def test_everything_that_holds_sound_or_pictures_is_taken_when_asked_for(tmp_path):
    write(tmp_path / "song.wav", wave=tone(1))
    os.rename(tmp_path / "song.wav", tmp_path / "song.data")
    (tmp_path / "notes.txt").write_text("no media")
    os.mkfifo(tmp_path / "pipe.gif")
    assert list_media(tmp_path).files == ()
    with pytest.raises(MediaError, match=r"no media files found, skipped: 1 \.txt"):
        find_media([tmp_path])
    listing = list_media(tmp_path, everything=True)
    assert listing.files == (tmp_path / "song.data",)
    assert listing.skipped == ("notes.txt", "pipe.gif")


def test_a_folder_that_cannot_be_looked_into_does_not_hide_the_others(tmp_path, monkeypatch):
    for name in ("a/x.mp4", "b/y.mp4"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    scandir = os.scandir

    def refusing(folder):
        if str(folder).endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr("seehear.media.files.os.scandir", refusing)
    listing = list_media(tmp_path)
    assert listing.files == (tmp_path / "b" / "y.mp4",)
    (error,) = listing.failed
    assert str(error) == f"{tmp_path / 'a'}: cannot be looked at (Permission denied)"
