"""Correcting over HTTP: over the version that was seen, whole or not at all, and who may not."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from parts_library import incoming
from seehear import files
from seehear.library.corrections import store
from seehear.library.parts import made
from seehear.time import Event, TimeGrid, Timeline, Track
from seehear.web.app import create_app
from seehear.web.catalogue import Catalogue, clip_id
from seehear.web.edits import _save
from seehear.web.settings import Settings
from web_world import HERE, OURS, WORKER, put

CLIP = clip_id("a.timeline.json")
AT = f"/api/clips/{CLIP}"
DOG = {"track": "audio", "label": "Dog", "start_s": 0.0, "end_s": 2.0}
LINE = Timeline("a.mp4", 4.0, TimeGrid(4), ("Dog",), (Event(0, 2, Track.AUDIO, "Dog", 0.9),))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    put(tmp_path, "a", LINE)
    return tmp_path


@pytest.fixture
def client(library: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(library, worker=WORKER)), HERE, headers=OURS) as client:
        yield client


def send(client: TestClient, version: str, *events: dict, **more: Any) -> Any:
    sent = {"version": version, "events": list(events), **more}
    return client.put(f"{AT}/corrections", json=sent)


def test_the_second_who_saves_is_refused_and_told(client: TestClient, library: Path) -> None:
    version = client.get(AT).json()["version"]
    answer = send(client, version, {**DOG, "end_s": 3.0, "origin": "corrected"}, by=" Ann\x07")
    assert answer.status_code == 200
    now = answer.json()
    assert now["version"] != version
    assert now["version"] == client.get(AT).json()["version"]
    events = now["timeline"]["events"]
    assert [(e["start_s"], e["end_s"], e["origin"]) for e in events] == [(0, 3, "corrected")]
    assert now["timeline"]["review"]["edits"][0]["by"] == "Ann"
    before = (library / "a.timeline.json").read_bytes()
    second = send(client, version)
    assert second.status_code == 409
    assert second.json()["error"].startswith("this clip was saved since it was opened here")
    assert (library / "a.timeline.json").read_bytes() == before
    again = send(client, now["version"], *(dict(e) | {"score": None} for e in events))
    assert again.json()["version"] == now["version"], "nothing new: nothing written"


def test_two_at_the_very_same_time(client: TestClient, library: Path, monkeypatch) -> None:
    version = client.get(AT).json()["version"]
    written = store.version_of

    def meanwhile(path: Path) -> str | None:
        put(library, "a", Timeline("a.mp4", 4.0, TimeGrid(4), ("Cat",)))
        return written(path)

    monkeypatch.setattr(store, "version_of", meanwhile)
    assert send(client, version).status_code == 409
    assert Timeline.from_json(library / "a.timeline.json").vocabulary == ("Cat",)


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [
        ([{**DOG, "start_s": 9.0, "end_s": 10.0}], 400, "9 to 10 s lies outside the clip"),
        ([{**DOG, "end_s": -1.0}], 400, "a stretch must end after it starts, got 0 to -1 s"),
        ([{**DOG, "track": "audio_visual"}], 400, "events[0].track: expected audio or visual"),
        ([{**DOG, "label": ""}], 400, "expected the name of a class, got ''"),
        ([{**DOG, "start_s": "0"}], 400, "events[0].start_s: expected a number"),
        ({}, 400, "events: expected a list"),
        (None, 400, "expected version, events, got none"),
        (b"no", 400, "not JSON"),
        (b" " * 8_000_001, 413, "at most 8 MB are taken here"),
    ],
)
def test_one_clear_line_and_nothing_written(client, library, sent, status, told) -> None:
    before = (library / "a.timeline.json").read_bytes()
    version = client.get(AT).json()["version"]
    if isinstance(sent, bytes):
        answer = client.put(f"{AT}/corrections", content=sent)
    else:
        value = {} if sent is None else {"version": version, "events": sent}
        answer = client.put(f"{AT}/corrections", json=value)
    assert answer.status_code == status
    assert told in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
    assert (library / "a.timeline.json").read_bytes() == before


def test_a_full_disk_loses_nothing(client: TestClient, library: Path, monkeypatch) -> None:
    path = library / "a.timeline.json"
    before, version = path.read_bytes(), client.get(AT).json()["version"]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "replace", full)
        answer = send(client, version)
    assert answer.status_code == 507
    told = answer.json()["error"]
    assert told.startswith("not saved: cannot write: No space left on device")
    assert told.endswith("the clip is as it was, and your changes are still here")
    assert str(library) not in told
    assert path.read_bytes() == before
    assert send(client, version).status_code == 200, "with room, the same again"


_KILLED = """
import os, signal, sys
from pathlib import Path
from seehear.web.catalogue import Catalogue
from seehear.web.edits import _save

