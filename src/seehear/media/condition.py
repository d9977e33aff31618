"""Whether a clip's media can be used: damaged, silent, frozen, a track missing, or shorter than it
should be.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.errors import MediaError
from seehear.media.audio import iter_audio
from seehear.media.frames import iter_frames
from seehear.media.probe import MediaInfo, probe

_RATE_HZ = 16_000
_SILENCE = 1e-3  # of full scale: -60 dB, below the noise of any recording
_LOOKS = 8  # frames compared, spread over the clip
_SIDE = 32  # pictures are compared at this size, where noise of compression averages out
_STILL = 1.0  # grey levels of 255
_SHORT_S = 0.5


def examine(path: Path, *, expected_s: float | None = None) -> list[tuple[str, str]]:
    """Return what is wrong with a media file as (kind, text), kinds those of `seehear.data.KINDS`;
    empty if nothing is.

    Decodes the whole audio track and the visual track up to the last of a few looks.

    Args:
        path: a local media file.
        expected_s: how long it should be, in seconds; None: any length is fine.
    """
    try:
        info = probe(path)
    except MediaError as error:
        return [("media_damaged", error.problem)]
    found: list[tuple[str, str]] = []
    if expected_s is not None and info.duration_s < expected_s - _SHORT_S:
        found.append(("short", f"{info.duration_s:.2f} s of {expected_s:g} s"))
    warnings = list(info.warnings)
    for track, present, look in (("audio", info.audio, _silent), ("visual", info.visual, _frozen)):
        if present is None:
            found.append((f"no_{track}", f"no {track} track"))
            continue
        try:
            found += look(info, warnings)
        except MediaError as error:
            found.append(("media_damaged", error.problem))
    return [*found, *(("media_damaged", text) for text in dict.fromkeys(warnings))]


def _silent(info: MediaInfo, warn: list[str]) -> list[tuple[str, str]]:
    peak, samples = 0.0, 0
    for wave in iter_audio(info.path, rate_hz=_RATE_HZ, chunk_s=10, warn=warn):
        peak, samples = max(peak, float(np.abs(wave).max(initial=0))), samples + len(wave)
    # the container says how long the track is, or else the clip
    expected_s = (info.audio and info.audio.duration_s) or info.duration_s
    if samples / _RATE_HZ < min(expected_s, info.duration_s) - _SHORT_S:
        warn.append(f"audio track ends at {samples / _RATE_HZ:.2f} s of {expected_s:.2f} s")
    return (
        [] if peak > _SILENCE else [("silent", f"its loudest sample is {peak:.1g} of full scale")]
    )


def _frozen(info: MediaInfo, warn: list[str]) -> list[tuple[str, str]]:
    times = [info.duration_s * (look + 0.5) / _LOOKS for look in range(_LOOKS)]
    first, furthest = None, 0.0
    for _, rgb in iter_frames(info.path, times, warn=warn):
        small = _reduced(rgb)
        first = small if first is None else first
        # another size in mid-track is another picture
        furthest = max(
            furthest, float(np.abs(small - first).max()) if small.shape == first.shape else 255.0
        )
    return (
        []
        if furthest > _STILL
        else [("frozen", f"the picture changes by at most {furthest:.2f} grey levels")]
    )


def _reduced(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = rgb.mean(axis=2, dtype=np.float32)
    rows, columns = (max(1, size // _SIDE) for size in grey.shape)
    grey = grey[: grey.shape[0] // rows * rows, : grey.shape[1] // columns * columns]
    small: NDArray[np.float32] = grey.reshape(grey.shape[0] // rows, rows, -1, columns).mean(
        axis=(1, 3)
    )
    return small
