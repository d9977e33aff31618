"""The scores of all clips of a library, class by class, so that a query reads only its own classes.

`FOLDER/.seehear/scores-TOKEN.npz`, a plain NumPy archive: for each track and class one row of bytes
(probabilities in `Kept.LEVELS` steps), with the segments of all clips one after another, and for
each track one row with the largest of all classes.  The index names the file and says where each
clip begins.  What a person decided counts as certain; a clip without kept scores has the scores of
its events.
"""

import contextlib
import io
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError
from seehear.foreign.arrays import Archive, opened_npz
from seehear.time import TRACKS, Event, Extent, Kept, Timeline
from seehear.time.spans import Span

Row = NDArray[np.uint8]
Key = tuple[str, str | None]  # track and class; None: the largest of all classes
LABELS = "labels"
ANY = "any"
_QUICK = 1  # level of zlib; higher levels save little


def levels_of(timeline: Timeline) -> NDArray[np.uint8]:
    """Return the scores of a clip as a search sees them, (2, C, T)."""
    shape = (len(TRACKS), len(timeline.vocabulary), timeline.grid.count)
    out = np.zeros(shape, np.uint8)
    if timeline.kept is not None:
        out[:] = timeline.kept.segments
    for track, name in enumerate(TRACKS):
        gone = _segments(timeline, timeline.tracks[name].reviewed)
        if gone.any():
            words = [bool(timeline.reviewed(name, label)) for label in timeline.vocabulary]
            out[track][np.outer(words, gone)] = 0
    places = {label: index for index, label in enumerate(timeline.vocabulary)}
    for event in timeline.removed:
        if event.track in TRACKS and event.label in places:
            where = _segments(timeline, [(event.start_s, event.end_s)])
            out[TRACKS.index(event.track), places[event.label], where] = 0
    for event in timeline:
        if event.track in TRACKS:
            row = out[TRACKS.index(event.track), places[event.label]]
            _put(row, _segments(timeline, [(event.start_s, event.end_s)]), event, timeline)
    return out


def _put(row: Row, where: NDArray[np.bool_], event: Event, timeline: Timeline) -> None:
    """Write an event into a row where the kept scores do not show it already."""
    by_person = event.origin != "parser"
    score = 1.0 if event.score is None or by_person else min(max(event.score, 0.0), 1.0)
    if timeline.kept is None or by_person or event.score is None:
        row[where] = int(score * Kept.LEVELS + 1e-9)
        return
    lost = where & (row == 0)  # reviewed, or on a track without kept scores
    row[lost] = int(score * Kept.LEVELS + 1e-9)


