"""A library at an address and its copy, with fsspec's file system in memory for a storage."""

import shutil

import pytest

from seehear.errors import MediaError, UnreachableError
from seehear.library.mirror import Mirror, local_library

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def there(monkeypatch, tmp_path):
    """Give the storage; the address of the library is memory:///library."""
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))
    system = fsspec.filesystem("memory")
    if system.exists("/library"):
        system.rm("/library", recursive=True)
    return system


def written(mirror, name, text):
    path = mirror.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def texts(there):
    return {path: there.cat_file(path).decode() for path in there.find("/library")}


def test_what_is_written_is_sent_and_brought_elsewhere(there):
    one = Mirror("memory:///library/")
    one.bring()
    one.send(written(one, "sub/a.timeline.json", "A"))
    written(one, ".seehear/media.tsv", "seen")
    written(one, ".seehear/index.duckdb", "stays here")
    one.send_state()
    assert texts(there) == {
        "/library/sub/a.timeline.json": "A",
        "/library/.seehear/media.tsv": "seen",
    }
    assert one.shown(one.folder / "a.vtt") == "memory:///library/a.vtt"
    shutil.rmtree(one.folder)
    folder = local_library(type(one.folder)("memory:///library"))
    assert folder == one.folder
    assert (folder / "sub" / "a.timeline.json").read_text() == "A"


def test_only_what_changed_is_brought(there, monkeypatch):
    there.pipe({"/library/a.timeline.json": b"A", "/library/b.timeline.json": b"B"})
    Mirror("memory:///library").bring()
    there.pipe_file("/library/b.timeline.json", b"other")
    there.rm("/library/a.timeline.json")
    there.pipe_file("/library/c.mp4", b"no timeline")
    asked = []
    monkeypatch.setattr(
        "seehear.library.mirror.fetch", lambda pairs: asked.extend(a for a, _ in pairs)
    )
    again = Mirror("memory:///library")
    again.bring()
    assert asked == ["memory:///library/b.timeline.json"]
    assert not (again.folder / "a.timeline.json").exists()  # as it was taken away there


def test_what_could_not_be_sent_is_sent_by_the_next_command(there, monkeypatch):
    mirror = Mirror("memory:///library")
    mirror.bring()
    new = written(mirror, "a.timeline.json", "A")
    kind = type(there)
    put = kind.put_file
    monkeypatch.setattr(kind, "put_file", out_of_reach)
    with pytest.raises(UnreachableError, match="what was finished is kept"):
        mirror.send(new)
    monkeypatch.setattr(kind, "put_file", put)
    Mirror("memory:///library").bring()
    assert texts(there) == {"/library/a.timeline.json": "A"}
    new.write_text("changed here")
    Mirror("memory:///library").bring()
    assert texts(there) == {"/library/a.timeline.json": "changed here"}


def test_where_both_sides_changed_the_address_wins(there):
    mirror = Mirror("memory:///library")
    mirror.bring()
    path = written(mirror, "a.timeline.json", "A")
    mirror.send(path)
    path.write_text("changed here")
    there.pipe_file("/library/a.timeline.json", b"changed there")
    Mirror("memory:///library").bring()
    assert path.read_text() == "changed there"


def test_no_library_at_an_address(there):
    with pytest.raises(MediaError, match="expected a library, found no timelines"):
        local_library(type(Mirror("memory:///library").folder)("memory:///library"))


def out_of_reach(self, *args, **kwargs):
    raise ConnectionError("no answer")
