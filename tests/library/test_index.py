"""The index of a library: what is read again, what is damaged, what is passed over."""

import contextlib
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from seehear.errors import DataError, SeehearError
from seehear.library import Updated, search, update
from seehear.library.index import COLUMNS, index_path
from seehear.library.seal import is_sealed
from seehear.time import Timeline
from small_library import put, spans, write_library


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return write_library(tmp_path)


def test_only_what_changed_is_read_again(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = update(library)
    assert first == Updated(clips=4, added=4)
    stamp = index_path(library).stat().st_mtime_ns
    read: list[str] = []
    original = Timeline.from_json.__func__

    def counted(cls: type[Timeline], text: object) -> Timeline:
        read.append(Path(str(text)).name)
        return original(cls, text)

    monkeypatch.setattr(Timeline, "from_json", classmethod(counted))
    assert update(library).clips == 4
    assert read == []
    assert index_path(library).stat().st_mtime_ns == stamp
    put(library, "a", {"Dog": "........"}, {"Dog": "........"}, source="new name.mp4")
    put(library, "d", {"Dog": "#..."}, None)
    (library / "sub" / "c.timeline.json").unlink()
    again = update(library)
    assert (again.clips, again.added, again.changed, again.removed) == (4, 1, 1, 1)
    assert sorted(read) == ["a.timeline.json", "d.timeline.json"]
    assert [hit.path for hit in search(library, "audio:Dog").hits()] == [
        "b.timeline.json",
        "d.timeline.json",
    ]


def test_a_damaged_timeline_is_named_and_the_rest_is_found(library: Path) -> None:
    update(library)
    (library / "bad.timeline.json").write_text("{")
    good = (library / "a.timeline.json").read_text()
    for name, was, now in (
        ("nan", '"duration_s": 8.0', '"duration_s": NaN'),
        ("long", '"duration_s": 8.0', '"duration_s": 1e300'),
        ("score", '"score": 0.5', '"score": NaN'),
    ):
        (library / f"{name}.timeline.json").write_text(good.replace(was, now))
    os.mkfifo(library / "pipe.timeline.json")  # reading it would wait for ever
    stamp = index_path(library).stat().st_mtime_ns
    for _ in range(2):
        result = update(library)
        assert result.clips == 4
        names = [Path(line.split(": ")[0]).name.split(".")[0] for line in result.failed]
        assert sorted(names) == ["bad", "long", "nan", "pipe", "score"]
    assert index_path(library).stat().st_mtime_ns == stamp  # nothing good is new
    assert len(search(library, "audio:Dog")) == 2
    (library / "a.timeline.json").write_text("gone wrong")
    assert update(library).clips == 3
    assert [hit.path for hit in search(library, "audio:Dog").hits()] == ["b.timeline.json"]


def flipped(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :]


def damages(index: Path) -> Iterator[str]:
    """Do every kind of harm to an index, one after the other; yield what was done."""
    whole = index.read_bytes()
    for size in (0, len(whole) // 2, len(whole) - 1):
        index.write_bytes(whole[:size])
        yield f"cut off at {size}"
    index.write_bytes(flipped(whole, 100))
    yield "a bit flipped in a page"
    index.write_bytes(b"PAR1 and then nothing")
    yield "no Parquet"
    duckdb.sql("SELECT 1 AS other").write_parquet(str(index))
    yield "other columns"
    index.write_bytes(whole.replace(b"seehear sealed 1", b"seehear sealed 2"))
    yield "of a version to come"
    for content in ((), ("part-0.parquet",)):
        index.unlink()
        index.mkdir()
        for name in content:
            (index / name).write_text("of somebody else")
        yield f"a folder of {len(content)} files"
    index.unlink()
    index.symlink_to("nowhere")
    yield "a link to nothing"
    index.unlink()
    os.mkfifo(index)
    yield "a pipe"


def test_a_damaged_index_is_made_again(library: Path) -> None:
    update(library)
    index = index_path(library)
    for harm in damages(index):
        again = update(library)
        assert again.clips == again.added == 4, harm
        assert len(again.notes) == 1, harm
        assert str(index) in again.notes[0], harm
        assert len(search(library, "audio:Dog")) == 2, harm
    assert update(library) == Updated(clips=4)
    aside = [path for path in index.parent.iterdir() if path.is_dir()]
    kept = [len(list(path.iterdir())) for path in aside]
    assert sorted(kept) == [0, 1]  # a folder may be somebody's: it is only moved


def test_every_flipped_bit_of_an_index_is_seen(library: Path) -> None:
    """Some pages are read without a fault whatever stands in them."""
    update(library)
    index = index_path(library)
    whole = index.read_bytes()
    assert is_sealed(index, str(COLUMNS))
    assert not is_sealed(index, str(COLUMNS)[1:])
    for at in range(0, len(whole), 31):
        index.write_bytes(flipped(whole, at))
        assert not is_sealed(index, str(COLUMNS)), at


def test_searching_a_damaged_index_is_one_line(library: Path) -> None:
    update(library)
    index_path(library).write_bytes(b"PAR1 and then nothing")
    with pytest.raises(DataError, match=r"the index cannot be read.*it is made again") as caught:
        search(library, "audio:Dog")
    assert len(str(caught.value).splitlines()) == 1


def test_what_duckdb_cannot_write_is_one_line(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr("seehear.library.index._replace_index", full)
    with pytest.raises(DataError, match=r"the index cannot be made \(No space left on device\)"):
        update(library)


def test_an_interrupted_update_leaves_the_old_index(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(library)
    before = index_path(library).read_bytes()
    put(library, "d", {"Dog": "#..."}, None)

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seehear.files.os.replace", broken)
    with pytest.raises(SeehearError, match="No space left"):
        update(library)
    monkeypatch.undo()
    assert index_path(library).read_bytes() == before
    left = sorted(path.suffix for path in index_path(library).parent.iterdir())
    assert left == [".npz", ".parquet"]
    assert update(library).added == 1


@pytest.mark.parametrize("name", ["a*", "a[b]", "q?", "year=2024", "it's", "日本 ü"])
def test_folder_names_that_are_patterns_elsewhere(tmp_path: Path, name: str) -> None:
    put(tmp_path / "ab", "wrong", {"Dog": "##.."}, None)
    put(tmp_path / "qx", "wrong", {"Dog": "##.."}, None)
    put(tmp_path / name, "right", {"Dog": "#..."}, None)
    for other in ("ab", "qx"):
        update(tmp_path / other)
    assert spans(tmp_path / name, "audio:Dog") == [("right", 0, 1)]
    assert update(tmp_path / name) == update(tmp_path / name)
    assert update(tmp_path / name).changed == 0


def test_links_and_hidden_folders_are_passed_over_and_links_are_told(
    library: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    put(outside, "secret", {"Dog": "####"}, None)
    (library / "link.timeline.json").symlink_to(outside / "secret.timeline.json")
    (library / "gone.timeline.json").symlink_to(outside / "nothing")
    (library / "self.timeline.json").symlink_to("self.timeline.json")
    (library / "folder.timeline.json").mkdir()
    put(library / "folder.timeline.json", "inside", {"Dog": "#..."}, None)
    (library / "folder").symlink_to(outside)
    (library / "videos").symlink_to(tmp_path_factory.mktemp("videos"))
    (library / "loop").symlink_to(library / "loop")
    put(library / ".hidden", "x", {"Dog": "####"}, None)
    found = [path for path, *_ in spans(library, "audio:Dog")]
    assert found == ["a", "b", "folder.timeline.json/inside"]
    result = update(library)
    told = sorted(line.removeprefix(f"{library}/") for line in result.failed)
    link = "expected a timeline file, got a link, and links are not followed"
    assert told == [
        "folder.timeline.json: expected a timeline file, got a folder",
        *(f"{name}.timeline.json: {link}" for name in ("gone", "link", "self")),
    ]
    assert result.notes == (
        f"{library}: links to folders are not followed, and there are timelines behind folder; name"
        " such a folder itself",
    )


def test_one_unreadable_file_does_not_hide_the_others(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system refuses of one entry is said of that entry."""
    refusals = {
        "a.timeline.json": PermissionError(13, "Permission denied"),
        "b.timeline.json": OSError(5, "Input/output error"),
        "other.timeline.json": FileNotFoundError(2, "No such file or directory"),
    }

    class Entry:
        def __init__(self, entry: os.DirEntry[str]) -> None:
            self.name, self.path, self._entry = entry.name, entry.path, entry

        def stat(self, **_: object) -> os.stat_result:
            if self.name in refusals:
                raise refusals[self.name]
            return self._entry.stat()

        def __getattr__(self, name: str) -> object:
            return getattr(self._entry, name)

    scandir = os.scandir

    @contextlib.contextmanager
    def refusing(folder: Path) -> Iterator[Iterator[Entry]]:
        with scandir(folder) as entries:
            yield map(Entry, entries)

    monkeypatch.setattr("seehear.library.index.os.scandir", refusing)
    result = update(library)
    assert result.clips == 1
    assert sorted(line.removeprefix(f"{library}/") for line in result.failed) == [
        "a.timeline.json: cannot be read: Permission denied",
        "b.timeline.json: cannot be read: Input/output error",
    ]  # one that is taken away meanwhile is not a fault


def test_whatever_stands_in_one_file_the_others_are_found(library: Path) -> None:
    good = json.loads((library / "a.timeline.json").read_text())
    bad = [b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5000, b"", b"null", b"[]", b'{"schema": 1}']
    for value in (10**400, math.inf, "x", None, []):
        bad.append(json.dumps(good | {"duration_s": value}).encode())
        bad.append(json.dumps(good | {"grid": good["grid"] | {"step_s": value}}).encode())
    for number, content in enumerate(bad):
        (library / f"bad{number}.timeline.json").write_bytes(content)
    (library / "vast.timeline.json").touch()
    os.truncate(library / "vast.timeline.json", 1 << 40)
    result = update(library)
    assert result.clips == 4
    assert len(result.failed) == len(bad) + 1
    assert all(len(line.splitlines()) == 1 and len(line) < 600 for line in result.failed)


def test_an_empty_library_and_none(tmp_path: Path) -> None:
    assert update(tmp_path).clips == 0
    assert len(search(tmp_path, "audio:*")) == 0
    with pytest.raises(DataError, match="expected a folder of timelines"):
        update(tmp_path / "missing")
    with pytest.raises(DataError, match="there is no index"):
        search(tmp_path / "missing", "Dog")
