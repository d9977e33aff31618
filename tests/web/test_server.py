"""How serving ends, and who is hung up on."""

import asyncio
import http.client
import logging
import os
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from seehear.time import TimeGrid, Timeline
from seehear.web.app import create_app
from seehear.web.catalogue import clip_id
from seehear.web.server import Server
from seehear.web.settings import Settings
from web_world import OURS, WORKER, make_video, put, served


class Cycle:
    """A request and its answer."""

    def __init__(self, *, response_complete: bool) -> None:
        self.response_complete = response_complete


class Connection:
    """What the server holds of one."""

    def __init__(self, cycle: object) -> None:
        self.cycle, self.gone = cycle, False
        self.transport = SimpleNamespace(abort=self._abort)

    def _abort(self) -> None:
        self.gone = True


def test_silent_connections_are_ended_and_busy_ones_are_not(tmp_path: Path) -> None:
    server = Server(create_app(Settings(tmp_path)))
    silent, answered, busy = (
        Connection(cycle)
        for cycle in (None, Cycle(response_complete=True), Cycle(response_complete=False))
    )
    server.server_state.connections = {silent, answered, busy}
    for now_s in (100.0, 109.0):
        server.hang_up(now_s)
    assert not silent.gone
    answered.cycle = Cycle(response_complete=True)  # it has asked again meanwhile
    server.hang_up(111.0)
    assert [silent.gone, answered.gone, busy.gone] == [True, False, False]
    crowd = {Connection(None) for _ in range(100)}
    server.server_state.connections = crowd | {busy}
    for now_s in (200.0, 202.0):
        server.hang_up(now_s)
    assert all(connection.gone for connection in crowd)
    assert not busy.gone


def opened(address: str, request: str) -> socket.socket:
    """Return a connection on which a request was sent, once its answer has begun."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.sendall(f"{request}\r\nHost: {host}\r\nX-Seehear: 1\r\n\r\n".encode())
    return connection


def test_stopping_ends_what_goes_on_without_a_word_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A slow upload, a download nobody reads, a stream of events, a worker and a thumbnail."""
    library, gate = tmp_path / "library", tmp_path / "gate"
    video = make_video(library / "a.mp4", seconds=1, size=(64, 36))
    data = video.read_bytes()
    put(library, "a", Timeline("a.mp4", 1.0, TimeGrid(1), ("Dog",)))
    (library / "a.mp4").write_bytes(
        data + (30_000_000).to_bytes(4, "big") + b"free" + bytes(3 * 10**7)
    )
    os.mkfifo(gate)
    settings = Settings(library, worker=WORKER, parser={"preset": "gate", "model": str(gate)})
    clip, log = clip_id("a.timeline.json"), tmp_path / "gate.log"
    with caplog.at_level(logging.INFO, "uvicorn.error"), served(settings) as address:
        caller = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"))
        caller.request("POST", "/api/uploads?name=a.mp4", data, OURS)
        upload = caller.getresponse().read().decode().split('"')[3]
        open_ones = [
            opened(address, f"GET /api/uploads/{upload}/events HTTP/1.1"),
            opened(address, f"GET /api/clips/{clip}/media HTTP/1.1"),
            opened(address, "POST /api/uploads?name=b.mp4 HTTP/1.1\r\nContent-Length: 99"),
            opened(address, f"GET /api/clips/{clip}/picture HTTP/1.1"),
        ]
        events = open_ones[0].makefile("rb")
        while b'"parsing"' not in events.readline():
            pass
        while not log.exists():
            time.sleep(0.01)
        began = time.monotonic()
    assert time.monotonic() - began < 4
    assert b"the server was stopped" in events.read()
    for connection in open_ones:
        connection.close()
    caller.close()
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.INFO] == []
    rooms = library / ".seehear" / "uploads"
    assert list(rooms.glob("*")) == []
    assert threading.active_count() < 30
    assert "end" not in log.read_text()  # the worker was ended, not waited for


def test_a_request_that_is_cancelled_at_the_end_is_no_error(tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path))

    async def ask() -> None:
        async def receive() -> dict:
            await asyncio.Event().wait()
            return {}

        async def send(_: dict) -> None:
            await asyncio.Event().wait()

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
        scope["headers"] = [(b"host", b"127.0.0.1")]
        task = asyncio.create_task(app(scope, receive, send))
        await asyncio.sleep(0.05)
        task.cancel()
        await task

    asyncio.run(ask())
