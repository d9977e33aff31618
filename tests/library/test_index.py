"""The index of a library: what is read again, what is damaged, what is passed over."""

import os
from pathlib import Path

import duckdb
import pytest

from seehear.errors import DataError
from seehear.library import Updated, search, update
from seehear.library.index import index_path
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
        assert sorted(names) == ["bad", "long", "nan", "score"]
    assert index_path(library).stat().st_mtime_ns == stamp  # nothing good is new
    assert len(search(library, "audio:Dog")) == 2
    (library / "a.timeline.json").write_text("gone wrong")
    assert update(library).clips == 3
    assert [hit.path for hit in search(library, "audio:Dog").hits()] == ["b.timeline.json"]


def test_a_damaged_index_is_made_again(library: Path) -> None:
    update(library)
    index_path(library).write_bytes(b"PAR1 and then nothing")
    with pytest.raises(DataError, match="the index cannot be read"):
        search(library, "audio:Dog")
    assert update(library).added == 4
    duckdb.sql("SELECT 1 AS other").write_parquet(str(index_path(library)))  # of another version
    assert update(library).added == 4
    assert len(search(library, "audio:Dog")) == 2
    assert [p.name for p in index_path(library).parent.iterdir()] == ["index.parquet"]


def test_an_interrupted_update_leaves_the_old_index(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(library)
    before = index_path(library).read_bytes()
    put(library, "d", {"Dog": "#..."}, None)

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seehear.files.os.replace", broken)
    with pytest.raises(Exception, match="No space left"):
        update(library)
    monkeypatch.undo()
    assert index_path(library).read_bytes() == before
    assert [p.name for p in index_path(library).parent.iterdir()] == ["index.parquet"]
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


def test_links_and_hidden_folders_are_passed_over(
    library: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    put(outside, "secret", {"Dog": "####"}, None)
    (library / "link.timeline.json").symlink_to(outside / "secret.timeline.json")
    (library / "folder").symlink_to(outside)
    (library / "loop").symlink_to(library)
    put(library / ".hidden", "x", {"Dog": "####"}, None)
    assert [path for path, *_ in spans(library, "audio:Dog")] == ["a", "b"]


def test_an_empty_library_and_none(tmp_path: Path) -> None:
    assert update(tmp_path).clips == 0
    assert len(search(tmp_path, "audio:*")) == 0
    with pytest.raises(DataError, match="expected a folder of timelines"):
        update(tmp_path / "missing")
    with pytest.raises(DataError, match="there is no index"):
        search(tmp_path / "missing", "Dog")
