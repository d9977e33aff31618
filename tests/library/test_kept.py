"""The clips of a library: whether their videos are as they were, and what was kept of them."""

import numpy as np
import pytest

from seehear.errors import FeatureError
from seehear.library.kept import KeptLibrary, is_library, keeps_features
from seehear.media import identify
from seehear.time import TimeGrid, Timeline


def put(library, name, video):
    """Write a timeline of a video."""
    heard = np.zeros((4, 1), bool)
    line = Timeline.from_arrays(
        heard,
        heard,
        grid=TimeGrid(4),
        vocabulary=("Dog",),
        source=video.name,
        media=identify(video, name=video.name, duration_s=4.0),
    )
    path = library / f"{name}.timeline.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line.to_json())


def test_a_clip_is_asked_again_unless_its_video_is_another_now(tmp_path):
    library = tmp_path / "library"
    assert not is_library(tmp_path)
    video = tmp_path / "a.mp4"
    video.write_bytes(b"a film")
    put(library, "sub/a", video)
    assert is_library(tmp_path)
    assert not keeps_features(library)
    (library / "sub" / "a.features.npz").write_bytes(b"rows")
    assert keeps_features(library)
    clips = KeptLibrary(library)
    (clip,) = clips
    assert clip.rows == library / "sub" / "a.features.npz"
    assert clip.video == library / "sub" / "a.mp4"  # where it would lie
    clips.check(clip)  # it is not there
    beside = library / "sub" / "a.mp4"
    beside.write_bytes(b"a film")
    clips.check(clip)
    beside.write_bytes(b"another film")
    with pytest.raises(FeatureError, match="changed since it was parsed; parse its video again"):
        clips.check(clip)
