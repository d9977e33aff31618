"""The visual track as pieces: decoded once, each encoder given the frames that it samples."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import VisualEncoder
from seehear.media import Frame, MediaInfo, TrackReader, iter_frames
from seehear.media.container import MAX_PIXELS
from seehear.streaming.messages import CHUNK, Piece
from seehear.streaming.sampling import Sampling, grid_times, paper_times
from seehear.time import TimeGrid
from seehear.time.spans import Span


def picture_pieces(
    info: MediaInfo,
    encoders: Mapping[str, VisualEncoder],
    grid: TimeGrid,
    end_s: float,
    sampling: Sampling,
    *,
    max_pixels: int = MAX_PIXELS,
) -> TrackReader[Piece]:
    """Read the visual track of a file for these encoders.

    Args:
        info: the file.
        encoders: by identifier.
        grid: segments.
        end_s: when the track is expected to end, in seconds; later moments are not looked at.
        sampling: which frames; see `seehear.streaming.sampling`.
        max_pixels: see `seehear.media.iter_frames`.

    Raises:
        MediaError: (while reading) see `seehear.media.iter_frames`.
    """
    problems: list[str] = []
    lanes = list(_lanes(info, encoders, grid, sampling))
    # the indices are not needed; without them NumPy imports its masked arrays, a tenth of our start
    times, _ = np.unique(np.concatenate([lane.times for lane in lanes]), return_index=True)
    inside = times[times < end_s]
    if not len(inside):
        inside = times[:1]
    # one thread: several processes share the cores
    frames = iter_frames(info.path, inside, threads=1, max_pixels=max_pixels)
    # a moment stands for the slot around it, so the last one also for half a slot after it
    half_s = grid.step_s / max(lane.frames for lane in lanes) / 2
    last = (float(inside[-1]), float(inside[-1]) + half_s)
    return TrackReader(_read(frames, lanes, last, problems), problems, frames.delivered)


def _read(
    frames: TrackReader[Frame], lanes: "Sequence[_Lane]", last: Span, problems: list[str]
) -> Iterator[Piece]:
    try:
        for frame in frames:
            for lane in lanes:
                yield from lane.take(frame)
    finally:
        frames.close()
        problems += frames.problems
        if frames.delivered and frames.delivered[-1][1] >= last[0]:
            start_s, end_s = frames.delivered.pop()
            frames.delivered.append((start_s, max(end_s, last[1])))
    for lane in lanes:
        yield from lane.flush()


def _lanes(
    info: MediaInfo, encoders: Mapping[str, VisualEncoder], grid: TimeGrid, sampling: Sampling
) -> "Iterator[_Lane]":
    for name, encoder in encoders.items():
        yield _Lane(name, encoder, grid, _moments(info, encoder, grid, sampling))


def _moments(
    info: MediaInfo, encoder: VisualEncoder, grid: TimeGrid, sampling: Sampling
) -> NDArray[np.float64]:
    if sampling == "grid":
        return grid_times(grid, encoder.fps)
    track_s = info.visual.duration_s if info.visual is not None else None
    return paper_times(track_s or info.duration_s)


class _Lane:
    """The frames of one encoder, collected into pieces.

    A 3-D network takes several frames for a row; where the track ends within a row, its last frame
    is repeated.  A slot is a moment that the encoder looks at, numbered from 0.
    """

    def __init__(
        self, name: str, encoder: VisualEncoder, grid: TimeGrid, times: NDArray[np.float64]
    ) -> None:
        self.name, self.encoder, self.times = name, encoder, times
        self.frames = len(times) // grid.count  # in a segment
        self.group = int(encoder.frames_per_row)
        if self.frames % self.group:
            raise ValueError(
                f"{name}: expected {self.group} frames a row to divide {self.frames} frames a"
                " segment"
            )
        self._next = 0
        self._held: list[tuple[int, NDArray[np.uint8]]] = []

    def take(self, frame: Frame) -> Iterator[Piece]:
        """Use a frame for every slot that asks for its moment."""
        prepared = None
        while self._next < len(self.times) and self.times[self._next] <= frame.asked_s:
            slot = self._next
            self._next += 1
            if self.times[slot] < frame.asked_s:
                continue  # the decoder skipped this moment: it has no frame
            if self._held and self._chunk(slot) != self._chunk(self._held[0][0]):
                yield from self.flush()
            if prepared is None:
                prepared = self.encoder.prepare(frame.data)
            self._held.append((slot, prepared))

    def flush(self) -> Iterator[Piece]:
        """Give out the frames held so far as a piece, if there are any."""
        if not self._held:
            return
        slots = np.array([slot for slot, _ in self._held], np.int64)
        data = np.stack([picture for _, picture in self._held])
        self._held = []
        if self.group == 1:
            yield Piece(self.name, slots, data, slots // self.frames)
            return
        rows = np.unique(slots // self.group)
        # slots are sorted: for each wanted slot of a row, the last frame that row has at or before
        # it, else its first
        wanted = rows[:, None] * self.group + np.arange(self.group)
        pick = np.searchsorted(slots, wanted, side="right") - 1
        pick = np.maximum(pick, np.searchsorted(slots // self.group, rows)[:, None])
        yield Piece(self.name, rows, data[pick], rows * self.group // self.frames)

    def _chunk(self, slot: int) -> int:
        return slot // (self.frames * CHUNK)
