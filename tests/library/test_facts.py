"""Timelines are read once while they stay as they are."""

from seehear.library import facts as module
from seehear.library.facts import Facts
from seehear.library.written import read_written, signed
from seehear.time import MediaFile, TimeGrid, Timeline


def put(path, **fields):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(signed(Timeline("a\t.mp4", 1.0, TimeGrid(1), ("Dog",), **fields)).to_json())


def test_a_timeline_is_read_again_only_when_it_changed(tmp_path, monkeypatch):
    put(tmp_path / "a.timeline.json")
    put(tmp_path / "sub" / "b.timeline.json", media=MediaFile("b.mp4", 7, "sha256:0", 1.0))
    (tmp_path / "c.timeline.json").write_text("no timeline")
    read = []
    monkeypatch.setattr(module, "read_written", lambda p, n: read.append(n) or read_written(p, n))
    names = ["a", "sub/b", "c"]
    first = list(map(Facts(tmp_path).read, names))
    assert read == names
    again = Facts(tmp_path)
    assert list(map(again.read, names)) == first
    assert read == names
    assert [one.touched for one in first] == [False, False, True]
    put(tmp_path / "a.timeline.json", warnings=("new",))
    assert again.read("a") == first[0]
    assert read == [*names, "a"]
    assert again.read("gone") is None
    (tmp_path / ".seehear" / "timelines.tsv").write_text("1\t2\tc\n")  # of another version
    assert Facts(tmp_path).read("c") == first[2]
