"""What an upload must not do: be too large or long, name another file, hang, leave traces."""

import asyncio
import os
import re
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient

from seehear.web.app import create_app
from seehear.web.catalogue import Catalogue
from seehear.web.settings import Limits, Settings
from seehear.web.uploads import Pace, RefusedError, Uploads, shown_name, slug
from web_world import HERE, OURS, WORKER, events_of, make_video


def send(client: TestClient, name: str, data: bytes, **headers: str) -> dict:
    """Upload and return the last state."""
    answer = client.post(
        "/api/uploads", params={"name": name}, content=data, headers=OURS | headers
    )
    if answer.status_code != 202:
        return {"status": answer.status_code, **answer.json()}
    return events_of(client.get(f"/api/uploads/{answer.json()['id']}/events").text)[-1]


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_video(tmp_path_factory.mktemp("video") / "a.mp4", seconds=2).read_bytes()


def left_behind(client: TestClient) -> list[Path]:
    rooms = client.app.state.catalogue.library / ".seehear" / "uploads"
    return [path for path in rooms.rglob("*") if path.is_file()]


def test_too_large_by_its_own_word(client: TestClient) -> None:
    answer = client.post(
        "/api/uploads?name=a.mp4", content=b"", headers=OURS | {"Content-Length": "900000000"}
    )
    assert answer.status_code == 413
    assert "at most 0 MB" in answer.json()["error"]
    assert left_behind(client) == []


def test_too_large_whatever_it_says(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(10):
            yield b"\0" * 100_000

    answer = client.post("/api/uploads?name=a.mp4", content=chunks(), headers=OURS)
    assert answer.status_code == 413
    assert left_behind(client) == []


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a.txt", 415),
        ("a", 415),
        ("a.mp4.html", 415),
        ("a.m3u8", 415),
        ("a.sdp", 415),
        ("", 415),
        ("..", 415),
        ("a.MP4\0.exe", 415),
    ],
)
def test_names_that_are_no_media(client: TestClient, name: str, status: int) -> None:
    assert send(client, name, b"x")["status"] == status
    assert left_behind(client) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"<html><script>alert(1)</script></html>" * 50, "not a readable media file"),
        (b"#!/bin/sh\nrm -rf /\n" * 50, "not a readable media file"),
        (b"MZ" + b"\0" * 4000, "not a readable media file"),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n#EXT-X-ENDLIST\n",
            "not a readable",
        ),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
            "not a readable",
        ),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "not a readable media file"),
        (b"v=0\nc=IN IP4 224.2.1.1/127\nm=video 49170 RTP/AVP 31\n", "not a readable media file"),
        (
            (
                b'<?xml version="1.0"?><MPD'
                b' xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>file:///etc/passwd</BaseURL></MPD>'
            ),
            "not a readable media file",
        ),
        (b"[playlist]\nFile1=http://127.0.0.1:1/a.mp3\n", "not a readable media file"),
    ],
)
def test_disguised_files_and_playlists(client: TestClient, data: bytes, reason: str) -> None:
    state = send(client, "clip.mp4", data)
    assert reason in state["error"]
    assert state.get("state", "failed") == "failed"
    assert str(client.app.state.catalogue.library) not in state["error"]
    assert left_behind(client) == []


def test_media_that_names_another_file(
    client: TestClient, video: bytes, library: Path, tmp_path: Path
) -> None:
    """An MP4 may say that its samples lie in another file: that file is not opened."""
    at = video.index(b"dref") + 12
    assert video[at : at + 8] == b"\0\0\0\x0curl "
    pipe = tmp_path / "bait.mp4"
    os.mkfifo(pipe)  # whoever opens it would hang, and the worker's time limit would say so
    entry = b"url \0\0\0\0" + f"file://{pipe}\0".encode()
    entry = (4 + len(entry)).to_bytes(4, "big") + entry
    grown = bytearray(video[:at] + entry + video[at + 12 :])
    for box in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        place = grown.rindex(box, 0, at) - 4
        size = int.from_bytes(grown[place : place + 4], "big") + len(entry) - 12
        grown[place : place + 4] = size.to_bytes(4, "big")
    state = send(client, "clip.mp4", bytes(grown))
    assert state["state"] in ("done", "failed")  # either way nothing outside was read
    assert "longer than" not in (state["error"] or "")


def test_too_long_and_too_many_pixels(client: TestClient, tmp_path: Path) -> None:
    long = make_video(tmp_path / "long.mp4", seconds=8, size=(64, 36)).read_bytes()
    assert "is 8 s long; at most 6 s are taken here" in send(client, "long.mp4", long)["error"]
    wide = make_video(tmp_path / "wide.mp4", seconds=1, size=(320, 240)).read_bytes()
    assert "320x240 pixels; at most 40,000 pixels" in send(client, "wide.mp4", wide)["error"]
    assert left_behind(client) == []


