"""Uploads: received whole, then parsed one at a time in processes of their own.

A file waits in `LIBRARY/.seehear/uploads/SERVER/ID/`, where nothing else looks; once it is parsed,
its folder moves to `LIBRARY/uploads/NAME-ID/` in one piece.  Whatever goes wrong leaves nothing
behind.
"""

import asyncio
import contextlib
import dataclasses
import errno
import json
import os
import re
import secrets
import shutil
import signal
import time
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seehear.data import Vocabulary
from seehear.errors import SeehearError
from seehear.library.media import base_name
from seehear.library.scan import FOLDER
from seehear.media import MEDIA_SUFFIXES
from seehear.time import SUFFIX
from seehear.web.catalogue import Catalogue, clip_id
from seehear.web.settings import Limits, Settings
from seehear.web.worker import ParseTask

_SPARE_BYTES = 200_000_000  # of the disk, left free
_LINE_BYTES = 32_000_000  # of one answer of the worker
_NAME_LENGTH = 200
_KEPT = 200  # finished uploads that can still be asked about
_CLASSES = 200
_STALE_S = 86_400
FOLDER_NAME = "uploads"


class RefusedError(SeehearError):
    """An upload that is not taken; `status` is the HTTP status that says so."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


@dataclass
class Upload:
    """One upload; `state` is receiving, waiting, parsing, done or failed."""

    name: str
    suffix: str
    parser: dict[str, Any]
    id: str = field(default_factory=lambda: secrets.token_hex(12))
    state: str = "receiving"
    fraction: float = 0.0
    timeline: dict[str, Any] | None = None
    error: str | None = None
    clip: str | None = None
    length: int | None = None  # as announced
    size: int = 0  # received so far
    version: int = 0
    pace: "Pace | None" = None  # while it is received
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed")

    def change(self, **values: Any) -> None:
        """Set fields and tell those who watch."""
        for name, value in values.items():
            setattr(self, name, value)
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def brief(self) -> dict[str, Any]:
        """Return how far it is."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "fraction": round(self.fraction, 4),
            "error": self.error,
            "clip": self.clip,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return what the page of one upload is shown."""
        return self.brief() | {"timeline": self.timeline}

    async def watch(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the upload now and after every change until it is over.

        Changes in quick succession may come as one.
        """
        seen = -1
        while True:
            if seen != self.version:
                seen = self.version
                over = self.over
                yield self.to_dict()
                if over:
                    return
            changed = self._changed
            if seen == self.version:
                await changed.wait()


