"""Files at addresses, with fsspec's file system in memory for a storage."""

from pathlib import Path

import pytest

from seehear.addresses import address_of, check, fetch, listed, place_of, send, stamp
from seehear.errors import ConfigError, MediaError, MissingExtraError, UnreachableError

fsspec = pytest.importorskip("fsspec")


def test_a_path_of_an_address_is_understood_and_others_are_none(tmp_path):
    assert address_of(Path("s3://bucket/a b.mp4")) == "s3://bucket/a b.mp4"
    assert address_of("memory://store/a") == "memory:///store/a"
    for path in ("a.mp4", "/a/b.mp4", "C:/a.mp4", "a:b", str(tmp_path)):
        assert address_of(path) is None
    assert place_of(Path("gs://b/c")) == "gs://b/c"
    assert Path(place_of("a.mp4")).is_absolute()


@pytest.mark.parametrize(
    "address",
    ["s3://KEY:SECRET@bucket/a", "https://host/a.mp4?X-Amz-Signature=SECRET", "s3://b/a?k=SECRET"],
)
def test_credentials_in_an_address_are_refused_and_not_repeated(address):
    with pytest.raises(ConfigError, match="an address without credentials") as caught:
        check(address)
    assert "SECRET" not in str(caught.value)
    assert "KEY" not in str(caught.value)


def test_there_and_back(tmp_path):
    (tmp_path / "a").write_text("one")
    (tmp_path / "b").write_text("three")
    first = send(tmp_path / "a", "memory:///there/x/a")
    send(tmp_path / "b", "memory:///there/b")
    entries = listed("memory:///there")
    assert [(entry.name, entry.stamp[0]) for entry in entries] == [("b", 5), ("x/a", 3)]
    assert entries[1].stamp == first == stamp(Path("memory:///there/x/a"))
    pairs = [(entry.address, tmp_path / "back" / entry.name) for entry in entries]
    fetch(pairs)
    assert (tmp_path / "back" / "x" / "a").read_text() == "one"
    assert (tmp_path / "back" / "b").read_text() == "three"
    assert stamp("memory:///there/none") is None
    assert listed("memory:///nowhere") == []
    with pytest.raises(MediaError, match="no such file"):
        fetch([("memory:///there/none", tmp_path / "none")])


def test_a_new_version_has_another_stamp(tmp_path):
    (tmp_path / "a").write_text("one")
    before = send(tmp_path / "a", "memory:///versions/a")
    (tmp_path / "a").write_text("two")
    assert send(tmp_path / "a", "memory:///versions/a") != before


def test_what_is_out_of_reach_is_one_line_without_what_follows_an_address(monkeypatch):
    def refuse(self, *args, **kwargs):
        raise ConnectionError('no answer from "http://store/a?Signature=SECRET"')

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "find", refuse)
    with pytest.raises(UnreachableError, match="run the same command again") as caught:
        listed("memory:///far")
    assert "SECRET" not in str(caught.value)
    assert 'ConnectionError: no answer from "http://store/a"' in str(caught.value)


def test_where_credentials_are_missing_the_hint_says_so(monkeypatch):
    class NoCredentialsError(Exception):
        """As the client of S3 calls it."""

    def asked(self, path, **_):
        raise NoCredentialsError("Unable to locate credentials")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.find", asked)
    with pytest.raises(UnreachableError) as told:
        listed("memory://bucket")
    assert told.value.hint == "are the right credentials in the environment?"


def test_a_file_system_that_is_not_installed_is_named(monkeypatch):
    def without(address):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec.core, "url_to_fs", without)
    with pytest.raises(MissingExtraError, match=r"s3fs is not installed"):
        listed("s3://bucket/a")
    with pytest.raises(ConfigError, match="no file system for it"):
        listed("gs://bucket/a")
