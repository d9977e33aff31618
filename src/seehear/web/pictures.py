"""Thumbnails: each is made in a process of its own, as decoding a video can go wrong in any way.

python -m seehear.web.pictures VIDEO OUT.jpg
"""

import asyncio
import contextlib
import sys
from pathlib import Path

from seehear.errors import SeehearError
from seehear.library.index import FOLDER
from seehear.web.process import limit_resources

WIDTH = 320
_AT = (0.3, 4.0)  # a third into the clip, but not far: frames are decoded from the start
_SECONDS = 20
_AT_A_TIME = 2
_NO_ROOM = 75  # how a process ends that could not write its picture


class Pictures:
    """Makes thumbnails when they are first asked for and keeps them beside the index."""

    def __init__(self, library: Path) -> None:
        self.folder = library / FOLDER / "pictures"
        self._slots = asyncio.Semaphore(_AT_A_TIME)
        self._failed: set[str] = set()
        self._making: set[asyncio.subprocess.Process] = set()
        self._stopped = False

    def stop(self) -> None:
        """Make no more, and end what is being made."""
        self._stopped = True
        for process in self._making:
            _kill(process)

    async def get(self, clip: str, video: Path) -> Path | None:
        """Return the JPEG of a clip's video.

        None if there is no picture in it, or it is no longer there or cannot be written.
        """
        try:
            stat = video.stat()
        except OSError:
            return None
        name = f"{clip}-{stat.st_mtime_ns:x}-{stat.st_size:x}.jpg"
        path = self.folder / name
        async with self._slots:
            if not path.is_file() and name not in self._failed and not self._stopped:
                await self._make(video, path)
        return path if path.is_file() else None

    async def _make(self, video: Path, path: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "seehear.web.pictures",
            str(video),
            str(path),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._making.add(process)
        try:
            async with asyncio.timeout(_SECONDS):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            self._making.discard(process)
            _kill(process)
            await process.wait()
        # a full disk says nothing about the video: it is tried again
        if not path.is_file() and not self._stopped and process.returncode != _NO_ROOM:
            self._failed.add(path.name)


def make(video: Path, out: Path) -> None:
    """Write the thumbnail of `video`.

    Raises:
        MediaError: there is no picture in it.
    """
    from PIL import Image

    from seehear.files import atomic_path
    from seehear.media import iter_frames, probe

    share, latest_s = _AT
    at_s = min(probe(video).duration_s * share, latest_s)
    with iter_frames(video, [at_s]) as frames:
        picture = Image.fromarray(next(frames).data)
    picture.thumbnail((WIDTH, WIDTH * 2))
    with atomic_path(out) as part:
        picture.save(part, "JPEG", quality=82)


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


if __name__ == "__main__":
    limit_resources(cpu_s=_SECONDS, file_bytes=10_000_000)
    try:
        make(Path(sys.argv[1]), Path(sys.argv[2]))
    except SeehearError as error:
        sys.exit(_NO_ROOM if str(error.where) == sys.argv[2] else 1)
