"""Few parts with the same clips; readers and other writers go on meanwhile."""

from pathlib import Path

import pytest

from parts_library import WatchedStore, contents, incoming
from seehear.library import search, update
from seehear.library.parts import PartsLibrary, made
from seehear.library.parts.compact import compact
from small_library import put, write_library


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    write_library(folder)
    (folder / "a.features.npz").write_bytes(b"of a, as it was")
    return folder


@pytest.fixture
def folder(files: Path, tmp_path: Path) -> Path:
    """Four parts of one clip, and a newer one of the first."""
    folder = tmp_path / "parts"
    for clip in incoming(files):
        made(folder).add([clip])
    put(files, "a", {"Dog": "##......"}, {"Car": "..######"})
    (files / "a.features.npz").write_bytes(b"of a, as it is")
    made(folder).add(incoming(files, "a"))
    return folder


def test_the_same_clips_in_fewer_parts(files: Path, folder: Path) -> None:
    library = made(folder)
    done = compact(library, keep_s=0, clips=3)
    assert (done.clips, done.before, done.after, done.removed) == (4, 5, 2, 5)
    assert contents(library) == {clip.path: clip.content for clip in incoming(files)}
    assert dict(library.all_features()) == {"a.timeline.json": b"of a, as it is"}
    update(folder), update(files)
    for query in ("audio:Dog -visual:Dog", "visual:Car"):
        assert list(search(folder, query).hits()) == list(search(files, query).hits())
    assert list(search(folder, "visual:Car").hits())
    assert len(list(folder.glob("clips/*"))) == len(list(folder.glob("scores/*"))) == 2
    assert compact(library, keep_s=0, clips=3).removed == 0


def test_readers_see_the_same_throughout(files: Path, folder: Path) -> None:
    wanted = {clip.path: clip.content for clip in incoming(files)}
    seen: list[dict[str, bytes]] = []

    def look() -> None:
        seen.append(contents(PartsLibrary(WatchedStore(folder))))

    compact(PartsLibrary(WatchedStore(folder, look)), keep_s=0, clips=3)
    assert len(seen) > 10
    assert all(one == wanted for one in seen)


def test_what_was_just_replaced_stays_for_those_who_read_it(folder: Path) -> None:
    library = made(folder)
    before = library.state()
    assert compact(library).removed == 0
    assert all((folder / part.file("clips")).is_file() for part in before.parts)
    assert len(library.state().parts) == 1
    assert compact(library, keep_s=0).removed == 5


def test_what_is_added_meanwhile_counts(files: Path, folder: Path) -> None:
    put(files, "a", {"Dog": "...#...."}, None)
    newest = incoming(files, "a")
    store = WatchedStore(folder)

    def add() -> None:
        if store.changes == 1:
            PartsLibrary(WatchedStore(folder)).add(newest)

    store.after = add
    compact(PartsLibrary(store), keep_s=0)
    library = made(folder)
    assert len(library.state().parts) == 2
    assert contents(library) == {clip.path: clip.content for clip in incoming(files)}
    compact(library, keep_s=0)
    assert library.content("a.timeline.json") == newest[0].content


def test_of_two_at_once_the_first_counts(files: Path, folder: Path) -> None:
    store = WatchedStore(folder)

    def other() -> None:
        if store.changes == 3:
            compact(PartsLibrary(WatchedStore(folder)))

    store.after = other
    compact(PartsLibrary(store), clips=3)
    library = made(folder)
    assert contents(library) == {clip.path: clip.content for clip in incoming(files)}
    assert [part.clips for part in library.state().parts] == [4]
