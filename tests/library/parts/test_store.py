"""A library at an address: the same as in a folder, and one line where it is out of reach."""

import itertools
from pathlib import Path

import pytest

from parts_library import contents, incoming
from seehear.errors import ConfigError, DataError
from seehear.library import search, update
from seehear.library.corrections import store as corrections
from seehear.library.hits import Hit
from seehear.library.parts import made, opened, parts_of
from seehear.library.parts.compact import compact
from seehear.library.parts.store import RemoteStore
from seehear.time import Event, Timeline, Track
from small_library import write_library

pytest.importorskip("fsspec")
_NUMBER = itertools.count()


@pytest.fixture
def address() -> str:
    return f"memory://seehear-test-{next(_NUMBER)}/a [1] library"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "files"
    folder.mkdir()
    return write_library(folder)


def test_it_is_searched_corrected_and_compacted_there(files: Path, address: str) -> None:
    with pytest.raises(DataError, match="there is no library"):
        opened(address)
    made(address).add(incoming(files))
    folder = opened(Path(address))  # which has lost a slash
    assert opened(address) == folder
    update(folder), update(files)
    hits = list(search(folder, "audio:Dog -visual:Dog").hits())
    assert hits == list(search(files, "audio:Dog -visual:Dog").hits())
    assert hits
    path = folder / "a.timeline.json"
    line, version = corrections.loaded(path)
    said = Event(0.0, 8.0, Track.VISUAL, "Baby_cry", 1.0, "added")
    changed = Timeline(**{**vars(line), "events": (*line.events, said)})
    corrections.saved(path, changed, version=version)
    with pytest.raises(DataError, match="changed since"):
        corrections.saved(path, line, version=version)
    assert update(folder).clips == 4
    assert [hit.path for hit in search(folder, "visual:Baby_cry").hits()] == ["a.timeline.json"]
    library = parts_of(folder)
    assert library is not None
    before = contents(library)
    assert compact(library, keep_s=0).after == 1
    assert contents(library) == before
    assert not list(folder.glob("clips"))  # nothing of it lies here but the index


def test_an_address_of_this_machine_is_a_folder(files: Path, tmp_path: Path) -> None:
    made(f"file://{tmp_path}/parts").add(incoming(files))
    for place in (f"file://{tmp_path}/parts", Path(f"file://{tmp_path}/parts"), tmp_path / "parts"):
        assert opened(place) == tmp_path / "parts"
    assert len(list(search_of(opened(f"file://{tmp_path}/parts"), "audio:Dog"))) == 2


def search_of(folder: Path, query: str) -> list[Hit]:
    update(folder)
    return list(search(folder, query).hits())


def test_what_is_out_of_reach_is_one_line(files: Path, address: str) -> None:
    made(address).add(incoming(files))
    folder = opened(address)
    library = parts_of(folder)
    assert library is not None
    store = library.store
    assert isinstance(store, RemoteStore)
    store.remove(library.state().parts[0].file("clips"))
    with pytest.raises(DataError, match="its parts cannot be read") as told:
        update(folder)
    assert "\n" not in str(told.value)
    with pytest.raises(ConfigError, match="without credentials") as told:
        RemoteStore("s3://me:secret@host/bucket")
    assert "secret" not in str(told.value)
    with pytest.raises(ConfigError, match="no file system for it"):
        RemoteStore("nothing-like-it://bucket")
