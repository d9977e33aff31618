"""A small library with real videos, and a server of it."""

import asyncio
import contextlib
import dataclasses
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from starlette.types import ASGIApp, Receive, Scope, Send

from seehear.time import Event, Extent, TimeGrid, Timeline, Track
from seehear.web.app import create_app
from seehear.web.server import Server
from seehear.web.settings import Settings

LATE_S = float(os.environ.get("SEEHEAR_LATE_S", "0"))  # what answers wait (make late-answers)
HOSTILE = "<img src=x onerror=document.title='owned'>"
SECRET = "not for anybody outside 4711"  # lies beside the library
HERE = "http://127.0.0.1:8765"
OURS = {"X-Seehear": "1"}
COLOURS = ((200, 60, 40), (40, 160, 70), (40, 80, 200), (220, 190, 40))
WORKER = (sys.executable, str(Path(__file__).with_name("fake_worker.py").resolve()))


def make_video(
    path: Path, *, seconds: int = 4, size: tuple[int, int] = (192, 108), tone_hz: float = 440
) -> Path:
    """Write an H.264 and AAC file: another colour every second, and a tone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        pictures = out.add_stream("libx264", rate=8, options={"preset": "ultrafast"})
        pictures.width, pictures.height, pictures.pix_fmt = *size, "yuv420p"
        sound = out.add_stream("aac", rate=16_000, layout="mono")
        for index in range(seconds * 8):
            rgb = np.zeros((size[1], size[0], 3), np.uint8)
            rgb[:] = COLOURS[index // 8 % len(COLOURS)]
            rgb[:, : size[0] * (index + 1) // (seconds * 8)] //= 2  # a shade that grows with time
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 8)
            out.mux(pictures.encode(frame))
        wave = 0.2 * np.sin(
            2 * np.pi * tone_hz * np.arange(seconds * 16_000) / 16_000, dtype=np.float32
        )
        for first in range(0, len(wave), 1024):
            piece = av.AudioFrame.from_ndarray(wave[None, first : first + 1024], "fltp", "mono")
            piece.rate, piece.pts = 16_000, first
            out.mux(sound.encode(piece))
        out.mux(pictures.encode(None))
        out.mux(sound.encode(None))
    return path


def put(library: Path, name: str, timeline: Timeline) -> None:
    """Write a timeline into a library."""
    path = library / f"{name}.timeline.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(timeline.to_json(), "utf-8")


def make_library(root: Path) -> Path:
    """Return a library: two clips with videos, one hostile in name and label, one of sound."""
    library = root / "library"
    park = (
        Event(0, 3, Track.AUDIO, "Dog", 0.91),
        Event(2, 4, Track.VISUAL, "Dog", 0.8),
        Event(2, 3, Track.AUDIO_VISUAL, "Dog", 0.8),
        Event(1, 4, Track.AUDIO, "Speech", 0.7),
    )
    street = (Event(0, 4, Track.VISUAL, "Car", 0.95), Event(3, 4, Track.AUDIO, "Speech", 0.6))
    words = ("Dog", "Speech", "Car")
    for name, events in (("park", park), ("street", street)):
        make_video(library / f"{name}.mp4", tone_hz=440 if name == "park" else 660)
        put(
            library,
            name,
            Timeline(
                f"{name}.mp4",
                4.0,
                TimeGrid(4),
                words,
                events,
                parser={"preset": "offline", "encoders": {"conse": "ab" * 32}},
            ),
        )
    put(
        library,
        "hostile",
        Timeline(
            f"{HOSTILE}.mp4",
            4.0,
            TimeGrid(4),
            (HOSTILE, "Dog"),
            (Event(1, 2, Track.AUDIO, HOSTILE), Event(1, 2, Track.VISUAL, HOSTILE)),
            warnings=(HOSTILE,),
            parser={HOSTILE: HOSTILE},
        ),
    )
    put(
        library,
        "radio/news",
        Timeline(
            "news.wav",
            60.0,
            TimeGrid(60),
            words,
            (Event(0, 59, Track.AUDIO, "Speech"),),
            {"visual": Extent()},
        ),
    )
    return library


class Late:
    """Lets what the page asks for wait: a test that does not wait for the answer then fails."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            await asyncio.sleep(LATE_S)
        await self.app(scope, receive, send)


@contextlib.contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve in a thread of this process; give the address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # from here on a visitor waits for the server to start, and is not refused
    port = listening.getsockname()[1]
    app = create_app(dataclasses.replace(settings, port=port))
    if LATE_S:
        app.add_middleware(Late)
    server = Server(app, log_level="error")
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextlib.contextmanager
def visited(page: Any, settings: Settings) -> Iterator[str]:
    """Serve; the page leaves before the server stops, and so asks nothing of one that stops."""
    with served(settings) as address:
        yield address
        page.goto("about:blank")


def events_of(text: str) -> list[dict]:
    """Return the states of a stream of server-sent events."""
    return [
        json.loads(line.removeprefix("data: "))
        for line in text.splitlines()
        if line.startswith("data: ")
    ]
