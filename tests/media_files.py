"""Media files made for tests: what is shown and heard, and when, is known exactly.

Pictures are lossless (FFV1 in Matroska) unless another codec is asked for: `code(k)` is the colour
of frame k and `number(rgb)` reads k back.
"""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

TICK = Fraction(1, 1000)


def code(k: int, size: tuple[int, int] = (32, 24)) -> np.ndarray:
    """Return the picture of frame k, (height, width, 3): one colour."""
    width, height = size
    return np.broadcast_to(
        np.array([k // 16 * 16 + 8, k % 16 * 16 + 8, 128], np.uint8), (height, width, 3)
    ).copy()


def number(rgb: np.ndarray) -> int:
    """Return k of `code(k)`."""
    red, green = (int(v) // 16 for v in np.median(rgb[:100, :100].reshape(-1, 3), axis=0)[:2])
    return red * 16 + green


def tone(seconds: float, rate: int = 16000, hz: float = 440.0, level: float = 0.5) -> np.ndarray:
    """Return a sine, (samples,) float32."""
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(
        np.float32
    )


def write(
    path: Path,
    *,
    frames=None,
    times=None,
    wave=None,
    rate=16000,
    layout="mono",
    audio_start_s=0.0,
    video="ffv1",
    audio="pcm_s16le",
    format=None,
    options=None,
) -> Path:
    """Write a media file and return its path.

    Args:
        frames: pictures (h, w, 3) uint8; None: no visual track.
        times: presentation time of each, seconds, increasing.
        wave: (samples,) or (channels, samples) float32; None: no audio track.
        audio_start_s: presentation time of its first sample.
        options: of the video encoder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format=format) as out:
        packets = []
        if frames is not None:
            usual = Fraction(round(1 / max(1e-3, np.diff(times).min()))) if len(times) > 1 else 10
            stream = out.add_stream(video, rate=usual, options=options or {})
            stream.height, stream.width = frames[0].shape[:2]
            stream.pix_fmt = "bgr0" if video == "ffv1" else "yuv420p"
            stream.time_base = stream.codec_context.time_base = TICK
            stream.thread_count = 1
        if wave is not None:
            sound = out.add_stream(audio, rate=rate, layout=layout)
        if frames is not None:
            for picture, time_s in zip(frames, times, strict=True):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = round(time_s * 1000), TICK
                packets += stream.encode(frame)
            packets += stream.encode(None)
        if wave is not None:
            rows = np.atleast_2d(wave)
            whole = np.ascontiguousarray((np.clip(rows, -1, 1) * 32767).round().astype(np.int16).T)
            for first in range(0, len(whole), 1024):
                frame = av.AudioFrame.from_ndarray(
                    whole[first : first + 1024].reshape(1, -1), "s16", layout
                )
                frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
                frame.pts = round(audio_start_s * rate) + first
                packets += sound.encode(frame)
            packets += sound.encode(None)
        for packet in sorted(packets, key=lambda p: float(p.dts * p.time_base)):
            out.mux(packet)
    return path


def film(path: Path, seconds: float = 2.0, fps: float = 10, **options) -> Path:
    """Write frames coded 0, 1, 2... at an even rate beside a tone as long."""
    count = max(1, round(seconds * fps))
    size = options.pop("size", (32, 24))
    options.setdefault("wave", tone(seconds, options.get("rate", 16000)))
    frames, times = [code(k % 256, size) for k in range(count)], [k / fps for k in range(count)]
    return write(path, frames=frames, times=times, **options)


def mp4(
    path: Path, seconds: float = 3.0, fps: float = 10, size: tuple[int, int] = (64, 48)
) -> Path:
    """Write an H.264 and AAC file as phones do, a small one."""
    count = round(seconds * fps)
    frames, times = [code(k % 256, size) for k in range(count)], [k / fps for k in range(count)]
    return write(
        path,
        frames=frames,
        times=times,
        wave=tone(seconds),
        video="libx264",
        audio="aac",
        options={"preset": "ultrafast", "crf": "20", "g": "10"},
    )


def several(path, waves, default=0):
    """Write mono sounds as one audio stream each; the one of number `default` is the usual one."""
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("pcm_s16le", rate=16000, layout="mono") for _ in waves]
        for k, stream in enumerate(streams):
            usual = av.stream.Disposition.default if k == default else av.stream.Disposition(0)
            stream.disposition = usual
        for stream, wave in zip(streams, waves, strict=True):
            frame = av.AudioFrame.from_ndarray((wave * 32767).astype(np.int16)[None], "s16", "mono")
            frame.sample_rate, frame.time_base, frame.pts = 16000, Fraction(1, 16000), 0
            for packet in stream.encode(frame):
                out.mux(packet)
    return path
