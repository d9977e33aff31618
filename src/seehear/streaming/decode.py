"""What the decoding process does with one clip: media in, pieces for the encoders out, a chunk at a
time.

Runs without weights: of an encoder only its card, rates and `prepare` are used here.  Each track is
read once for all its encoders.  A piece holds at most ten segments, so a clip of any length needs
the memory of ten, and what is in a piece depends on the clip alone: that is why features do not
depend on the number of processes or on the engine.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import MediaError, SeehearError
from seehear.streaming.sampling import PAPER_SEGMENTS, Sampling, grid_times, paper_times
from seehear.time import TimeGrid

CHUNK = 10  # segments a piece
SILENCE = 1e-4  # peak, -80 dB: what an encoder of digital silence leaves
_TAIL_S = 0.25  # of a step: a track may end this early in its last segment without a word


@dataclass(frozen=True)
class Job:
    """One clip to do.

    Args:
        name: the clip's name, unique.
        id: stem of its media file.
        source: path or fsspec URL; None: there is no media file.
        grid: segments; None: as many as the clip is long.
    """

    name: str
    id: str
    source: str | None
    grid: TimeGrid | None = None


@dataclass(frozen=True)
class Piece:
    """Input of one call of one encoder.

    Args:
        encoder: identifier.
        rows: (n,) which rows of the clip these are: segments for audio, frames for images.
        data: (n, ...) as `encode` takes it.
        segments: (n,) the segment of each row.
    """

    encoder: str
    rows: NDArray[np.int64]
    data: NDArray[Any]
    segments: NDArray[np.int64]


@dataclass
class Outcome:
    """The last word on a clip: how long, which tracks, what went wrong."""

    segments: int = 0
    duration_s: float | None = None
    tracks: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def decode(
    job: Job,
    visual: Mapping[str, Any],
    audio: Mapping[str, Any],
    sampling: Sampling = "grid",
    step_s: float = 1.0,
) -> Iterator[Piece | Outcome]:
    """Yield the pieces of a clip and, last, its outcome.  Faults of the media never raise: they end
    in the outcome.

    Args:
        job: the clip.
        visual, audio: encoders by identifier (see `seehear.encoders`).
        sampling: which frames; see `sampling`.
        step_s: length of a segment where the job brings no grid.
    """
    from seehear.media import probe

    out = Outcome()
    try:
        with local_file(job.source) as path:
            info = probe(path)
            out.duration_s = info.duration_s
            out.warnings += info.warnings
            grid = job.grid or TimeGrid.covering(info.duration_s or 0.0, step_s)
            if sampling == "paper":
                grid = TimeGrid(PAPER_SEGMENTS, step_s)
            out.segments = grid.count
            # the last segment may reach past the clip's end: nothing is missing there, unless whole
            # segments are
            reaches = grid.count > TimeGrid.covering(info.duration_s, step_s).count
            end_s = (
                grid.end_s if reaches or sampling == "paper" else min(grid.end_s, info.duration_s)
            )
            if audio:
                yield from _guard(
                    "audio", out, info.audio is not None, _sound(path, audio, grid, end_s, out)
                )
            if visual:
                pieces = _sight(path, info, visual, grid, sampling, end_s, out)
                yield from _guard("visual", out, info.visual is not None, pieces)
    except (SeehearError, OSError) as error:
        out.problems.append(_reason(error))
    yield out


@contextlib.contextmanager
def local_file(source: str | None) -> Iterator[Path]:
    """Give a local path of a source; what an fsspec URL names is copied to a temporary file for as
    long as needed.

    Raises:
        MediaError: there is no such file, or it cannot be read from where it lies.
    """
    if source is None:
        raise MediaError("no media file of this clip")
    if "://" not in source:
        yield Path(source)
        return
    import fsspec

    with tempfile.TemporaryDirectory(prefix="seehear-") as folder:
        path = Path(folder) / Path(source).name
        try:
            filesystem, inner = fsspec.core.url_to_fs(source)
            filesystem.get_file(inner, str(path))
        except Exception as error:  # each filesystem of fsspec has its own errors
            raise MediaError(
                f"cannot read from there: {type(error).__name__}: {error}", where=source
            ) from error
        yield path


def _guard(track: str, out: Outcome, present: bool, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Pass on the pieces of one track and note in the outcome whether, and how far, it could be
    read.
    """
    out.tracks[track] = "absent"
    if not present:
        out.problems.append(f"no {track} track")
        return
    try:
        for piece in pieces:
            out.tracks[track] = "present"
            yield piece
    except (SeehearError, OSError) as error:
        out.problems.append(f"{track} track: {_reason(error)}")
    else:
        if out.tracks[track] == "absent":
            out.problems.append(f"{track} track: nothing in it could be decoded")


