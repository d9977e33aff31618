"""Files that show where in a clip something happens: small pictures side by side, and loudness."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.errors import SeehearError
from seehear.files import atomic_path

PICTURES, WIDTH, HEIGHT = 16, 112, 63
_LONGEST_S = 300.0  # of a clip whose pictures are shown: all of it is decoded for them
BINS = 1200
_RATE_HZ, _CHUNK_S = 8000, 8.0
_QUIET_DB = -60.0


def strip(video: Path, out: Path) -> None:
    """Write a JPEG of `PICTURES` small pictures side by side, from the middles of equal shares.

    Raises:
        SeehearError: there is no picture in it, or it is too long to look through.
    """
    from PIL import Image

    from seehear.media import iter_frames, probe

    duration_s = probe(video).duration_s
    if not 0 < duration_s <= _LONGEST_S:
        raise SeehearError("too long for small pictures", where=video)
    times = [(index + 0.5) * duration_s / PICTURES for index in range(PICTURES)]
    whole = Image.new("RGB", (PICTURES * WIDTH, HEIGHT))
    found = 0
    with iter_frames(video, times) as frames:
        for frame in frames:
            picture = Image.fromarray(frame.data)
            picture.thumbnail((WIDTH, HEIGHT))
            left = times.index(frame.asked_s) * WIDTH + (WIDTH - picture.width) // 2
            whole.paste(picture, (left, (HEIGHT - picture.height) // 2))
            found += 1
    if not found:
        raise SeehearError("there is no picture in it", where=video)
    with atomic_path(out) as part:
        whole.save(part, "JPEG", quality=75)


def sound(video: Path, out: Path) -> None:
    """Write how loud each of `BINS` equal shares of a clip is, a byte each.

    A byte is 0 at -60 dB and below, and 255 at 0 dB.

    Raises:
        SeehearError: there is no sound in it.
    """
    from seehear.media import iter_audio, probe

    duration_s = probe(video).duration_s
    power, count = np.zeros(BINS), np.zeros(BINS)
    with iter_audio(video, rate_hz=_RATE_HZ, chunk_s=_CHUNK_S) as pieces:
        for piece in pieces:
            times = piece.time_s + np.arange(len(piece.data)) / _RATE_HZ
            bins = np.clip((times * BINS / max(duration_s, 1e-3)).astype(int), 0, BINS - 1)
            power += np.bincount(bins, piece.data.astype(np.float64) ** 2, BINS)
            count += np.bincount(bins, minlength=BINS)
    if not count.any():
        raise SeehearError("there is no sound in it", where=video)
    with atomic_path(out) as part:
        part.write_bytes(_levels(power, count).tobytes())


def _levels(power: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.uint8]:
    mean = power / np.maximum(count, 1)
    decibels = 10 * np.log10(np.maximum(mean, 1e-12))
    return np.round(255 * np.clip(1 - decibels / _QUIET_DB, 0, 1)).astype(np.uint8)
