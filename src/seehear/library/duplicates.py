"""Near duplicates: clips that are the same recording, whole or in part, by what was kept of them.

Every clip is compared with every other, exactly, by the measure of `like` for whole clips: the
mean, over the seconds of one, of the largest likeness to any second of the other, by both tracks
if both clips have them.  The larger of the two directions counts, so that a part is found together
with what it was cut from.  Clips that are linked by likenesses above a bound form one group.

The work grows with the square of the seconds: 10,000 of them take seconds, 100,000 minutes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import ConfigError, FeatureError
from seehear.library.index import index_path, rows
from seehear.library.kept_files import KeptFiles
from seehear.library.like import By, Vectors, streams_of, vectors_of

ALIKE = 0.85
_BLOCK = 2048  # seconds that are compared with all others at once
_OTHERS = 256  # clips among those others that are held in memory at once
_ROUNDING = 1e-3  # error of a likeness, as vectors have 16 bits
Pairs = dict[tuple[int, int], float]  # likeness of two clips, by their numbers, the lower first


@dataclass(frozen=True)
class Duplicate:
    """A clip of a group: its timeline (path below the library) and source.

    `likeness`, in [0, 1], is to the most similar other clip of the group.
    """

    path: str
    source: str
    likeness: float


@dataclass(frozen=True)
class Duplicates:
    """Groups of clips that are alike, the most alike first; notes for the user, a line each."""

    groups: tuple[tuple[Duplicate, ...], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Stream:
    """The unit vectors (S, D), 16 bits, of the clips that have a stream.

    Args:
        clips: numbers of the clips.
        first: index of the first second of each.
        vectors: of all their seconds, (S, D).
    """

    clips: NDArray[np.int64]
    first: NDArray[np.int64]
    vectors: NDArray[np.float16]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Seconds of each clip."""
        return np.diff(np.append(self.first, len(self.vectors)))

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        """Return the vectors of some clips."""
        last = self.first[end] if end < len(self.first) else len(self.vectors)
        return self.vectors[self.first[begin] : last].astype(np.float32)


def duplicates(library: Path, at_least: float = ALIKE, by: By = "both") -> Duplicates:
    """Return the clips of a library that are near duplicates of others.

    Args:
        library: folder of timelines with an index, and with features kept of its clips.
        at_least: likeness from which on two clips count as near duplicates, in (0, 1].
        by: what is compared: sound, picture, or both.

    Raises:
        ConfigError: a bound outside (0, 1].
        FeatureError: nothing was kept of any clip.
    """
    if not 0 < at_least <= 1:
        told = f"expected a number above 0, at most 1, got {at_least:g}"
        raise ConfigError(told, parameter="duplicates")
    clips = rows("SELECT path, source FROM {} ORDER BY file_row_number", index_path(library))
    streams, kept = _read(library, [path for path, _ in clips], by)
    if not kept:
        hint = "parse the videos again and keep features"
        raise FeatureError("no features were kept of any clip", where=library, hint=hint)
    groups: list[tuple[Duplicate, ...]] = []
    for group in _groups(_pairs(len(clips), list(streams.values()), at_least)):
        members = [
            Duplicate(clips[number][0], clips[number][1], round(best, 3))
            for number, best in group.items()
        ]
        groups.append(tuple(members))
    groups.sort(key=lambda group: (-max(one.likeness for one in group), group[0].path))
    notes = [f"compared by {' and '.join(sorted(streams))}"]
    if kept < len(clips):
        notes.append(f"{len(clips) - kept:,} of {amount(len(clips), 'clip')} without kept features")
    return Duplicates(tuple(groups), tuple(notes))


def _read(library: Path, paths: Sequence[str], by: By) -> tuple[dict[str, _Stream], int]:
    """Return the vectors of all clips by stream, and the number of clips that have any."""
    parts: dict[str, list[tuple[int, Vectors]]] = {}
    names: dict[str, str] = {}
    kept, files = 0, KeptFiles(library)
    for number, path in enumerate(paths):
        try:
            of_clip = _of_clip(files.path(path), by)
        except FeatureError:
            continue
        kept += bool(of_clip)
        for made, (stream, vectors) in of_clip.items():
            names[made] = stream
            parts.setdefault(made, []).append((number, vectors))
    streams: dict[str, _Stream] = {}
    for made, of_clips in parts.items():
        numbers, each = zip(*of_clips, strict=True)
        streams[_free(names[made], streams)] = _Stream(
            np.array(numbers),
            np.cumsum([0, *map(len, each[:-1])]),
            np.concatenate(each).astype(np.float16),
        )
    return streams, kept


