"""An hour of video needs the memory of ten seconds: pieces come and go, nothing of the clip is held
but its rows.
"""

import sys
import time
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from seehear.features import open_features

HOUR_S = 3600
SCRIPT = """
import sys
sys.path[:0] = [{tests!r}]
import fake_encoders as fake
from seehear.extraction.extract import ExtractOptions, extract
if __name__ == "__main__":
    extract([{clip!r}], out={out!r}, visual=["eye"], audio=["ear"], load=fake.load,
            options=ExtractOptions(jobs=2))
"""


def write_hour(path):
    """Write an hour: a picture a second whose grey is the minute, and a tone."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=1, options={"preset": "ultrafast"})
        picture.width, picture.height, picture.pix_fmt = 320, 192, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=16000)
        sound.layout = "mono"
        tone = (9000 * np.sin(np.arange(16000) * 0.1)).astype(np.int16)
        for second in range(HOUR_S):
            frame = av.VideoFrame.from_ndarray(
                np.full((192, 320, 3), 4 * (second // 60), np.uint8), "rgb24"
            )
            frame.pts = second
            container.mux(picture.encode(frame))
            block = av.AudioFrame.from_ndarray(tone[None], "s16", "mono")
            block.sample_rate, block.pts = 16000, second * 16000
            container.mux(sound.encode(block))
        container.mux(picture.encode())
        container.mux(sound.encode())


@pytest.mark.slow
def test_an_hour_of_video_needs_no_more_than_a_short_clip(tmp_path):
    write_hour(tmp_path / "hour.mkv")
    script = tmp_path / "run.py"
    script.write_text(
        SCRIPT.format(
            tests=str(Path(__file__).parents[1]),
            clip=str(tmp_path / "hour.mkv"),
            out=str(tmp_path / "out"),
        )
    )
    process = psutil.Popen([sys.executable, script])
    peak = 0
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(one.memory_info().rss for one in family))
        except psutil.Error:  # one of them ended while being looked at
            pass
        time.sleep(0.05)
    assert process.returncode == 0
    print(f"peak {peak / 1e6:.0f} MB")
    # two Pythons with numpy and PyAV; the hour's waveform alone would be 230 MB, the frames looked
    # at 5 GB
    assert 50e6 < peak < 300e6
    rows = open_features(tmp_path / "out").array("eye/feature", ["hour"])[0]
    assert rows.shape == (HOUR_S, 3)
    np.testing.assert_allclose(rows[::60, 0], 4 * np.arange(60), atol=3)