def _segments(timeline: Timeline, spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Return which segments overlap some stretches, (T,)."""
    return Extent.of(*spans).segments(timeline.grid)


@dataclass
class Fresh:
    """Scores of clips that are to be added.

    Args:
        at: index of the first segment of the next clip.
    """

    at: int
    _blocks: dict[tuple[str, ...], list[tuple[int, NDArray[np.uint8]]]] = field(
        default_factory=dict
    )

    def add(self, labels: tuple[str, ...], levels: NDArray[np.uint8]) -> int:
        """Add a clip (2, C, T); return the index of its first segment."""
        start, self.at = self.at, self.at + levels.shape[2]
        self._blocks.setdefault(labels, []).append((start, levels))
        return start

    def rows(self) -> Iterator[tuple[int, str | None, NDArray[np.int64], Row]]:
        """Yield (track, label, segments (n,), levels (n,)) of every class; None: the largest."""
        for labels, blocks in self._blocks.items():
            places = [np.arange(start, start + part.shape[2]) for start, part in blocks]
            place, whole = np.concatenate(places), np.concatenate([part for _, part in blocks], 2)
            for track in range(len(TRACKS)):
                for column, label in enumerate(labels):
                    yield track, label, place, whole[track, column]
                yield track, None, place, whole[track].max(0, initial=0)


class Levels:
    """An open file of scores.

    Args:
        archive: the arrays; None for a library without scores.
    """

    def __init__(self, archive: Archive | None) -> None:
        self._archive = archive
        self.labels: dict[str, int] = {}
        self.count = 0
        if archive is not None:
            self.count = archive.headers[f"{TRACKS[0]}-{ANY}"].shape[0]
            self.labels = {str(label): i for i, label in enumerate(archive.read(LABELS))}

    def of(self, track: str, label: str | None) -> Row:
        """Return the row (S,) of a class, zeros if it has none; None: the largest of all."""
        key = ANY if label is None else self.labels.get(label)
        if key is None or self._archive is None:
            return np.zeros(self.count, np.uint8)
        row = self._archive.read(f"{track}-{key}")
        if row.shape != (self.count,) or row.dtype != np.uint8:
            raise ValueError(f"expected {self.count} bytes, got {row.shape} {row.dtype}")
        return row


class SomeLevels(Levels):
    """The scores of some clips, one after another in their order.

    Args:
        levels: of all clips.
        clips: columns of the index with `segments` and `scores_at`, one entry a clip.
        chosen: indices of the clips.
    """

    def __init__(
        self, levels: Levels, clips: Mapping[str, NDArray[Any]], chosen: NDArray[np.integer]
    ) -> None:
        super().__init__(None)
        count = clips["segments"][chosen]
        at = np.cumsum(count) - count
        self.count = int(count.sum())
        self.clips = {name: column[chosen] for name, column in clips.items()} | {"scores_at": at}
        self._whole = levels
        self._place = np.arange(self.count) + np.repeat(clips["scores_at"][chosen] - at, count)

    def of(self, track: str, label: str | None) -> Row:
        """Return the row (S,) of a class; None: the largest of all classes."""
        row: Row = self._whole.of(track, label)[self._place]
        return row


@contextmanager
def opened(path: Path | None) -> Iterator[Levels]:
    """Open a file of scores while the block runs.

    Raises:
        DataError: the file is missing or damaged, noticed at once or while the block reads.
    """
    if path is None:
        yield Levels(None)
        return
    with opened_npz(path, hint="search again: it is made again from the timelines") as archive:
        yield Levels(archive)


def written(folder: Path, old: Path | None, fresh: Fresh) -> Path:
    """Write the scores of `old` and of fresh clips into a new file; return it.

    Raises:
        DataError: the old file is damaged.
        OSError: the new one cannot be written.
    """
    path = folder / f"scores-{os.urandom(6).hex()}.npz"
    by_row: dict[tuple[str, str | None], list[tuple[NDArray[np.int64], Row]]] = {}
    for track, label, place, row in fresh.rows():
        by_row.setdefault((TRACKS[track], label), []).append((place, row))
    with opened(old) as before:
        new = dict.fromkeys(label for _, label in by_row if label is not None)
        labels = [*before.labels, *(label for label in new if label not in before.labels)]

        def read(keys: Sequence[Key]) -> Iterator[Row]:
            for name, label in keys:
                row = np.zeros(fresh.at, np.uint8)
                row[: before.count] = before.of(name, label)
                for place, values in by_row.get((name, label), ()):
                    row[place] = values
                yield row

        write_rows(path, labels, read)
    return path


def write_rows(
    path: Path,
    labels: Sequence[str],
    read: Callable[[Sequence[Key]], Iterable[Row]],
    *,
    at_once: int = 1,
) -> None:
    """Write a file of scores.

    Args:
        path: the file.
        labels: its classes.
        read: returns the rows (S,) of some tracks and classes.
        at_once: how many rows it is asked for at once.

    Raises:
        OSError: it cannot be written.
    """
    columns: list[tuple[str | int, str | None]] = [(ANY, None), *enumerate(labels)]
    names = {f"{track}-{key}": (track, label) for track in TRACKS for key, label in columns}
    part = path.with_suffix(".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK) as out:
            _save(out, LABELS, np.array(labels, np.str_))
            for first in range(0, len(names), at_once):
                some = list(names.items())[first : first + at_once]
                rows = read([key for _, key in some])
                for (name, _), row in zip(some, rows, strict=True):
                    _save(out, name, row)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _save(out: zipfile.ZipFile, name: str, array: NDArray[np.generic]) -> None:
    held = io.BytesIO()
    np.save(held, array)
    out.writestr(f"{name}.npy", held.getvalue())


def count_of(path: Path) -> int | None:
    """Return the number of segments in a file of scores; None if it is damaged."""
    try:
        with opened(path) as levels:
            for track in TRACKS:
                for label in (None, *levels.labels):
                    levels.of(track, label)
            return levels.count
    except DataError:
        return None


def tidy(folder: Path, path: Path) -> None:
    """Remove the files of scores beside an index except the one that belongs to it."""
    for other in folder.glob("scores-*.npz"):
        if other != path:
            with contextlib.suppress(OSError):  # a folder, or in use: it may stay
                other.unlink()
