"""Whether a clip's media can be used: damaged, silent, frozen, short, or without a track."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.errors import MediaError
from seehear.media.audio import iter_audio
from seehear.media.frames import iter_frames
from seehear.media.probe import MediaInfo, probe
from seehear.media.track import Frame, Sound, TrackReader

_RATE_HZ = 16_000
_SILENCE = 1e-3  # of full scale: -60 dB, below the noise of any recording
_LOOKS = 8  # frames compared, spread over the clip
_SIDE = 32  # pictures are compared at this size, where noise of compression averages out
_STILL = 1.0  # grey levels of 255
_SHORT_S = 0.5


def examine(path: Path, *, expected_s: float | None = None) -> list[tuple[str, str]]:
    """Return what is wrong with a media file as (kind, text), kinds those of `seehear.data.KINDS`.

    Decodes the whole audio track; of the visual track a few frames, spread over the clip.

    Args:
        path: a local media file.
        expected_s: how long it should be, in seconds; up to half a second less is accepted.  None:
            any length is fine.
    """
    try:
        info = probe(path)
    except MediaError as error:
        return [("media_damaged", error.problem)]
    examined = _Examined(info)
    if expected_s is not None and info.duration_s < expected_s - _SHORT_S:
        examined.faults.append(("short", f"{info.duration_s:.2f} s of {expected_s:g} s"))
    examined.look_at_audio()
    examined.look_at_visual()
    damage = dict.fromkeys(examined.damage)
    return [*examined.faults, *(("media_damaged", text) for text in damage)]


class _Examined:
    """A file and what was found wrong with it.

    Attributes:
        faults: (kind, text) of each fault.
        damage: what readers say was degraded, listed after the faults and each line once.
    """

    def __init__(self, info: MediaInfo) -> None:
        self.info = info
        self.faults: list[tuple[str, str]] = []
        self.damage = list(info.warnings)

    def look_at_audio(self) -> None:
        """Listen to the whole audio track."""
        if self.info.audio is None:
            self.faults.append(("no_audio", "no audio track"))
            return
        sounds = iter_audio(self.info.path, rate_hz=_RATE_HZ, chunk_s=10)
        try:
            peak, end_s = _loudest(sounds)
        except MediaError as error:
            self.faults.append(("media_damaged", error.problem))
            return
        finally:
            self.damage += sounds.problems
        # the container says how long the track is, or else the clip
        expected_s = self.info.audio.duration_s or self.info.duration_s
        if end_s < min(expected_s, self.info.duration_s) - _SHORT_S:
            self.damage.append(f"audio track ends at {end_s:.2f} s of {expected_s:.2f} s")
        if peak <= _SILENCE:
            self.faults.append(("silent", f"its loudest sample is {peak:.1g} of full scale"))

    def look_at_visual(self) -> None:
        """Look at a few frames, spread over the clip."""
        if self.info.visual is None:
            self.faults.append(("no_visual", "no visual track"))
            return
        times = [self.info.duration_s * (look + 0.5) / _LOOKS for look in range(_LOOKS)]
        frames = iter_frames(self.info.path, times)
        try:
            change = _largest_change(frames)
        except MediaError as error:
            self.faults.append(("media_damaged", error.problem))
            return
        finally:
            self.damage += frames.problems
        if change <= _STILL:
            self.faults.append(
                ("frozen", f"the picture changes by at most {change:.2f} grey levels")
            )


def _loudest(sounds: TrackReader[Sound]) -> tuple[float, float]:
    """Return the peak of a track, and where it ends in seconds."""
    peak = end_s = 0.0
    for sound in sounds:
        peak = max(peak, float(np.abs(sound.data).max(initial=0)))
        end_s = sound.time_s + sound.duration_s
    return peak, end_s


def _largest_change(frames: TrackReader[Frame]) -> float:
    """Return by how much, in grey levels, any frame differs from the first."""
    first, largest = None, 0.0
    for frame in frames:
        small = _reduced(frame.data)
        if first is None:
            first = small
        same_size = small.shape == first.shape  # another size in mid-track is another picture
        change = float(np.abs(small - first).max()) if same_size else 255.0
        largest = max(largest, change)
    return largest


def _reduced(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = rgb.mean(axis=2, dtype=np.float32)
    rows, columns = (max(1, size // _SIDE) for size in grey.shape)
    grey = grey[: grey.shape[0] // rows * rows, : grey.shape[1] // columns * columns]
    cells = grey.reshape(grey.shape[0] // rows, rows, -1, columns)
    small: NDArray[np.float32] = cells.mean(axis=(1, 3))
    return small
