"""A library of parts gives back what was put in, and answers as the files do."""

from pathlib import Path

import pytest

from parts_library import WatchedStore, contents, incoming
from seehear.errors import SeehearError
from seehear.library import search, update
from seehear.library.parts import Incoming, PartsLibrary, made, parts_of
from seehear.library.parts import library as parts_library_module
from small_library import put, write_library

QUERIES = ("audio:Dog", "audio:Dog -visual:Dog", "not any:Dog", "audio_visual:Dog duration>1")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return write_library(folder)


@pytest.fixture
def parts(tmp_path: Path) -> PartsLibrary:
    return made(tmp_path / "parts")


def test_files_come_back_to_the_byte_and_the_latest_counts(
    files: Path, parts: PartsLibrary
) -> None:
    for clip in incoming(files):
        assert parts.add([clip]) == (1, [])
    put(files, "a", {"Dog": "##......"}, None)
    foreign = (files / "b.timeline.json").read_text()
    (files / "b.timeline.json").write_text(foreign.replace("\n", "\r\n"))  # laid out by another
    put(files, "odd \0 name".replace("\0", "é"), {"Dog\0": "#..."}, None, vocabulary=("Dog\0",))
    parts.add(incoming(files))
    wanted = {clip.path: clip.content for clip in incoming(files)}
    assert contents(parts) == wanted
    assert {path: parts.content(path) for path in wanted} == wanted
    assert parts.content("none.timeline.json") is None
    assert len(parts.state().parts) == len(wanted)  # four of one clip, and one of all five


def test_searches_find_the_same_as_in_files(
    files: Path, parts: PartsLibrary, tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    assert update(folder).clips == 0
    for clip in incoming(files):
        parts.add([clip])
    put(files, "a", {"Dog": "##......"}, {"Car": "########"})
    parts.add(incoming(files, "a"))
    assert update(files).clips == update(folder).clips == 4
    for query in QUERIES:
        hits = list(search(folder, query).hits())
        assert hits == list(search(files, query).hits()), query
    assert list(search(folder, "audio:Dog").hits())
    written = (folder / ".seehear/index.parquet").stat().st_mtime_ns
    assert update(folder).clips == 4
    assert (folder / ".seehear/index.parquet").stat().st_mtime_ns == written
    next((folder / ".seehear").glob("scores-*")).write_bytes(b"damaged")
    assert len(search(folder, "audio:Dog"))


def test_what_is_no_timeline_is_named_and_the_rest_is_added(
    files: Path, parts: PartsLibrary
) -> None:
    clips = [*incoming(files), Incoming("bad.timeline.json", (1, 1), b"{", where="bad")]
    added, failed = parts.add([*clips, clips[0]])
    assert added == 4
    assert [str(error).partition(":")[0] for error in failed] == ["bad", str(clips[0].where)]
    assert "two timelines with the same path" in str(failed[1])


def test_who_reads_sees_a_whole_part_or_nothing_of_it(files: Path, tmp_path: Path) -> None:
    seen: list[int] = []
    folder = tmp_path / "parts"
    made(folder)

    def look() -> None:
        seen.append(len(contents(PartsLibrary(WatchedStore(folder)))))

    PartsLibrary(WatchedStore(folder, look)).add(incoming(files))
    assert seen == [0, 0, 4]


def test_a_writer_that_is_stopped_leaves_the_library_as_it_was(files: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    made(folder).add(incoming(files, "a"))
    before = contents(PartsLibrary(WatchedStore(folder)))
    put(files, "a", {"Dog": "##......"}, None)
    for stop in (1, 2):
        store = WatchedStore(folder)

        def stopped(store: WatchedStore = store, stop: int = stop) -> None:
            if store.changes == stop:
                raise SeehearError("stopped")

        store.after = stopped
        with pytest.raises(SeehearError, match="stopped"):
            PartsLibrary(store).add(incoming(files))
        assert contents(PartsLibrary(WatchedStore(folder))) == before
    assert PartsLibrary(WatchedStore(folder)).add(incoming(files)) == (4, [])
    assert len(contents(PartsLibrary(WatchedStore(folder)))) == 4


def test_parts_and_windows_are_of_bounded_size(
    files: Path, parts: PartsLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts_library_module, "PART_CLIPS", 3)
    monkeypatch.setattr(parts_library_module, "WINDOW", 2)
    parts.add(incoming(files))
    assert sorted(part.clips for part in parts.state().parts) == [1, 3]
    assert contents(parts) == {clip.path: clip.content for clip in incoming(files)}
    assert [path for path, _ in parts.sources()] == sorted(contents(parts))


def test_a_damaged_part_is_one_line(files: Path, parts: PartsLibrary, tmp_path: Path) -> None:
    parts.add(incoming(files))
    (tmp_path / "parts" / parts.state().parts[0].file("clips")).write_bytes(b"PAR1 no more")
    with pytest.raises(SeehearError, match="its parts cannot be read") as told:
        contents(parts)
    assert "\n" not in str(told.value)
    assert parts_of(tmp_path / "parts") is not None
