"""Recordings that are appended to each other, byte for byte, as `cat` does."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SECONDS = 2  # of a part
RATE_HZ = 48_000


def part(
    path: Path,
    *,
    hz: float,
    grey: int = 40,
    start_s: float = 0.0,
    rate_hz: int = RATE_HZ,
    video: str | None = "mpeg2video",
    audio: str = "mp2",
    format: str | None = None,
) -> bytes:
    """Return the bytes of two seconds of a tone beside a picture of one grey.

    Args:
        path: written on the way.
        start_s: its first timestamp.
        video: codec; None: sound alone.
    """
    layout = "stereo" if audio == "vorbis" else "mono"
    with av.open(str(path), "w", format=format) as out:
        packets = []
        if video is not None:
            shown = out.add_stream(video, rate=25)
            shown.width, shown.height, shown.pix_fmt = 32, 32, "yuv420p"
        heard = out.add_stream(audio, rate=rate_hz, layout=layout, options={"strict": "-2"})
        if video is not None:
            for k in range(SECONDS * 25):
                frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), grey, np.uint8), "rgb24")
                frame.pts, frame.time_base = k + round(start_s * 25), Fraction(1, 25)
                packets += shown.encode(frame)
            packets += shown.encode(None)
        wave = np.sin(2 * np.pi * hz * np.arange(SECONDS * rate_hz) / rate_hz)
        samples = (16_000 * wave).astype(np.int16).repeat(2 if layout == "stereo" else 1)
        block = 960 * (2 if layout == "stereo" else 1)
        for k, first in enumerate(range(0, len(samples), block)):
            piece = av.AudioFrame.from_ndarray(samples[None, first : first + block], "s16", layout)
            piece.sample_rate, piece.time_base = rate_hz, Fraction(1, rate_hz)
            piece.pts = round(start_s * rate_hz) + 960 * k
            packets += heard.encode(piece)
        packets += heard.encode(None)
        timed = [packet for packet in packets if packet.dts is not None]
        for packet in sorted(timed, key=lambda p: float(p.dts * p.time_base)):
            out.mux(packet)
    return path.read_bytes()


def joined(path: Path, starts_s: tuple[float, ...] = (0.0, 0.0), **options) -> Path:
    """Write parts behind each other: part k sounds at 500 (k + 1) Hz and is 40 (k + 1) grey."""
    whole = b"".join(
        part(path, hz=500 * (k + 1), grey=40 * (k + 1), start_s=start_s, **options)
        for k, start_s in enumerate(starts_s)
    )
    path.write_bytes(whole)
    return path
