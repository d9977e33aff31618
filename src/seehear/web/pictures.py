"""Pictures and loudness of videos, made in a process of its own: decoding may crash or hang.

The process stays: starting one takes longer than a picture.  `python -m seehear.web.pictures` reads
a `[kind, video, file]` from stdin, a JSON line each, and answers each with a line: `MADE`, `NONE`
or `NO_ROOM`.  It ends when stdin does, and by itself after `_LIFE` files, so that leaked memory
cannot add up.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seehear.errors import SeehearError
from seehear.library.scan import FOLDER
from seehear.media.memory import READING_BYTES, limit_memory
from seehear.web.clues import sound, strip
from seehear.web.process import allow_cpu, limit_resources

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH = 320
# how the file of each kind ends, beside the clip and the state of its video
KINDS = {"cover": ".jpg", "strip": "-strip.jpg", "sound": "-sound.bin"}
MADE, NONE, NO_ROOM = "made", "none", "no room"
# (share of the clip, latest second) of the frames that are tried until one is not black; none lies
# far in, as frames are decoded from the start
_AT = ((0.3, 4.0), (0.5, 8.0), (0.7, 14.0), (0.9, 22.0))
_LIT = (98, 48)  # a picture is black if this percentile of its grey is below
_SECONDS = 20  # that one picture may take
_LIFE = 300  # pictures of one process


class Pictures:
    """Makes thumbnails and the like when first asked for and keeps them beside the index.

    Args:
        library: the folder.
        worker: the command that makes them; empty: this module.
    """

    def __init__(self, library: Path, worker: tuple[str, ...] = ()) -> None:
        self.folder = library / FOLDER / "pictures"
        self.worker = worker or (sys.executable, "-m", "seehear.web.pictures")
        self.started = 0  # processes so far
        self._turn = asyncio.Lock()
        self._failed: set[str] = set()
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False

    async def stop(self) -> None:
        """Make no more, and end what is being made."""
        self._stopped = True
        await self._end()

    async def get(self, clip: str, video: Path, kind: str = "cover") -> Path | None:
        """Return a file of a clip's video: at once if it is kept already, else in its turn.

        None if there is no picture (or sound) in it, or it is no longer there or cannot be written.

        Args:
            clip: its id.
            video: of the clip.
            kind: one of `KINDS`: the thumbnail, small pictures along the clip, how loud it is.
        """
        try:
            stat = video.stat()
        except OSError:
            return None
        name = f"{clip}-{stat.st_mtime_ns:x}-{stat.st_size:x}{KINDS[kind]}"
        path = self.folder / name
        if not path.is_file():
            async with self._turn:
                if not path.is_file() and name not in self._failed and not self._stopped:
                    await self._make(kind, video, path)
        return path if path.is_file() else None

    async def _make(self, kind: str, video: Path, path: Path) -> None:
        answer = NONE
        try:
            async with asyncio.timeout(_SECONDS):
                # a process that ended since its last picture says nothing about this video
                order = [kind, str(video), str(path)]
                answer = await self._ask(order) or await self._ask(order)
        except TimeoutError:
            await self._end()
        # a full disk says nothing about the video: it is tried again
        if answer != NO_ROOM and not self._stopped and not path.is_file():
            self._failed.add(path.name)

    async def _ask(self, order: list[str]) -> str:
        """Return what the process answers; "" if it ended, and is gone."""
        process = await self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(order).encode() + b"\n")
            await process.stdin.drain()
        answer = (await process.stdout.readline()).decode("ascii", "replace").strip()
        if not answer:
            await self._end()
        return answer

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *self.worker,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            self.started += 1
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def make(video: Path, out: Path) -> None:
    """Write the thumbnail of `video`.

    Raises:
        SeehearError: there is no picture in it, it cannot be read, or `out` cannot be written.
    """
    from seehear.files import atomic_path

    picture = _frame(video)
    picture.thumbnail((WIDTH, WIDTH * 2))
    with atomic_path(out) as part:
        picture.save(part, "JPEG", quality=82)


def _frame(video: Path) -> "Image":
    """Return the first of some frames that is not black, or the brightest."""
    from PIL import Image

    from seehear.media import iter_frames, probe

    duration_s = probe(video).duration_s
    times = sorted({min(duration_s * share, latest_s) for share, latest_s in _AT})
    share, least = _LIT
    best, most = None, -1.0
    with iter_frames(video, times) as frames:
        for frame in frames:
            light = float(np.percentile(frame.data.mean(2), share))
            if light > most:
                best, most = frame.data, light
            if light >= least:
                break
    if best is None:
        raise SeehearError("there is no picture in it", where=video)
    return Image.fromarray(best)


_MAKERS: dict[str, Callable[[Path, Path], None]] = {"cover": make, "strip": strip, "sound": sound}


def answered(video: Path, out: Path, kind: str = "cover") -> str:
    """Make a file of a kind; return what became of it."""
    try:
        _MAKERS[kind](video, out)
    except SeehearError as error:
        return NO_ROOM if str(error.where) == str(out) else NONE
    except MemoryError:
        return NONE
    return MADE


def main() -> None:
    """Answer what is asked on stdin, keeping stdout for answers."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what a library prints must not be read as an answer
    limit_memory(READING_BYTES)
    limit_resources(cpu_s=None, file_bytes=10_000_000)
    for _, line in zip(range(_LIFE), sys.stdin.buffer, strict=False):
        allow_cpu(_SECONDS)
        kind, video, out = json.loads(line)
        print(answered(Path(video), Path(out), kind), file=answers, flush=True)


if __name__ == "__main__":
    main()
