"""Which media a foreign file speaks of."""

from pathlib import Path

import pytest

from seehear.errors import ConfigError
from seehear.interchange.media import MediaFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "a.mp4",
        "sub/Größe 1.wav",
        "one/take.mov",
        "two/take.mov",
        ".hidden.mp4",
        "x.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a.mp4", "a"),
        ("A.MP4", "a"),
        ("a", "a"),
        ("C:\\Users\\me\\a.wav", "a"),
        ("file:///Volumes/x/sub/Gr%C3%B6%C3%9Fe%201.wav", "sub/Größe 1"),
        ("/data/local-files/?d=sub/Gr%C3%B6%C3%9Fe%201.wav", "sub/Größe 1"),
        ("/data/upload/1/ab12cd34-a.mp4", "a"),
        ("disk/two/take.mov", "two/take"),
    ],
)
def test_names_as_they_occur(folder: Path, source: str, name: str) -> None:
    found = MediaFolder(folder).find(source)
    assert (found.name, found.path is not None) == (name, True)


def test_several_of_one_name_and_none_are_told(folder: Path) -> None:
    media = MediaFolder(folder)
    found = media.find("take.mov")
    assert (found.path, found.several, found.why) == (
        None,
        True,
        "2 media files are called take.mov",
    )
    gone = media.find("http://x/../..\\we:ird?.mp4")
    assert (gone.path, gone.several) == (None, False)
    assert gone.name == "we_ird_" or "/" not in gone.name
    assert not set('/\\:*?"<>|') & set(gone.name)


def test_an_annotation_file_is_called_after_its_media(folder: Path) -> None:
    media = MediaFolder(folder)
    assert media.of_annotation(Path("a.BirdNET.selection.table.txt")).name == "a"
    assert media.of_annotation(Path("other.txt")).path is None
    assert MediaFolder(folder / "a.mp4").of_annotation(Path("other.txt")).name == "a"
    assert MediaFolder(None).of_annotation(Path("b.c.txt")).name == "b"


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a folder of media, or a media file"):
        MediaFolder(tmp_path / "no")
