"""Mono sound at the rate asked for, in chunks."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import MediaError
from seehear.media.channels import Loudest
from seehear.media.choice import chosen_audio
from seehear.media.clock import on_time
from seehear.media.container import clip_start, decoded, faults, opened
from seehear.media.probe import probe
from seehear.media.track import Sound, TrackReader
from seehear.time.spans import Span

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler

_RATES_HZ = (1_000, 768_000)
_SLACK_S = 0.1  # timestamps may be off by this much without meaning a gap


def iter_audio(
    path: Path | str, *, rate_hz: int, chunk_s: float, stream: int | None = None
) -> TrackReader[Sound]:
    """Read the audio track as mono sound in chunks.

    Sample k, counted over all chunks, is what is heard at `k / rate_hz` seconds of the clip: a late
    start and gaps are filled with zeros, overlaps are cut.  Where the channels cancel each other,
    the loudest one is taken for all.

    Args:
        path: a local media file.
        rate_hz: samples a second to resample to.
        chunk_s: length of a chunk in seconds; the last is shorter.
        stream: which of several audio streams, counted from 1; None: see `chosen_audio`.

    Returns:
        a reader of `Sound`s; its `problems` say what was degraded.  A track that ends before the
        clip is not among them: count the samples.

    Raises:
        MediaError: (while reading) no such audio track, or nothing of it could be decoded.
    """
    problems: list[str] = []
    delivered: list[Span] = []
    chunks = _Chunks(rate_hz, round(chunk_s * rate_hz))
    values = _read(Path(path), chunks, stream, problems, delivered)
    return TrackReader(values, problems, delivered)


def _read(
    path: Path,
    chunks: "_Chunks",
    number: int | None,
    problems: list[str],
    delivered: list[Span],
) -> Iterator[Sound]:
    # else a damaged timestamp could ask for days of silence
    limit = round((probe(path, audio_stream=number).duration_s + 1) * chunks.rate_hz)
    with opened(path) as container:
        stream, _ = chosen_audio(path, container, number)
        if stream is None:
            raise MediaError("no audio track", where=path)
        source = _Source(chunks.rate_hz, clip_start(container), limit)
        try:
            for frame in decoded(on_time(container, stream, path), "audio", problems):
                for wave in source.waves(frame):
                    yield from chunks.add(wave)
            yield from chunks.add(source.flush())
        finally:
            delivered += source.delivered()
        if not source.heard:
            raise MediaError("nothing in the audio track can be decoded", where=path)
        problems += source.problems()
        yield from chunks.rest()


class _Source:
    """Resampled mono sound, counted in samples made since the clip's start.

    Args:
        rate_hz: samples a second to make.
        start_s: the clip's start, in the container's seconds.
        limit: samples after which no frame is placed.
    """

    def __init__(self, rate_hz: int, start_s: float, limit: int) -> None:
        self.rate_hz, self.start_s, self.limit = rate_hz, start_s, limit
        self.made = 0
        self.heard = False
        self._gaps = self._refused = 0
        self._loudest = Loudest()
        self._resampler: AudioResampler | None = None
        self._key: tuple[object, ...] = ()
        self._skip = 0
        self._sounded: list[tuple[int, int]] = []  # in samples

    def delivered(self) -> list[Span]:
        """Return the stretches, in seconds, that the decoder delivered, without filled gaps."""
        return [(first / self.rate_hz, last / self.rate_hz) for first, last in self._sounded]

    def waves(self, frame: "AudioFrame") -> Iterator[NDArray[np.float32]]:
        """Yield the sound of one decoded frame; before it, silence where there is a gap."""
        if frame.time is not None:
            due = round((float(frame.time) - self.start_s) * self.rate_hz)
            if abs(due - self.made) > _SLACK_S * self.rate_hz:
                yield self.flush()
                self._gaps += self.made > 0
                yield from self._move(min(due, self.limit) - self.made)
        try:
            wave = self._feed(frame)
        except faults():
            self._refused += 1
            self._reset()
        else:
            yield wave

    def flush(self) -> NDArray[np.float32]:
        """Return what the resampler still holds."""
        resampler = self._resampler
        self._reset()
        if resampler is None:
            return np.zeros(0, np.float32)
        try:
            return self._take(resampler.resample(None))
        except faults():  # it was given damaged sound; a few milliseconds are lost
            return np.zeros(0, np.float32)

    def problems(self) -> list[str]:
        """Return what was wrong with the frames, one line each."""
        found = self._loudest.problems()
        if self._gaps:
            found.append(
                f"audio track: {self._gaps} gaps or overlaps were filled with silence or cut"
            )
        if self._refused:
            found.append(
                f"audio track: {amount(self._refused, 'decoded frame')} skipped: no sound in them"
            )
        return found

    def _feed(self, frame: "AudioFrame") -> NDArray[np.float32]:
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
        frame = self._loudest.whole(frame)
        if self._resampler is None:
            self._resampler = av.AudioResampler("flt", "mono", self.rate_hz)
        self._key = key
        frame.pts = None  # we place the sound ourselves; the resampler would refuse a jump
        return np.concatenate([before, self._take(self._resampler.resample(frame))])

    def _reset(self) -> None:
        """Forget the resampler and what it holds."""
        self._resampler, self._key = None, ()

    def _move(self, samples: int) -> Iterator[NDArray[np.float32]]:
        """Go forward by silence, a second at a time, or back by skipping what comes next."""
        self._skip = max(0, -samples)
        self.made += samples
        while samples > 0:
            yield np.zeros(min(samples, self.rate_hz), np.float32)
            samples -= self.rate_hz

    def _note(self, first: int, last: int) -> None:
        """Take note of sound from one sample to before another."""
        if self._sounded and first <= self._sounded[-1][1]:
            first = self._sounded.pop()[0]
        self._sounded.append((first, last))

    def _take(self, frames: "list[AudioFrame]") -> NDArray[np.float32]:
        parts = [np.zeros(0, np.float32), *(f.to_ndarray().reshape(-1) for f in frames)]
        wave: NDArray[np.float32] = np.concatenate(parts)
        if len(wave):
            self._note(self.made, self.made + len(wave))
        self.made += len(wave)
        self.heard |= len(wave) > 0
        cut = min(self._skip, len(wave))
        self._skip -= cut
        return wave[cut:]


class _Chunks:
    """Takes waves of any length and gives out sounds of one length."""

    def __init__(self, rate_hz: int, length: int) -> None:
        self.rate_hz, self.length = rate_hz, max(1, length)
        self._parts: list[NDArray[np.float32]] = []
        self._held = 0  # samples in them
        self._given = 0  # samples given out

    def add(self, wave: NDArray[np.float32]) -> Iterator[Sound]:
        """Take more sound in; yield the chunks that are whole with it."""
        if not len(wave):
            return
        self._parts.append(wave)
        self._held += len(wave)
        if self._held >= self.length:
            whole = np.concatenate(self._parts)
            cut = len(whole) // self.length * self.length
            self._parts, self._held = [whole[cut:]], len(whole) - cut
            for first in range(0, cut, self.length):
                yield self._sound(whole[first : first + self.length])

    def rest(self) -> Iterator[Sound]:
        """Yield what is left, if anything is."""
        if self._held:
            yield self._sound(np.concatenate(self._parts))

    def _sound(self, data: NDArray[np.float32]) -> Sound:
        time_s = self._given / self.rate_hz
        self._given += len(data)
        # for a chunk at once, not for each of the hundreds of frames in it
        sound: NDArray[np.float32] = np.clip(np.nan_to_num(data), -1, 1)
        return Sound(sound.astype(np.float32, copy=False), time_s, self.rate_hz)
