"""Which video belongs to a timeline: by name where the content is right, else by content."""

import os
from pathlib import Path

import pytest

from seehear.files import stamp
from seehear.library.places import Places, Seen
from seehear.library.videos import Videos, beside
from seehear.media import identify, identity
from seehear.media.identity import content_hash
from seehear.time import MediaFile


def put(path: Path, content: str = "a film") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def record(path: Path) -> MediaFile:
    return identify(path, name=path.name, duration_s=1.0)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "library" / ".seehear").mkdir(parents=True)
    return tmp_path / "library"


def test_the_video_beside_a_timeline_is_that_of_its_source_or_its_stem(tmp_path: Path) -> None:
    timeline = tmp_path / "clip.timeline.json"
    assert beside(timeline, "C:\\films\\source.mp4", None) is None
    put(tmp_path / "clip.MKV", "other")
    put(tmp_path / "clip.mkv")
    assert beside(timeline, "C:\\films\\source.mp4", None) == tmp_path / "clip.mkv"
    put(tmp_path / "source.mp4")
    assert beside(timeline, "C:\\films\\source.mp4", None) == tmp_path / "source.mp4"
    assert not (tmp_path / ".seehear").exists()


def test_another_file_of_the_name_is_not_taken_and_a_moved_one_is_found(
    library: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    film = put(archive / "a" / "x.mp4")
    put(archive / "b" / "x.mp4", "b film")  # as large
    one, two = record(film), record(archive / "b" / "x.mp4")
    videos = Videos(library, (archive,))
    assert videos.find("a/x.timeline.json", "a/x.mp4", one) == film
    assert videos.find("b/x.timeline.json", "b/x.mp4", two) == archive / "b" / "x.mp4"
    # of a folder further down, the name alone would be that of the other
    part = Videos(library, (archive / "a",))
    assert part.find("b/x.timeline.json", "b/x.mp4", two) is None
    assert part.find("b/x.timeline.json", "b/x.mp4", None) == film
    film.rename(archive / "moved.mp4")
    put(film, "a file")  # as large, in its place
    later = Videos(library, (archive,))
    assert later.find("a/x.timeline.json", "a/x.mp4", one) == archive / "moved.mp4"
    assert later.find("a/x.timeline.json", "a/x.mp4", None) == film
    gone = MediaFile("a/x.mp4", 6, "sha256:00", 1.0)
    assert later.find("a/x.timeline.json", "a/x.mp4", gone) is None


def test_lists_read_no_file_and_folders_are_looked_through_once_a_minute(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, now = tmp_path / "archive", [0.0]
    film = put(archive / "x.mp4")
    one = record(film)
    read: list[Path] = []
    monkeypatch.setattr(identity, "content_hash", lambda path: read.append(path) or one.hash)
    looked = []
    walk = os.walk
    monkeypatch.setattr(os, "walk", lambda folder: looked.append(folder) or walk(folder))
    videos = Videos(library, (archive, tmp_path / "unplugged"), clock=lambda: now[0])
    assert videos.find("x.timeline.json", "x.mp4", one, sure=False) == film
    film.rename(archive / "y.mp4")
    for _ in range(3):
        found = videos.find("x.timeline.json", "x.mp4", one, sure=False)
        assert found == archive / "y.mp4"
    assert (len(looked), read) == (2, [])
    for _ in range(3):
        assert videos.find("x.timeline.json", "x.mp4", one) == archive / "y.mp4"
    assert (len(looked), len(read)) == (2, 1)
    (archive / "y.mp4").rename(archive / "z.mp4")
    assert videos.find("x.timeline.json", "x.mp4", one) is None
    now[0] = 61.0
    assert videos.find("x.timeline.json", "x.mp4", one) == archive / "z.mp4"
    assert len(looked) == 4


def test_what_parsing_saw_is_found_without_looking_but_inside_the_folders_alone(
    library: Path, tmp_path: Path
) -> None:
    film = put(tmp_path / "archive" / "new" / "name.mp4")
    seen = Places(library)
    videos = Videos(library)
    assert videos.find("sub/x.timeline.json", "x.mp4", record(film)) is None
    seen.remember(Seen(film, *stamp(film), content_hash(film), "sub/x"))
    assert videos.find("sub/x.timeline.json", "x.mp4", record(film)) is None
    assert Videos(library, (tmp_path / "archive",)).find("a", "x.mp4", record(film)) == film
    # the one who parsed it may open it from anywhere
    assert beside(library / "sub" / "x.timeline.json", "x.mp4", record(film)) == film
    inside = put(library / "uploads" / "y.mp4", "y")
    seen.remember(Seen(inside, *stamp(inside), content_hash(inside)))
    assert videos.find("z.timeline.json", "z.mp4", record(inside)) == inside
    link = library / "link.mp4"
    link.symlink_to(film)
    seen.remember(Seen(link, *stamp(link), content_hash(link)))
    film_record = record(film)
    assert videos.find("z.timeline.json", "z.mp4", film_record) is None
    linked = Videos(library, links=(tmp_path / "archive",))
    assert linked.find("z.timeline.json", "z.mp4", film_record) == link