def _free(name: str, taken: dict[str, _Stream]) -> str:
    """Return a free name: an encoder with other weights makes another stream."""
    return name if name not in taken else _free(f"{name} (otherwise)", taken)


def _of_clip(path: Path, by: By) -> dict[str, tuple[str, Vectors]]:
    """Return the unit vectors of a clip by stream, with a digest of how they were made.

    Raises:
        FeatureError: none were kept, or they are damaged.
    """
    from seehear.features.kept import opened_kept

    parts: dict[str, list[Vectors]] = {}
    with opened_kept(path) as clip:
        about = clip.about
        for stream, _, vectors in vectors_of(clip, streams_of(about, by)):
            parts.setdefault(stream, []).append(vectors)
    made = {stream: repr(about.encoders[stream.partition("/")[0]]) for stream in parts}
    return {f"{s} {made[s]}": (s, np.concatenate(vectors)) for s, vectors in parts.items()}


def _pairs(count: int, streams: Sequence[_Stream], at_least: float) -> Pairs:
    """Return the likenesses above a bound, the larger of both directions for each pair."""
    seconds = np.zeros(count, np.int64)
    for stream in streams:
        seconds[stream.clips] = np.maximum(seconds[stream.clips], stream.lengths)
    pairs: Pairs = {}
    for begin, end in _blocks(seconds):
        likeness = _one_way(streams, begin, end, count)
        likeness[np.arange(end - begin), np.arange(begin, end)] = -1  # a clip and itself
        rows_of, others = np.nonzero(likeness >= at_least - _ROUNDING)
        for row, other in zip(rows_of.tolist(), others.tolist(), strict=True):
            pair = min(row + begin, other), max(row + begin, other)
            pairs[pair] = max(pairs.get(pair, 0.0), min(1.0, float(likeness[row, other])))
    return pairs


def _blocks(seconds: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of clips that are compared with all others at once."""
    last = np.cumsum(seconds)
    begin = 0
    while begin < len(seconds):
        room = last[begin] - seconds[begin] + _BLOCK
        end = max(begin + 1, int(np.searchsorted(last, room, side="right")))
        yield begin, end
        begin = end


def _one_way(streams: Sequence[_Stream], begin: int, end: int, count: int) -> NDArray[np.float32]:
    """Return the likenesses of some clips to all, (end - begin, clips); -1: not comparable."""
    total, tracks = np.zeros((2, end - begin, count), np.float32)
    for stream in streams:
        first, last = np.searchsorted(stream.clips, [begin, end]).tolist()
        if first < last:
            both = np.ix_(stream.clips[first:last] - begin, stream.clips)
            total[both] += _of_stream(stream, first, last)
            tracks[both] += 1
    return np.where(tracks > 0, total / np.maximum(tracks, 1), np.float32(-1))


def _of_stream(stream: _Stream, begin: int, end: int) -> NDArray[np.float32]:
    """Return the likenesses of some clips of a stream to all of its clips, (end - begin, clips)."""
    start = int(stream.first[begin])
    these = stream.rows(begin, end)
    nearest = np.empty((len(these), len(stream.clips)), np.float32)
    for at in range(0, len(stream.clips), _OTHERS):
        until = min(at + _OTHERS, len(stream.clips))
        edges = stream.first[at:until] - stream.first[at]
        likeness = these @ stream.rows(at, until).T
        nearest[:, at:until] = np.maximum.reduceat(likeness, edges, axis=1)
    sums = np.add.reduceat(nearest, stream.first[begin:end] - start, axis=0)
    return (sums / stream.lengths[begin:end, None]).astype(np.float32)


def _groups(pairs: Pairs) -> Iterator[dict[int, float]]:
    """Yield groups of clips that are linked by pairs: number of a clip -> its largest likeness."""
    near: dict[int, dict[int, float]] = {}
    for (one, other), likeness in pairs.items():
        near.setdefault(one, {})[other] = likeness
        near.setdefault(other, {})[one] = likeness
    left = set(near)
    while left:
        group: set[int] = set()
        new = {min(left)}
        while new:
            group |= new
            new = {other for one in new for other in near[one]} - group
        left -= group
        yield {one: max(near[one].values()) for one in sorted(group)}