@pytest.mark.parametrize(
    ("preset", "limit_s", "reason"),
    [
        ("endless", 1.0, "parsing took longer than 1 s"),
        ("crash", 60, "parsing ended without a result (exit code 3)"),
    ],
)
def test_a_parser_that_hangs_or_dies(
    tmp_path: Path, video: bytes, preset: str, limit_s: float, reason: str
) -> None:
    settings = Settings(
        tmp_path, worker=WORKER, limits=Limits(parse_s=limit_s), parser={"preset": preset}
    )
    with TestClient(create_app(settings), HERE) as client:
        state = send(client, "a.mp4", video)
        assert state["error"] == reason
        assert left_behind(client) == []
        assert client.get("/api/clips").json()["clips"] == 0


def test_concurrent_uploads_wait_their_turn_and_the_queue_is_bounded(
    tmp_path: Path, video: bytes
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    hold = os.open(gate, os.O_RDWR)
    library = tmp_path / "library"
    library.mkdir()
    settings = Settings(
        library,
        worker=WORKER,
        limits=Limits(waiting=2),
        parser={"preset": "gate", "model": str(gate)},
    )
    with TestClient(create_app(settings), HERE) as client:
        answers = []

        def post(name: str) -> None:
            answers.append(
                client.post(f"/api/uploads?name={name}.mp4", content=video, headers=OURS)
            )

        threads = [threading.Thread(target=post, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [202, 202, 429, 429]
        taken = [answer.json()["id"] for answer in answers if answer.status_code == 202]
        os.write(hold, b"gg")  # a worker goes on when it has read a byte
        streams = [client.get(f"/api/uploads/{upload}/events").text for upload in taken]
        states = [events_of(stream)[-1] for stream in streams]
        assert [state["state"] for state in states] == ["done", "done"]
        assert len({state["clip"] for state in states}) == 2
        assert client.get("/api/clips").json()["clips"] == 2
    assert (tmp_path / "gate.log").read_text().split() == [
        "start",
        "end",
    ] * 2  # one after the other
    os.close(hold)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (ClientDisconnect(), "the upload broke off"),
        (None, "the file came too slowly"),
        (OSError(28, "No space left"), "could not be kept: No space left (9.0 MB were wanted, "),
    ],
)
def test_an_upload_that_breaks_off_or_never_ends_leaves_nothing(
    tmp_path: Path, fault: Exception | None, reason: str
) -> None:
    uploads = Uploads(Settings(tmp_path, limits=Limits(receive_s=0.05)), Catalogue(tmp_path))

    async def chunks() -> AsyncIterator[bytes]:
        yield b"\0" * 1000
        if fault is not None:
            raise fault
        await asyncio.Event().wait()  # it never comes

    async def receive() -> None:
        upload = uploads.new("a.mp4", length=9_000_000)
        with pytest.raises((ClientDisconnect, RefusedError)):
            await uploads.receive(upload, chunks())
        assert upload.state == "failed"
        assert reason in (upload.error or "")

    asyncio.run(receive())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    uploads.new("next.mp4", length=None)  # the place in the queue is free again


async def trickle() -> AsyncIterator[bytes]:
    """Give a byte now and then, without end."""
    while True:
        yield b"x"
        await asyncio.sleep(0.005)


async def whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


def test_slow_uploads_hold_nobody_up_and_are_ended(tmp_path: Path) -> None:
    limits = Limits(waiting=1, receiving=8, pace_s=0.2, pace_bytes=1000)
    uploads = Uploads(Settings(tmp_path, limits=limits), Catalogue(tmp_path))

    async def work() -> None:
        slow = [uploads.new(f"{k}.mp4", length=10**6) for k in range(4)]
        ends = [asyncio.create_task(uploads.receive(upload, trickle())) for upload in slow]
        while not all(upload.size for upload in slow):
            await asyncio.sleep(0.001)
        quick = uploads.new("quick.mp4", length=1)  # the same client, while four are slow
        await uploads.receive(quick, whole(b"x"))
        assert quick.state == "waiting"
        results = await asyncio.gather(*ends, return_exceptions=True)
        assert [str(result) for result in results] == ["the file came too slowly"] * 4
        assert {upload.state for upload in slow} == {"failed"}

    asyncio.run(work())
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_the_time_of_an_upload_is_moved_on_by_what_comes() -> None:
    limits = Limits(pace_s=50, pace_bytes=1000, receive_s=120)

    async def receive() -> None:
        async with Pace(limits) as pace:
            pace.now = lambda: pace.began_s + 30  # half a minute later
            pace.came(999)
            assert pace.deadline_s == pytest.approx(pace.began_s + 50, abs=1)
            pace.came(1)
            assert pace.deadline_s == pace.began_s + 80
            assert (pace.age_s, pace.rate) == (30, 1000 / 30)
            pace.now = lambda: pace.began_s + 79
            pace.came(5000)
            assert pace.deadline_s == pace.began_s + 120  # however quick it is

    asyncio.run(receive())


def test_where_too_many_send_at_once_the_slowest_gives_way(tmp_path: Path) -> None:
    uploads = Uploads(Settings(tmp_path, limits=Limits(receiving=2)), Catalogue(tmp_path))

    async def stalled(data: bytes) -> AsyncIterator[bytes]:
        yield data
        await asyncio.Event().wait()

    async def work() -> None:
        slow, quick = (uploads.new(f"{name}.mp4", length=None) for name in ("slow", "quick"))
        tasks = [
            asyncio.create_task(uploads.receive(slow, stalled(b"x"))),
            asyncio.create_task(uploads.receive(quick, stalled(b"x" * 1000))),
        ]
        while not (slow.size and quick.size):
            await asyncio.sleep(0.001)
        with pytest.raises(RefusedError, match="try again in a moment"):
            uploads.new("third.mp4", length=None)  # both may still become quick
        for upload in (slow, quick):
            assert upload.pace is not None
            upload.pace.began_s -= 20
        uploads.new("third.mp4", length=None)
        (ended,) = await asyncio.gather(tasks[0], return_exceptions=True)
        assert str(ended) == "the file came too slowly"
        assert (slow.state, quick.state) == ("failed", "receiving")
        await uploads.stop()
        (ended,) = await asyncio.gather(tasks[1], return_exceptions=True)
        assert str(ended) == "the server was stopped"

    asyncio.run(work())


def test_what_the_disk_does_not_hold_is_refused_before_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = Uploads(Settings(tmp_path), Catalogue(tmp_path))
    free = shutil.disk_usage(tmp_path)._replace(free=203_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)

    async def unasked() -> AsyncIterator[bytes]:
        raise AssertionError("nothing of it should be read")
        yield b""

    told = "the disk of this server is full: 90.0 MB more are wanted, 3.0 MB can be taken"
    with pytest.raises(RefusedError, match=told):
        asyncio.run(uploads.receive(uploads.new("a.mp4", length=90_000_000), unasked()))
    with pytest.raises(RefusedError, match=r"full: 4\.0 MB more are wanted"):
        asyncio.run(uploads.receive(uploads.new("a.mp4", length=None), whole(b"x" * 4_000_000)))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_result_that_cannot_be_kept_is_told_without_a_path(
    tmp_path: Path, video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path))

    with TestClient(create_app(Settings(tmp_path, worker=WORKER)), HERE) as client:
        monkeypatch.setattr("seehear.web.uploads.os.replace", full)
        error = send(client, "a.mp4", video)["error"]
    assert error.startswith("the file could not be kept: No space left on device (")
    assert str(tmp_path) not in error


