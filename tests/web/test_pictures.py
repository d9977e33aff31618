"""Thumbnails: one process makes them all, kept ones wait for nothing, none is black."""

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media_files import write
from seehear.web.pictures import NONE, Pictures, answered

CLIP = "0" * 24
HANGS = (sys.executable, "-c", "import time; time.sleep(600)")
DIES = (sys.executable, "-c", "import sys; sys.exit(3)")
ENDS = (  # after every picture
    sys.executable,
    "-c",
    "from seehear.web import pictures; pictures._LIFE = 1; pictures.main()",
)


def film(path: Path, *greys: int) -> Path:
    """Write a second of each grey."""
    frames = [np.full((48, 64, 3), grey, np.uint8) for grey in greys for _ in range(4)]
    return write(path, frames=frames, times=[k / 4 for k in range(len(frames))])


def grey_of(picture: Path) -> int:
    with Image.open(picture) as opened:
        return round(float(np.asarray(opened.convert("L")).mean()))


@pytest.mark.parametrize(
    ("greys", "shown"),
    [
        ((200, 120, 60, 60), 120),  # a third into the clip, as long as it is not black
        ((0, 0, 120, 0), 120),
        ((0, 0, 0, 200), 200),
        ((0, 0, 30, 0), 30),  # all dark: the brightest
    ],
)
def test_a_picture_is_not_black_where_it_can_be(
    tmp_path: Path, greys: tuple[int, ...], shown: int
) -> None:
    video, out = film(tmp_path / "a.mkv", *greys), tmp_path / "a.jpg"
    assert answered(video, out) == "made"
    assert abs(grey_of(out) - shown) < 8


def test_one_process_makes_them_all(tmp_path: Path) -> None:
    videos = [film(tmp_path / f"{k}.mkv", 100) for k in range(4)]
    videos[2].write_bytes(b"no video")

    async def work() -> None:
        pictures = Pictures(tmp_path)
        found = await asyncio.gather(*(pictures.get(f"{k:024x}", v) for k, v in enumerate(videos)))
        assert [path is not None for path in found] == [True, True, False, True]
        assert pictures.started == 1
        async with pictures._turn:  # whatever is being made just now
            assert await pictures.get(f"{0:024x}", videos[0]) == found[0]
        await pictures.stop()
        assert await pictures.get(f"{9:024x}", videos[1]) is None

    asyncio.run(work())


def test_a_process_that_has_ended_says_nothing_about_the_next_video(tmp_path: Path) -> None:
    videos = [film(tmp_path / f"{k}.mkv", 100) for k in range(2)]

    async def work() -> None:
        pictures = Pictures(tmp_path, ENDS)
        for k, video in enumerate(videos):
            assert await pictures.get(f"{k:024x}", video) is not None
        assert pictures.started == 2
        await pictures.stop()

    asyncio.run(work())


def test_a_process_that_dies_or_hangs_is_not_asked_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seehear.web.pictures._SECONDS", 0.5)
    video = tmp_path / "a.mp4"
    video.write_bytes(b"x")

    async def work(worker: tuple[str, ...], starts: int) -> None:
        pictures = Pictures(tmp_path, worker)
        for _ in range(2):
            assert await pictures.get(CLIP, video) is None
        assert pictures.started == starts
        await pictures.stop()

    asyncio.run(work(HANGS, 1))
    asyncio.run(work(DIES, 2))


def test_what_has_no_picture_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video")
    assert answered(tmp_path / "a.mp4", tmp_path / "a.jpg") == NONE