library, clip, version = Path(sys.argv[1]), *sys.argv[2:]
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # the new file is written by then
_save(Catalogue(library), clip, {"version": version, "events": []})
"""


def test_a_server_that_is_killed_while_it_saves_loses_nothing(library: Path) -> None:
    path = library / "a.timeline.json"
    before, version = path.read_bytes(), store.version_of(path)
    Catalogue(library).refresh()  # the index is there: the clip is what is written next
    code = [sys.executable, "-c", _KILLED, str(library), CLIP, str(version)]
    assert subprocess.run(code, check=False).returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert len(list(library.glob(".*.part"))) == 1
    saved = _save(Catalogue(library), CLIP, {"version": version, "events": []})
    assert saved["timeline"]["removed"][0]["label"] == "Dog"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "not JSON"),
        ('{"schema": "other/1"}', "expected schema seehear.timeline/2 or older, got other/1"),
        ('{"a": 1}', "expected schema seehear.timeline/2 or older, got null"),
    ],
)
def test_a_damaged_or_foreign_file_is_told_and_left(client, library, content, told) -> None:
    version = client.get(AT).json()["version"]
    path = library / "a.timeline.json"
    path.write_text(content)
    for answer in (client.get(AT), send(client, version)):
        assert answer.status_code == 400
        assert told in answer.json()["error"]
        assert str(library) not in answer.json()["error"]
    assert path.read_text() == content


def test_where_it_is_read_only_nothing_is_taken(library: Path) -> None:
    before = (library / "a.timeline.json").read_bytes()
    settings = Settings(library, worker=WORKER, read_only=True, uploads=False)
    with TestClient(create_app(settings), HERE, headers=OURS) as client:
        assert client.get("/api/library").json()["read_only"] is True
        version = client.get(AT).json()["version"]
        answers = [send(client, version), client.post("/api/uploads?name=a.mp4", content=b"x")]
        for answer in answers:
            assert answer.status_code == 403
            assert answer.text == "this library is shown read-only: nothing was changed\n"
    assert (library / "a.timeline.json").read_bytes() == before


def test_a_library_of_parts_is_corrected_alike(library: Path, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("parts")
    made(folder).add(incoming(library))
    with TestClient(create_app(Settings(folder, worker=WORKER)), HERE, headers=OURS) as client:
        version = client.get(AT).json()["version"]
        now = send(client, version).json()
        assert client.get(AT).json()["version"] == now["version"] != version
        assert now["timeline"]["removed"][0]["label"] == "Dog"
        assert send(client, version).status_code == 409


def test_pages_of_others_correct_nothing(client: TestClient) -> None:
    version = client.get(AT).json()["version"]
    for headers in ({"x-seehear": ""}, {"origin": "http://evil.example"}):
        asked = client.build_request("PUT", f"{AT}/corrections", json={"version": version})
        asked.headers.update(headers)
        if not headers.get("x-seehear", "1"):
            del asked.headers["x-seehear"]
        assert client.send(asked).status_code == 403