def test_names_of_uploads_cannot_place_them(
    client: TestClient, video: bytes, library: Path
) -> None:
    before = {path for path in library.parent.rglob("*") if "uploads" not in path.parts}
    for name in ("../../evil.mp4", "/etc/evil.mp4", "..\\..\\evil.mp4", "x" * 900 + ".mp4"):
        state = send(client, name, video)
        assert state["state"] == "done", state
        assert "/" not in state["name"]
        assert client.get(f"/api/clips/{state['clip']}/media").content == video
    new = {path for path in library.parent.rglob("*") if "uploads" not in path.parts} - before
    assert {path for path in new if ".seehear" not in path.parts} == set()
    assert all(
        path.parent.parent == library / "uploads" for path in (library / "uploads").glob("*/*")
    )


def test_names_are_shortened_and_plain() -> None:
    assert shown_name("a/b\\c \x07\u202eé.mp4") == "c é.mp4"
    assert len(shown_name("x" * 900 + ".mp4")) == 204
    for name in (
        "%2e%2e%2fevil.mp4",
        "a\0b.mp4",
        ".hidden.mp4",
        "-rf.mp4",
        "ünï <b>.mp4",
        "../..",
        "...",
        "C:\\a.mp4",
    ):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug(shown_name(name)))
    assert slug("../..") == "clip"
    assert slug("CON.mp4") == "con"


@pytest.mark.parametrize(
    "events", ["Dog,Dog", ",", "Dog; Cat", "1. Dog", "x" * 300, ",".join(map(str, range(300)))]
)
def test_classes_asked_for_are_checked(client: TestClient, events: str) -> None:
    answer = client.post(
        "/api/uploads", params={"name": "a.mp4", "events": events}, content=b"x", headers=OURS
    )
    assert answer.status_code == 400


def test_a_server_that_takes_no_uploads(library: Path) -> None:
    with TestClient(create_app(Settings(library, uploads=False)), HERE) as client:
        assert send(client, "a.mp4", b"x") == {
            "status": 403,
            "error": "this server takes no uploads",
        }
        assert client.get("/api/library").json()["uploads"] is False