def _reason(error: Exception) -> str:
    text = error.problem if isinstance(error, SeehearError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


def _sound(
    path: Path, encoders: Mapping[str, Any], grid: TimeGrid, end_s: float, out: Outcome
) -> Iterator[Piece]:
    rates = sorted({int(encoder.rate_hz) for encoder in encoders.values()})
    for rate in rates:  # the track is cheap to read, so once a rate
        same = {name: e for name, e in encoders.items() if int(e.rate_hz) == rate}
        yield from _sound_at(path, rate, same, grid, end_s, out, first=rate == rates[0])


def _sound_at(
    path: Path,
    rate: int,
    encoders: Mapping[str, Any],
    grid: TimeGrid,
    end_s: float,
    out: Outcome,
    *,
    first: bool,
) -> Iterator[Piece]:
    """Cut the waveform into one piece of sound a segment, with each encoder's context, filled with
    zeros outside.
    """
    from seehear.media import iter_audio

    step = round(grid.step_s * rate)
    margins = {name: round(e.context_s * rate) for name, e in encoders.items()}
    widest = max(margins.values(), default=0)
    warn = out.problems if first else []  # another rate of the same track has nothing new to say
    # `buffer` starts at sample `start`, counted from the grid's beginning
    buffer, start, seen, peak, done = np.zeros(widest, np.float32), -widest, 0, 0.0, 0
    for wave in iter_audio(path, rate_hz=rate, chunk_s=CHUNK * grid.step_s, warn=warn):
        buffer, seen = np.concatenate([buffer, wave]), seen + len(wave)
        peak = max(peak, float(np.abs(wave).max(initial=0.0)))
        while (
            done < grid.count
            and start + len(buffer) >= min(done + CHUNK, grid.count) * step + widest
        ):
            yield from _cut(
                buffer, start, step, margins, range(done, min(done + CHUNK, grid.count))
            )
            done = min(done + CHUNK, grid.count)
            keep = done * step - widest - start
            buffer, start = buffer[keep:], start + keep
        if done >= grid.count:
            break
    else:
        heard = min(grid.count, -(-seen // step))  # segments with at least one sample
        while done < heard:
            yield from _cut(buffer, start, step, margins, range(done, min(done + CHUNK, heard)))
            done = min(done + CHUNK, heard)
        if first and seen and seen < (end_s - grid.start_s) * rate - _TAIL_S * step:
            out.problems.append(f"audio track ends at {seen / rate:.2f} s of {round(end_s, 2):g} s")
    if first and seen and peak < SILENCE:
        out.problems.append("audio track is silent")


def _cut(
    buffer: NDArray[np.float32], start: int, step: int, margins: Mapping[str, int], segments: range
) -> Iterator[Piece]:
    index = np.array(segments, np.int64)
    for name, margin in margins.items():
        data = np.zeros((len(segments), step + 2 * margin), np.float32)
        for row, segment in enumerate(segments):
            begin = segment * step - margin - start
            part = buffer[begin : begin + data.shape[1]]
            data[row, : len(part)] = part
        yield Piece(name, index, data, index)


def _sight(
    path: Path,
    info: Any,
    encoders: Mapping[str, Any],
    grid: TimeGrid,
    sampling: Sampling,
    end_s: float,
    out: Outcome,
) -> Iterator[Piece]:
    """Decode the visual track once and hand each encoder the frames it samples, prepared."""
    from seehear.media import iter_frames

    length_s = info.visual.duration_s or info.duration_s
    lanes = [
        _Lane(
            name, e, grid, paper_times(length_s) if sampling == "paper" else grid_times(grid, e.fps)
        )
        for name, e in encoders.items()
    ]
    times = np.unique(np.concatenate([lane.times for lane in lanes]))
    times = times[times < end_s] if (times < end_s).any() else times[:1]
    for index, rgb in iter_frames(
        path, times, warn=out.problems, threads=1
    ):  # processes share the cores
        for lane in lanes:
            yield from lane.take(times[index], rgb)
    for lane in lanes:
        yield from lane.flush()


class _Lane:
    """The frames of one encoder, collected into pieces.

    A 3-D network takes several frames a row: rows that the track's end cuts short repeat their last
    frame.
    """

    def __init__(self, name: str, encoder: Any, grid: TimeGrid, times: NDArray[np.float64]) -> None:
        self.name, self.encoder, self.times = name, encoder, times
        self.frames = len(times) // grid.count  # a segment
        self.group = int(encoder.frames_per_row)
        if self.frames % self.group:
            raise ValueError(
                f"{name}: expected {self.group} frames a row to divide {self.frames} frames a"
                " segment"
            )
        self._next = 0
        self._held: list[tuple[int, NDArray[np.uint8]]] = []

    def take(self, time_s: float, rgb: NDArray[np.uint8]) -> Iterator[Piece]:
        """Use the frame shown at `time_s` for every slot that asks for that moment."""
        prepared = None
        while self._next < len(self.times) and self.times[self._next] <= time_s:
            slot, self._next = self._next, self._next + 1
            if self.times[slot] < time_s:
                continue  # the decoder passed over this moment: it has no frame
            if self._held and slot // (self.frames * CHUNK) != self._held[0][0] // (
                self.frames * CHUNK
            ):
                yield from self.flush()
            prepared = self.encoder.prepare(rgb) if prepared is None else prepared
            self._held.append((slot, prepared))

    def flush(self) -> Iterator[Piece]:
        """Give out what is held."""
        if not self._held:
            return
        slots = np.array([slot for slot, _ in self._held], np.int64)
        data = np.stack([frame for _, frame in self._held])
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
