"""Pictures of segments, and videos that a page holds or links to."""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from seehear.demo.world import Script, render
from seehear.report.pictures import BLANK, data_url, media_urls, segment_frames
from seehear.time import TimeGrid


def test_a_clip_without_frames_is_grey(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    for path in (None, tmp_path / "missing.mp4", tmp_path / "broken.mp4"):
        frames = segment_frames(path, TimeGrid(3), side=8)
        assert len(frames) == 3
        assert all((frame == BLANK).all() and frame.shape == (8, 8, 3) for frame in frames)


def test_a_segment_shows_the_frame_in_its_middle(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    render(Script("clip", visual=[(0, 2, "Candle")]), path, np.random.default_rng(0))
    frames = segment_frames(path, TimeGrid(12), side=16)  # the clip is ten seconds long
    dark, wall = frames[1].astype(int), frames[5].astype(int)
    assert np.abs(dark - wall).mean() > 20, "the candle is gone by then"
    assert (frames[11] == BLANK).all(), "nothing is left after its end"


def test_a_picture_travels_in_its_address() -> None:
    picture = np.full((8, 8, 3), 200, np.uint8)
    head, content = data_url(picture).split(",")
    assert head == "data:image/jpeg;base64"
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))
    assert np.abs(shown.astype(int) - picture).max() <= 2


def test_videos_are_embedded_until_the_limit_is_spent(tmp_path: Path) -> None:
    paths: list[Path | None] = [None]
    for name, size in (("a", 60), ("b", 60), ("c", 30)):
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(bytes(size))
        paths.append(path)
    nothing, first, second, third = media_urls(paths, tmp_path, limit_bytes=100)
    assert nothing is None
    assert str(first).startswith("data:")
    assert str(second).endswith("b.mp4"), "60 of the 40 bytes left do not fit"
    assert str(third).startswith("data:"), "but 30 do"
