"""Frames that nobody asked for may be passed over; those asked for stay the same, bit for bit."""

import av
import numpy as np
import pytest

from seehear.media import frames, iter_frames


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("sparing") / "b-frames.mp4"
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (96, 256, 3), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=25, options={"bf": "3", "b-adapt": "0", "preset": "fast"}
        )
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for k in range(75):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(noise[:, k : k + 128]), "rgb24")
            frame.pts = k
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("rate", [2, 8, 25])
@pytest.mark.parametrize("threads", [1, None])
def test_pictures_are_those_of_decoding_everything(clip, monkeypatch, rate, threads):
    times = np.arange(0, 3.2, 1 / rate)
    spared = []
    reader = iter_frames(clip, times, threads=threads)
    seen = list(reader)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        for packet in frames.sparing(
            container.demux(stream), stream, [float(t) for t in times], 0.0
        ):
            spared.append(stream.codec_context.skip_frame)
            packet.decode()
    monkeypatch.setattr(frames, "sparing", lambda source, *_: source)
    reader_of_all = iter_frames(clip, times, threads=1)
    whole = list(reader_of_all)
    assert reader.problems == reader_of_all.problems
    assert [frame.index for frame in seen] == [frame.index for frame in whole]
    assert [frame.time_s for frame in seen] == [frame.time_s for frame in whole]
    assert all((a.data == b.data).all() for a, b in zip(seen, whole, strict=True))
    passed_over = sum(str(word).upper().endswith("NONREF") for word in spared)
    assert (passed_over == 0) if rate == 25 else (passed_over > 10), passed_over
