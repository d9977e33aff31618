"""Where videos were seen last, and what they hold."""

import os

from seehear.files import stamp
from seehear.library.places import Places, Seen
from seehear.media.identity import content_hash


def put(path, content=b"a film"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def place(path, timeline=""):
    return Seen(path, *stamp(path), content_hash(path), timeline)


def test_a_video_is_read_once_while_it_stays_as_it_is(tmp_path, monkeypatch):
    film = put(tmp_path / "films" / "a.mp4")
    library = tmp_path / "library"
    library.mkdir()
    first = Places(library, make=True).hash_of(film)
    assert first == content_hash(film)
    monkeypatch.setattr("seehear.media.identity.content_hash", lambda path: "sha256:other")
    assert Places(library, make=True).hash_of(film) == first
    os.utime(film, ns=(0, 0))
    assert Places(library, make=True).known_hash(film) is None
    assert Places(library, make=True).hash_of(film) == "sha256:other"


def test_names_of_any_kind_come_back_and_move_with_library_and_films(tmp_path):
    world = tmp_path / "one"
    film = put(world / os.fsdecode(b"films/a\tb %20 \xff\n\xc3\xa4.mp4"))
    library = world / "library"
    library.mkdir()
    Places(library, make=True).remember(place(film, "sub/\tä"))
    world.rename(tmp_path / "two")
    found = Places(tmp_path / "two" / "library").of_timeline("sub/\tä")
    assert found.path == tmp_path / "two" / film.relative_to(world)
    assert found.holds()


def test_the_last_word_on_a_path_counts_and_a_torn_line_is_left_out(tmp_path):
    film, other = put(tmp_path / "a.mp4"), put(tmp_path / "b.mp4")
    places = Places(tmp_path, make=True)
    places.remember(place(film, "a"))
    places.remember(place(film))  # seen again: it is still that of its timeline
    places.remember(place(other, "a"))  # now its timeline speaks of the other
    put(film, b"another film")
    places.remember(place(film))
    file = tmp_path / ".seehear" / "media.tsv"
    with file.open("ab") as out:
        out.write(b"no line at all\n12\t13\tsha256:00")
    again = Places(tmp_path)
    assert again.of_timeline("a").path == other
    assert again.known_hash(film) == content_hash(film)
    assert list(again.with_hash(content_hash(other))) == [other]
    assert file.read_bytes().endswith(b"no line at all\n")  # the torn line is cut off
    os.remove(other)
    assert list(Places(tmp_path).with_hash(content_hash(film))) == [film]
    assert list(again.with_hash("sha256:00")) == []


def test_a_library_that_takes_no_files_only_costs_the_work_again(tmp_path):
    film = put(tmp_path / "a.mp4")
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / ".seehear").touch()
    places = Places(tmp_path / "library")
    assert places.hash_of(film) == content_hash(film)
    assert places.known_hash(film) == content_hash(film)
