"""The audio track as pieces: for each segment a stretch of sound, with each encoder's context."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import AudioEncoder
from seehear.media import MediaInfo, TrackReader, iter_audio
from seehear.streaming.extent import EARLY_S
from seehear.streaming.messages import CHUNK, Piece
from seehear.time import TimeGrid
from seehear.time.spans import Span

SILENCE = 1e-4  # peak, -80 dB of full scale: codecs make no more of digital silence
_TAIL = 0.25  # of a segment: a track may end this much early without a problem


def sound_pieces(
    info: MediaInfo, encoders: Mapping[str, AudioEncoder], grid: TimeGrid, end_s: float
) -> TrackReader[Piece]:
    """Read the audio track of a file for these encoders.

    Args:
        info: the file.
        encoders: by identifier.
        grid: segments.
        end_s: when the track is expected to end, in seconds.

    Raises:
        MediaError: (while reading) see `seehear.media.iter_audio`.
    """
    said = _Said([], [])
    values = _at_every_rate(info, encoders, grid, end_s, said)
    return TrackReader(values, said.problems, said.delivered)


@dataclass(frozen=True)
class _Said:
    """What is known of a track besides its pieces: see `TrackReader`."""

    problems: list[str]
    delivered: list[Span]


def _at_every_rate(
    info: MediaInfo,
    encoders: Mapping[str, AudioEncoder],
    grid: TimeGrid,
    end_s: float,
    told: _Said,
) -> Iterator[Piece]:
    rates = sorted({int(encoder.rate_hz) for encoder in encoders.values()})
    for rate_hz in rates:  # the track is cheap to read, so it is read again for each rate
        contexts = {name: e.context_s for name, e in encoders.items() if int(e.rate_hz) == rate_hz}
        said = _Said([], [])
        try:
            yield from _at_rate(info, _Cutter(rate_hz, contexts, grid), end_s, said)
        finally:
            if rate_hz == rates[0]:  # the other rates find the same in the same track
                told.problems.extend(said.problems)
                told.delivered.extend(said.delivered)


def _at_rate(info: MediaInfo, cutter: "_Cutter", end_s: float, said: _Said) -> Iterator[Piece]:
    problems = said.problems
    rate_hz, grid = cutter.rate_hz, cutter.grid
    samples, peak = 0, 0.0
    number = info.audio.number if info.audio is not None else None
    sounds = iter_audio(info.path, rate_hz=rate_hz, chunk_s=CHUNK * grid.step_s, stream=number)
    try:
        for sound in sounds:
            samples += len(sound.data)
            peak = max(peak, float(np.abs(sound.data).max(initial=0.0)))
            yield from cutter.add(sound.data)
            if cutter.done == grid.count:
                break
    finally:
        sounds.close()
        problems += sounds.problems
        said.delivered.extend(sounds.delivered)
        if sounds.delivered and sounds.delivered[0][0] > EARLY_S:
            problems.append(f"audio track starts at {sounds.delivered[0][0]:.2f} s")
    if cutter.done < grid.count:
        yield from cutter.rest(samples)
        missing = (end_s - grid.start_s) * rate_hz - samples
        if samples and missing > _TAIL * cutter.step:
            problems.append(
                f"audio track ends at {samples / rate_hz:.2f} s of {round(end_s, 2):g} s"
            )
    if samples and peak < SILENCE:
        problems.append("audio track is silent")


class _Cutter:
    """Cuts a waveform into segments, each with every encoder's context, zeros where there is none.

    Args:
        rate_hz: samples a second.
        contexts: encoder -> seconds of sound it wants on each side of a segment.
        grid: segments.
    """

    def __init__(self, rate_hz: int, contexts: Mapping[str, float], grid: TimeGrid) -> None:
        self.rate_hz, self.grid = rate_hz, grid
        self.step = round(grid.step_s * rate_hz)
        self.margins = {name: round(context * rate_hz) for name, context in contexts.items()}
        self.done = 0  # segments cut
        self._widest = max(self.margins.values(), default=0)
        # the part of the waveform that is still needed, and its first sample counted from the
        # grid's beginning
        self._held = np.zeros(self._widest, np.float32)
        self._first = -self._widest

    def add(self, wave: NDArray[np.float32]) -> Iterator[Piece]:
        """Add more of the waveform; yield the pieces that it completes."""
        self._held = np.concatenate([self._held, wave])
        while self.done < self.grid.count:
            until = min(self.done + CHUNK, self.grid.count)
            if self._first + len(self._held) < until * self.step + self._widest:
                return
            yield from self._cut(until)
            passed = self.done * self.step - self._widest - self._first
            self._held, self._first = self._held[passed:], self._first + passed

    def rest(self, samples: int) -> Iterator[Piece]:
        """Yield what is left when the waveform has ended after `samples` samples."""
        heard = min(self.grid.count, -(-samples // self.step))  # segments with at least one sample
        while self.done < heard:
            yield from self._cut(min(self.done + CHUNK, heard))

    def _cut(self, until: int) -> Iterator[Piece]:
        index = np.arange(self.done, until, dtype=np.int64)
        for name, margin in self.margins.items():
            data = np.zeros((len(index), self.step + 2 * margin), np.float32)
            for row, segment in enumerate(range(self.done, until)):
                begin = segment * self.step - margin - self._first
                part = self._held[begin : begin + data.shape[1]]
                data[row, : len(part)] = part
            yield Piece(name, index, data, index)
        self.done = until
