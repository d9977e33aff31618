"""Channels that cancel each other when they are mixed to mono.

Two channels of opposite phase, as from a cable wired the wrong way round, give a silent mix of a
recording that is not silent.  So does sound that is only in the channel of low effects, which a mix
leaves out.  In such frames the loudest channel is taken for all; every other frame stays as it is,
bit for bit.
"""

from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av import AudioFrame

_HEARD = 1e-8  # power of full scale, -80 dB: below it a channel is silent
_CANCELLED = 3e-3  # of the loudest channel's power, -25 dB: the mix has lost it
_STEADY = 0.25  # of the loudest channel's power: with that much, the channel used before is kept
_EFFECTS = "LFE"  # the channel of low effects, which a mix to mono leaves out


class Loudest:
    """Puts the loudest channel in the place of all, in frames whose channels cancel each other.

    Attributes:
        seconds: of sound for which that was done.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._channel: int | None = None

    def whole(self, frame: "AudioFrame") -> "AudioFrame":
        """Return the frame, or one whose channels do not cancel each other."""
        channels = len(frame.layout.channels)
        if channels < 2 or not frame.samples:
            return frame
        rows = _rows(frame, channels)
        if rows is None:
            return frame
        power = np.square(rows).mean(axis=1)
        loudest = int(power.argmax())
        if power[loudest] < _HEARD or _mixed(frame, rows) > _CANCELLED * power[loudest]:
            return frame
        self.seconds += frame.samples / frame.sample_rate
        return _repeated(frame, channels, self._steady(power, loudest))

    def _steady(self, power: NDArray[np.float64], loudest: int) -> int:
        """Return the channel to use: the one used before, as long as it is nearly the loudest."""
        before = self._channel
        if before is None or before >= len(power) or power[before] < _STEADY * power[loudest]:
            before = self._channel = loudest
        return before

    def problems(self) -> list[str]:
        """Return what was done, in one line."""
        if not self.seconds:
            return []
        return [
            f"audio track: its channels cancel each other when mixed (opposite phases?) for"
            f" {self.seconds:.2f} s; the loudest channel was used there"
        ]


def _mixed(frame: "AudioFrame", rows: NDArray[np.float64]) -> float:
    """Return the power of the channels' mean; the channel of low effects is left out."""
    kept = [k for k, channel in enumerate(frame.layout.channels) if channel.name != _EFFECTS]
    return float(np.square(rows[kept].mean(axis=0)).mean()) if kept else 0.0


def _rows(frame: "AudioFrame", channels: int) -> NDArray[np.float64] | None:
    """Return the samples (channels, n), full scale 1; None: the frame has another layout."""
    stored = frame.to_ndarray()
    rows = stored.astype(np.float64)
    if stored.dtype == np.uint8:
        rows -= 128
    if stored.dtype.kind in "iu":
        rows /= 2.0 ** (8 * stored.dtype.itemsize - 1)
    if not frame.format.is_planar:
        rows = rows.reshape(-1, channels).T
    return rows if rows.shape[0] == channels and np.isfinite(rows).all() else None


def _repeated(frame: "AudioFrame", channels: int, channel: int) -> "AudioFrame":
    """Return a frame with one channel as front left and right, and silence elsewhere."""
    import av

    stored = frame.to_ndarray()
    rows = stored if frame.format.is_planar else stored.reshape(-1, channels).T
    made = np.full_like(rows, 128 if rows.dtype == np.uint8 else 0)
    made[:2] = rows[channel]  # front left and right, as loud as a recording with both alike
    if not frame.format.is_planar:
        made = made.T.reshape(1, -1)
    data = cast("NDArray[np.float32]", np.ascontiguousarray(made))
    out = av.AudioFrame.from_ndarray(data, format=frame.format.name, layout=frame.layout.name)
    out.sample_rate = frame.sample_rate
    return out
