"""Files as answers: parts of them, and what happens to them between the check and the sending."""

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from seehear.web.catalogue import clip_id
from seehear.web.pictures import Pictures
from seehear.web.sending import SentFile

SIZE = 2_000_000  # several pieces


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    path.write_bytes(os.urandom(SIZE))
    return path


def sent(answer: SentFile, meanwhile: Callable[[], object] = lambda: None) -> tuple[bytes, bool]:
    """Return what is sent, and whether it is said to be whole; `meanwhile` once it has begun."""
    parts: list[bytes] = []
    more = [True]

    async def send(message: dict) -> None:
        if message["type"] == "http.response.body":
            parts.append(message["body"])
            more.append(message["more_body"])
            if len(parts) == 1:
                meanwhile()

    async def receive() -> dict:
        await asyncio.Event().wait()
        return {}

    asyncio.run(answer({"type": "http", "method": "GET"}, receive, send))
    assert answer.file.closed
    return b"".join(parts), not more[-1]


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        (None, 200, 0, SIZE - 1),
        ("bytes=0-", 206, 0, SIZE - 1),
        ("bytes=100-199", 206, 100, 199),
        ("bytes = 5-99999999999999", 206, 5, SIZE - 1),
        ("bytes=-10", 206, SIZE - 10, SIZE - 1),
        ("bytes=-99999999999999", 206, 0, SIZE - 1),
        ("bytes=0-1,4-5", 200, 0, SIZE - 1),
    ],
)
def test_parts(path: Path, wanted: str | None, status: int, first: int, last: int) -> None:
    answer = SentFile(path, "video/mp4", wanted=wanted)
    assert answer.status_code == status
    assert answer.headers["content-length"] == str(last + 1 - first)
    if status == 206:
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert sent(answer) == (path.read_bytes()[first : last + 1], True)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("bytes=", 400),
        ("bytes=-", 400),
        ("bytes=5-2", 400),
        ("items=0-1", 400),
        ("bytes=0-" + "9" * 5000, 400),
        ("bytes=0x1-2", 400),
        (f"bytes={SIZE}-", 416),
        ("bytes=-0", 416),
    ],
)
def test_ranges_that_are_none(path: Path, wanted: str, status: int) -> None:
    with pytest.raises(HTTPException) as fault:
        SentFile(path, "video/mp4", wanted=wanted)
    assert fault.value.status_code == status


def test_a_range_counts_only_for_the_file_it_was_meant_for(path: Path) -> None:
    def asked(known: str | None) -> tuple[int, str]:
        answer = SentFile(path, "video/mp4", wanted="bytes=0-1", known=known)
        answer.file.close()
        return answer.status_code, answer.headers["etag"]

    status, tag = asked(None)
    assert (status, asked(tag)[0]) == (206, 206)
    path.write_bytes(b"another")
    assert asked(tag)[0] == 200


def test_a_file_that_shrinks_ends_early(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = path.read_bytes()
    with caplog.at_level(logging.WARNING):
        body, complete = sent(SentFile(path, "video/mp4"), lambda: os.truncate(path, 900_000))
    assert not complete
    assert body == whole[: len(body)]
    assert 0 < len(body) <= 900_000
    assert caplog.messages == ["a.mp4 became shorter or unreadable while it was sent"]


def test_a_file_that_grows_or_is_replaced_or_deleted_is_sent_as_it_was(path: Path) -> None:
    whole = path.read_bytes()

    def grow() -> None:
        with path.open("ab") as file:
            file.write(b"more")

    assert sent(SentFile(path, "video/mp4"), grow) == (whole, True)
    path.write_bytes(whole)
    other = path.with_name("other")
    other.write_bytes(b"short")
    assert sent(SentFile(path, "video/mp4"), lambda: other.replace(path)) == (whole, True)
    path.write_bytes(whole)
    assert sent(SentFile(path, "video/mp4"), path.unlink) == (whole, True)


def test_a_disk_that_is_pulled_out_ends_early(path: Path) -> None:
    answer = SentFile(path, "video/mp4")

    def fail(_: int) -> bytes:
        raise OSError(5, "Input/output error")

    class Pulled:
        closed = False

        def __getattr__(self, name: str) -> object:
            return fail if name == "read" else getattr(opened, name)

    opened, answer.file = answer.file, Pulled()
    body, complete = b"", True

    async def send(message: dict) -> None:
        nonlocal body, complete
        body += message.get("body", b"")
        complete = message["type"] == "http.response.body" and not message["more_body"]

    asyncio.run(answer.stream_response(send))
    opened.close()
    assert (body, complete) == (b"", False)


def refuse(*_: object) -> int:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("fault", ["gone", "folder", "pipe", "denied"])
def test_a_video_that_cannot_be_opened_after_the_check(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The routes answer as for a clip without its video, whatever became of the file."""
    place = tmp_path / "video.mp4"
    if fault == "folder":
        place.mkdir()
    if fault == "pipe":
        os.mkfifo(place)
    if fault == "denied":
        place.write_bytes(b"x")

    async def picture(*_: object) -> Path:
        return place

    clip = clip_id("park.timeline.json")
    monkeypatch.setattr(client.app.state.catalogue, "media_path", lambda _: place)
    if fault == "gone":
        assert client.get(f"/api/clips/{clip}/picture").status_code == 404
    monkeypatch.setattr(Pictures, "get", picture)
    if fault == "denied":
        monkeypatch.setattr("seehear.web.sending.os.open", refuse)
    for what in ("media", "picture"):
        answer = client.get(f"/api/clips/{clip}/{what}")
        assert answer.status_code == 404
        assert answer.json()["error"].startswith("the file of this clip cannot be read: ")
        assert str(tmp_path) not in answer.text
