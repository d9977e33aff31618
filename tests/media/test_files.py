"""Which files of a folder are media."""

import pytest

from seehear.errors import MediaError
from seehear.media import find_media
from seehear.media.files import is_media


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