class Pace:
    """A context for receiving a file, which ends it if too few bytes come in time.

    Args:
        limits: how much must come in which time.

    Raises:
        TimeoutError: inside the context: too few bytes came in `pace_s` seconds, the whole file
            takes longer than `receive_s`, or `end` was called.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits, self.now = limits, asyncio.get_running_loop().time
        self.began_s = self.now()
        self._bytes = self._stretch = 0
        self.deadline_s = self._next()  # on the clock of the loop, as all times here
        self._timeout = asyncio.timeout_at(self.deadline_s)

    async def __aenter__(self) -> "Pace":
        await self._timeout.__aenter__()
        return self

    async def __aexit__(self, *fault: Any) -> None:
        await self._timeout.__aexit__(*fault)

    def came(self, size: int) -> None:
        """Count bytes; when a stretch has enough of them, the next begins."""
        self._bytes += size
        self._stretch += size
        if self._stretch >= self.limits.pace_bytes:
            self._stretch = 0
            self.deadline_s = self._next()
            self._timeout.reschedule(self.deadline_s)

    def end(self) -> None:
        """End it now."""
        self._timeout.reschedule(self.now())

    @property
    def age_s(self) -> float:
        """Seconds since it began."""
        return self.now() - self.began_s

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self._bytes / max(self.age_s, 1e-3)

    def _next(self) -> float:
        limits = self.limits
        return min(self.now() + limits.pace_s, self.began_s + limits.receive_s)


class Uploads:
    """The queue.  Nothing is parsed before `start`, and nothing is taken after `stop`."""

    def __init__(self, settings: Settings, catalogue: Catalogue) -> None:
        self.settings, self.catalogue = settings, catalogue
        self.rooms = catalogue.library / FOLDER / FOLDER_NAME
        # another server of this library has its own
        self.waiting_room = self.rooms / secrets.token_hex(8)
        self.by_id: dict[str, Upload] = {}
        self._queue: asyncio.Queue[Upload] = asyncio.Queue()
        self._running: asyncio.Task[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin to parse what comes."""
        self._running = asyncio.create_task(self.run())

    async def stop(self) -> None:
        """End what is received, waits or is parsed; whoever watches is told."""
        self._stopped = True
        for upload in self.by_id.values():
            if upload.pace is not None:
                upload.pace.end()
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    def new(self, name: str, *, length: int | None, events: str = "") -> Upload:
        """Return the upload of a file that is about to come.

        Args:
            name: what the user calls it; its suffix says what it claims to be.
            length: its announced length in bytes, if it is announced.
            events: classes to look for, comma-separated; empty for the server's own.

        Raises:
            RefusedError: not a media file's name, too long, too many uploads at once, or no room.
        """
        shown = shown_name(name)
        suffix = Path(shown).suffix.lower()
        self._refuse(suffix, length)
        upload = Upload(shown, suffix, self._parser(events), length=length)
        over = [id_ for id_, other in self.by_id.items() if other.over]
        for id_ in over[: max(0, len(self.by_id) - _KEPT)]:
            del self.by_id[id_]
        self.by_id[upload.id] = upload
        return upload

    def _refuse(self, suffix: str, length: int | None) -> None:
        """Refuse an upload before it comes: of a wrong kind, too long, or without a place."""
        limits = self.settings.limits
        if not self.settings.uploads:
            raise RefusedError(403, "this server takes no uploads")
        if suffix not in MEDIA_SUFFIXES:
            raise RefusedError(
                415, f"expected a video or sound file, got {suffix or 'a name without a suffix'}"
            )
        if length is not None and length > limits.bytes:
            raise RefusedError(
                413,
                f"the file has {length / 1e6:,.0f} MB; at most {limits.bytes / 1e6:,.0f} MB "
                "are taken here",
            )
        self._check_queue()
        self._check_receiving()

    def _check_queue(self) -> None:
        if self._stopped:
            raise RefusedError(503, "the server was stopped")
        states = [upload.state for upload in self.by_id.values()]
        if states.count("waiting") + states.count("parsing") >= self.settings.limits.waiting:
            raise RefusedError(429, "too many uploads at once; try again when one is done")

    def _check_receiving(self) -> None:
        """Make room for one more by ending the slowest; those begun just now are spared."""
        limits = self.settings.limits
        receiving = [upload for upload in self.by_id.values() if upload.state == "receiving"]
        if len(receiving) < limits.receiving:
            return
        paces = (upload.pace for upload in receiving)
        old = [pace for pace in paces if pace is not None and pace.age_s > limits.pace_s]
        if not old:
            raise RefusedError(429, "too many uploads at once; try again in a moment")
        min(old, key=lambda pace: pace.rate).end()

    def _parser(self, events: str) -> dict[str, Any]:
        """Return the options of the parser for an upload that may name its own classes."""
        parser = dict(self.settings.parser)
        if not events.strip():
            return parser
        if parser.get("model"):
            raise RefusedError(400, "the parser of this server has classes of its own")
        return parser | {"vocabulary": None, "events": _checked(events)}

    async def receive(self, upload: Upload, chunks: AsyncIterator[bytes]) -> None:
        """Write the file as it comes, then put the upload in the queue.

        Raises:
            RefusedError: it is larger than the limit, comes too slowly, the disk is full, too many
                wait already, or the server is stopped.
        """
        try:
            await self._keep(upload, chunks)
            self._check_queue()
        except BaseException as error:  # also a browser that went away
            refused = self._refusal(upload, error)
            self._fail(upload, "the upload broke off" if refused is None else refused.problem)
            if refused is None:
                raise
            raise refused from error
        finally:
            upload.pace = None
        upload.change(state="waiting")
        self._queue.put_nowait(upload)

    async def _keep(self, upload: Upload, chunks: AsyncIterator[bytes]) -> None:
        limits, folder = self.settings.limits, self._folder(upload)
        folder.mkdir(parents=True)
        with self._video(upload).open("xb") as file:
            async with Pace(limits) as upload.pace:
                _check_room(folder, upload.length or 0)
                async for chunk in chunks:
                    upload.size += len(chunk)
                    upload.pace.came(len(chunk))
                    if upload.size > limits.bytes:
                        raise RefusedError(
                            413, f"at most {limits.bytes / 1e6:,.0f} MB are taken here"
                        )
                    _check_room(folder, max(upload.length or 0, upload.size) - file.tell())
                    file.write(chunk)
        if not upload.size:
            raise RefusedError(400, "the file is empty")

    def _refusal(self, upload: Upload, error: BaseException) -> RefusedError | None:
        """Return what a client is told, or None where nobody listens any more."""
        if isinstance(error, RefusedError):
            return error
        if isinstance(error, TimeoutError):
            if self._stopped:
                return RefusedError(503, "the server was stopped")
            return RefusedError(408, "the file came too slowly")
        if isinstance(error, OSError):
            wanted = max(upload.length or 0, upload.size)
            return RefusedError(507, _not_kept(error, self._folder(upload), wanted))
        return None

    async def run(self) -> None:
        """Parse what waits, one after the other, until cancelled."""
        self._sweep()
        try:
            while True:
                await self._attempt(await self._queue.get())
        finally:
            for upload in self.by_id.values():
                if not upload.over and upload.pace is None:
                    self._fail(upload, "the server was stopped")
            shutil.rmtree(self.waiting_room, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what killed servers left behind."""
        with contextlib.suppress(OSError):  # another server may do the same just now
            for old in self.rooms.iterdir():
                if time.time() - old.stat().st_mtime > _STALE_S:
                    shutil.rmtree(old, ignore_errors=True)

    async def _attempt(self, upload: Upload) -> None:
        try:
            await self._parse(upload)
        except SeehearError as error:
            self._fail(upload, error.told(places=False))
        except asyncio.CancelledError:
            self._fail(upload, "the server was stopped")
            raise
        except OSError as error:
            self._fail(upload, _not_kept(error, self._folder(upload), 0))
        except Exception as error:  # one broken upload must not end the queue
            self._fail(upload, f"{type(error).__name__}: {error}")

    async def _parse(self, upload: Upload) -> None:
        upload.change(state="parsing")
        task: ParseTask = {
            "path": str(self._video(upload)),
            "out": str(self._folder(upload) / f"{self._stem(upload)}{SUFFIX}"),
            "name": upload.name,
            "parser": upload.parser,
            "keep": self.settings.keep,
            "limits": dataclasses.asdict(self.settings.limits),
        }
        process = await start_worker(self.settings)
        try:
            async with asyncio.timeout(self.settings.limits.parse_s):
                await self._follow(upload, process, task)
        except TimeoutError:
            raise RefusedError(
                408, f"parsing took longer than {self.settings.limits.parse_s:g} s"
            ) from None
        finally:
            await end_process(process)
        name = f"{slug(upload.name)}-{upload.id[:8]}"
        home = self.catalogue.library / FOLDER_NAME / name
        home.parent.mkdir(exist_ok=True)
        os.replace(self._folder(upload), home)
        path = f"{FOLDER_NAME}/{name}/{self._stem(upload)}{SUFFIX}"
        await asyncio.to_thread(self.catalogue.refresh, now=True)
        upload.change(
            state="done",
            fraction=1.0,
            clip=clip_id(path),
            timeline=self.catalogue.timeline(clip_id(path)).to_dict(),
        )

    async def _follow(
        self, upload: Upload, process: asyncio.subprocess.Process, task: ParseTask
    ) -> None:
        """Give the worker its task and pass on what it says, until it is done."""
        assert process.stdin is not None
        assert process.stdout is not None
        # if it has ended already, the missing answer below says so
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(task).encode() + b"\n")
            await process.stdin.drain()
        async for line in process.stdout:
            answer = json.loads(line)
            if "error" in answer:
                raise RefusedError(422, str(answer["error"]))
            if answer.get("done"):
                return
            upload.change(
                fraction=float(answer["fraction"]), timeline=answer.get("timeline", upload.timeline)
            )
        raise RefusedError(
            500, f"parsing ended without a result (exit code {await process.wait()})"
        )

    def _fail(self, upload: Upload, reason: str) -> None:
        shutil.rmtree(self._folder(upload), ignore_errors=True)
        upload.change(state="failed", error=reason)

    def _folder(self, upload: Upload) -> Path:
        return self.waiting_room / upload.id

    def _stem(self, upload: Upload) -> str:
        return slug(upload.name)

    def _video(self, upload: Upload) -> Path:
        return self._folder(upload) / f"{self._stem(upload)}{upload.suffix}"


def shown_name(name: str) -> str:
    """Return the last part of a name, of bounded length, without what cannot be shown."""
    clean = "".join(c for c in base_name(name) if unicodedata.category(c)[0] != "C").strip()
    stem, dot, suffix = clean.rpartition(".")
    return f"{stem[:_NAME_LENGTH]}{dot}{suffix[:10]}" if dot else clean[:_NAME_LENGTH]


def slug(name: str) -> str:
    """Return a name of plain letters for the file system.

    Examples:
        >>> slug("Dög <b>park</b>.mp4"), slug("..mp4")
        ('dog-b-park-b', 'clip')
    """
    plain = (
        unicodedata.normalize("NFKD", name.rpartition(".")[0] or name)
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-") or "clip"


def _checked(events: str) -> str:
    try:
        names = Vocabulary.parse(events).names
    except SeehearError as error:
        hint = "" if error.hint is None else f"; {error.hint}"
        raise RefusedError(400, error.problem + hint) from error
    if len(names) > _CLASSES or max(map(len, names)) > _NAME_LENGTH:
        raise RefusedError(400, f"at most {_CLASSES} classes of {_NAME_LENGTH} letters each")
    return events


def _check_room(folder: Path, wanted: int) -> None:
    """Refuse what the disk does not hold.

    Args:
        folder: where it is to lie.
        wanted: bytes still to be written.

    Raises:
        RefusedError: there is too little room.
    """
    free = shutil.disk_usage(folder).free - _SPARE_BYTES
    if wanted > free:
        raise RefusedError(
            507,
            f"the disk of this server is full: {wanted / 1e6:,.1f} MB more are wanted, "
            f"{max(free, 0) / 1e6:,.1f} MB can be taken",
        )


def _not_kept(error: OSError, folder: Path, wanted: int) -> str:
    """Return why a file could not be written, without saying where."""
    if not isinstance(error.strerror, str):
        return "the file could not be kept"
    told = [f"{wanted / 1e6:,.1f} MB were wanted"] if wanted else []
    with contextlib.suppress(OSError):
        told.append(f"{shutil.disk_usage(folder.parent).free / 1e6:,.1f} MB are free")
    room = f" ({', '.join(told)})" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return f"the file could not be kept: {error.strerror}{room}"


async def start_worker(settings: Settings) -> asyncio.subprocess.Process:
    """Start a process that takes one task and answers in lines of JSON."""
    return await asyncio.create_subprocess_exec(
        *settings.worker,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_BYTES,
        start_new_session=True,
    )


async def end_process(process: asyncio.subprocess.Process) -> None:
    """End a worker and whatever it started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
    await process.wait()
