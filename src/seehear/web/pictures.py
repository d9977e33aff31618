"""Thumbnails: each is made in a process of its own, as decoding a video can go wrong in any way.

python -m seehear.web.pictures VIDEO OUT.jpg
"""

import asyncio
import sys
from pathlib import Path

from seehear.library.index import FOLDER
from seehear.web.process import limit_resources

WIDTH = 320
_AT = (0.3, 4.0)  # a third into the clip, but not far: frames are decoded from the start
_SECONDS = 20
_AT_A_TIME = 2


class Pictures:
    """Makes thumbnails when they are first asked for and keeps them beside the index."""

    def __init__(self, library: Path) -> None:
        self.folder = library / FOLDER / "pictures"
        self._slots = asyncio.Semaphore(_AT_A_TIME)
        self._failed: set[str] = set()

    async def get(self, clip: str, video: Path) -> Path | None:
        """Return the JPEG of a clip's video, or None if there is no picture in it."""
        stat = video.stat()
        name = f"{clip}-{stat.st_mtime_ns:x}-{stat.st_size:x}.jpg"
        path = self.folder / name
        async with self._slots:
            if path.is_file():
                return path
            if name in self._failed:
                return None
            self.folder.mkdir(parents=True, exist_ok=True)
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
            try:
                async with asyncio.timeout(_SECONDS):
                    await process.wait()
            except TimeoutError:
                pass
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            if path.is_file():
                return path
            self._failed.add(name)
            return None


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


if __name__ == "__main__":
    limit_resources(cpu_s=_SECONDS, file_bytes=10_000_000)
    make(Path(sys.argv[1]), Path(sys.argv[2]))
