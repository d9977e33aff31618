"""Mono sound at the rate asked for, in chunks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import MediaError
from seehear.media.container import chosen, clip_start, decoded, faults, opened
from seehear.media.probe import probe

_RATES_HZ = (1_000, 768_000)
_SLACK_S = 0.1  # timestamps may be off by this much without meaning a gap


def iter_audio(
    path: Path | str, *, rate_hz: int, chunk_s: float, warn: list[str]
) -> Iterator[NDArray[np.float32]]:
    """Yield the audio track as mono float32 chunks; sample k is the sound at `k / rate_hz` seconds
    of the clip.

    A track that starts late, and gaps inside it, are filled with zeros; overlaps are cut.

    Args:
        path: a local media file.
        rate_hz: samples a second to resample to.
        chunk_s: length of a chunk in seconds; the last is shorter.
        warn: gets one line for whatever was degraded; where the track ends is for the caller to see
            from the samples.

    Raises:
        MediaError: no audio track, or nothing of it could be decoded.
    """
    path = Path(path)
    limit = round(
        (probe(path).duration_s + 1) * rate_hz
    )  # wild timestamps must not make days of silence
    with opened(path) as container:
        stream = chosen(container, "audio")
        if stream is None:
            raise MediaError("no audio track", where=path)
        chunks = _Chunks(round(chunk_s * rate_hz))
        source = _Source(rate_hz)
        start_s, gaps, refused = clip_start(container), 0, 0
        for frame in decoded(container, stream, warn):
            if frame.time is not None:
                due = round((float(frame.time) - start_s) * rate_hz)
                if abs(due - source.made) > _SLACK_S * rate_hz:
                    yield from chunks.add(source.flush())
                    gaps += source.made > 0
                    for silence in source.move(min(due, limit) - source.made):
                        yield from chunks.add(silence)
            try:
                wave = source.feed(frame)
            except faults():
                refused += 1
                source.reset()
            else:
                yield from chunks.add(wave)
        yield from chunks.add(source.flush())
        if not source.heard:
            raise MediaError("nothing of the audio track can be decoded", where=path)
        if gaps:
            warn.append(f"audio track: {gaps} gaps or overlaps were filled with silence or cut")
        if refused:
            warn.append(
                f"audio track: {refused} decoded frames were passed over, they make no sound"
            )
        yield from chunks.rest()


class _Source:
    """Resampled mono sound, counted in samples made since the clip's start."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz, self.made, self.heard = rate_hz, 0, False
        self._resampler: Any = None
        self._key: tuple[Any, ...] = ()
        self._skip = 0

    def feed(self, frame: Any) -> NDArray[np.float32]:
        """Return the samples of one decoded frame; a change of format in mid-track starts a new
        resampler.

        Raises:
            One of `faults()`: the frame makes no sense to the resampler.
        """
        import av

        if not _RATES_HZ[0] <= frame.sample_rate <= _RATES_HZ[1]:
            raise ValueError("a sample rate that no recording has")  # one packet would become hours
        key = (frame.format.name, frame.layout.name, frame.sample_rate)
        before = self.flush() if self._key not in ((), key) else np.zeros(0, np.float32)
        if self._resampler is None:
            self._resampler = av.AudioResampler("flt", "mono", self.rate_hz)
        self._key = key
        frame.pts = None  # we place the sound ourselves; the resampler would refuse a jump
        return np.concatenate([before, self._take(self._resampler.resample(frame))])

    def flush(self) -> NDArray[np.float32]:
        """Return what the resampler still holds."""
        held = self._resampler
        self.reset()
        try:
            return np.zeros(0, np.float32) if held is None else self._take(held.resample(None))
        except faults():  # it was fed damage; what it held is a few milliseconds
            return np.zeros(0, np.float32)

    def reset(self) -> None:
        """Forget the resampler and what it holds."""
        self._resampler, self._key = None, ()

    def move(self, samples: int) -> Iterator[NDArray[np.float32]]:
        """Go forward by silence, a second at a time, or back by skipping what comes next."""
        self._skip = max(0, -samples)
        self.made += samples
        while samples > 0:
            yield np.zeros(min(samples, self.rate_hz), np.float32)
            samples -= self.rate_hz

    def _take(self, frames: list[Any]) -> NDArray[np.float32]:
        wave = np.concatenate(
            [np.zeros(0, np.float32), *(f.to_ndarray().reshape(-1) for f in frames)]
        )
        self.made += len(wave)
        self.heard |= len(wave) > 0
        cut = min(self._skip, len(wave))
        self._skip -= cut
        return np.clip(np.nan_to_num(wave[cut:]), -1, 1).astype(np.float32, copy=False)


class _Chunks:
    """Pieces of any length in, chunks of one length out."""

    def __init__(self, length: int) -> None:
        self.length, self._parts, self._held = max(1, length), [], 0

    def add(self, wave: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        if not len(wave):
            return
        self._parts.append(wave)
        self._held += len(wave)
        if self._held >= self.length:
            whole = np.concatenate(self._parts)
            cut = len(whole) // self.length * self.length
            self._parts, self._held = [whole[cut:]], len(whole) - cut
            for first in range(0, cut, self.length):
                yield whole[first : first + self.length]

    def rest(self) -> Iterator[NDArray[np.float32]]:
        if self._held:
            yield np.concatenate(self._parts)
