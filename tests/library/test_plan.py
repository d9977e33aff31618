"""Which timeline speaks of a file: by place, by path, moved, changed."""

from seehear.files import stamp
from seehear.library.places import Places, Seen
from seehear.library.plan import Shelf, Standing, Wanted
from seehear.library.written import Written
from seehear.media import identity as module
from seehear.media.identity import content_hash


def put(path, content="a film"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def wanted(path, source=None):
    return Wanted(path, source or path.name)


def made_of(path, name, source=None):
    return Written(name, source or path.name, len(path.read_bytes()), content_hash(path), "w", "h")


def planned(shelf, *files):
    found = shelf.plan(files, "w", "h")
    return [(task.name, task.standing.name, task.moved) for task in found]


def test_files_of_one_size_are_read_once_and_no_others_at_all(tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(module, "content_hash", lambda p: read.append(p.name) or content_hash(p))
    films = [put(tmp_path / f"{number:03}.mp4", f"film {number:03}") for number in range(300)]
    shelf = Shelf(Places(tmp_path), {})
    shelf.timelines = {film.stem: made_of(film, film.stem) for film in films}
    put(tmp_path / "long.mp4", "a longer film")
    files = [*films, tmp_path / "long.mp4"]
    tasks = shelf.plan(list(map(wanted, files)), "w", "h")
    assert [task.standing for task in tasks] == [Standing.DONE] * 300 + [Standing.NEW]
    assert len(read) == 300
    shelf.plan(list(map(wanted, files)), "w", "h")
    assert len(read) == 300


def test_the_place_says_more_than_the_path_below_a_folder(tmp_path):
    one, two = put(tmp_path / "one" / "a.mp4"), put(tmp_path / "two" / "a.mp4")  # twins
    shelf = Shelf(Places(tmp_path), {name: made_of(one, name) for name in ("a", "a.mp4")})
    for film, name in ((two, "a"), (one, "a.mp4")):
        shelf.places.remember(Seen(film, *stamp(film), content_hash(film), name))
    assert planned(shelf, wanted(one), wanted(two)) == [
        ("a.mp4", "DONE", False),
        ("a", "DONE", False),
    ]
    put(one, "another film")
    assert planned(shelf, wanted(one), wanted(two))[0] == ("a.mp4", "MEDIA", False)
    # parsed from a folder further down it is the same file
    assert planned(shelf, wanted(two, "deep/a.mp4")) == [("a", "DONE", False)]


def test_a_file_that_is_out_of_reach_is_neither_moved_nor_forgotten(tmp_path):
    film = put(tmp_path / "disk" / "a.mp4")
    shelf = Shelf(Places(tmp_path), {"a": made_of(film, "a")})
    shelf.places.remember(Seen(film, *stamp(film), content_hash(film), "a"))
    copy = put(tmp_path / "copy" / "b.mp4")
    assert planned(shelf, wanted(copy)) == [("b", "NEW", False)]  # the first is still there
    film.unlink()
    assert planned(shelf, wanted(copy)) == [("a", "DONE", True)]
    other = put(tmp_path / "other" / "a.mp4", "another film")
    assert planned(shelf, wanted(other)) == [("a", "MEDIA", False)]  # of its path, and that is gone


def test_timelines_that_say_nothing_of_their_video_are_taken_by_name(tmp_path):
    film = put(tmp_path / "a.mp4")
    shelf = Shelf(Places(tmp_path), {"a": Written("a"), "b": Written("b", "b.mp4")})
    assert planned(shelf, wanted(film), wanted(put(tmp_path / "b.mp4"))) == [
        ("a", "UNKNOWN", False),
        ("b", "UNKNOWN", False),
    ]
    shelf = Shelf(Places(tmp_path), {"a": made_of(film, "a")})
    assert shelf.plan([wanted(film)], "other", "h")[0].standing is Standing.WORDS
    assert shelf.plan([wanted(film)], "w", "other")[0].standing is Standing.PARSER
    gone = tmp_path / "gone.mp4"
    assert planned(shelf, wanted(gone)) == [("gone", "NEW", False)]
