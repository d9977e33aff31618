"""Clips of different lengths as windows of one length: views of a dataset and of its features.

Networks learn from batches of clips of one length.  So a clip of minutes is cut into windows, one
after the other; the last one ends with the clip, and may overlap the one before.  Each has the weak
label of the whole clip.  A clip that is shorter than a window is followed by zeros, as extraction
leaves segments without media.  The length of a clip is told by its features, a row for each
segment.  A window is read by its name, `CLIP@START`, wherever a clip is read by its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data import Clip, Dataset, Split
from seehear.data.truth import Truth
from seehear.errors import ConfigError
from seehear.features.store import ClipEntry, Encoders, FeatureStore
from seehear.time import TimeGrid

LEARNED = ("train", "val")  # the splits that training reads
WINDOW = 60  # segments, by default
_AT = "@"


@dataclass(frozen=True)
class Window:
    """Segments `start` to `start + length` of a clip of `count` segments."""

    clip: str
    start: int
    length: int
    count: int

    @property
    def name(self) -> str:
        """What it is called as a clip of its own."""
        return f"{self.clip}{_AT}{self.start}"


def window_length(given: int | None) -> int:
    """Return how many segments a window has: as given, else `WINDOW`.

    Raises:
        ConfigError: fewer than one.
    """
    if given is None:
        return WINDOW
    if given < 1:
        raise ConfigError(f"expected at least 1 segment, got {given}", parameter="window")
    return given


def window_starts(count: int, length: int, step: int) -> list[int]:
    """Return the segments at which windows begin; the last window ends with the clip.

    Args:
        count: segments of the clip.
        length: segments of a window.
        step: segments from the beginning of a window to that of the next.

    Examples:
        >>> window_starts(17, 10, 5), window_starts(17, 10, 10), window_starts(3, 10, 10)
        ([0, 5, 7], [0, 7], [0])
    """
    last = max(0, count - length)
    return sorted({*range(0, last, max(1, step)), last})


def windows_of(store: FeatureStore, clip: str, length: int, step: int) -> list[Window]:
    """Return the windows of a clip; a clip without features has one."""
    count = segments_of(store, clip) or length
    return [Window(clip, start, length, count) for start in window_starts(count, length, step)]


def segments_of(store: FeatureStore, clip: str) -> int:
    """Return how many segments a clip has by its features; 0: it has no features."""
    of_segments = [name for name in store.streams if name.endswith("/feature")]
    return max((store.count(stream, clip) for stream in of_segments), default=0)


def lengths_of(store: FeatureStore, dataset: Dataset, split: Split) -> list[int]:
    """Return how many segments each clip of a split has, by its features.

    An empty list where all clips have as many as the grid.
    """
    longest = dataset.grid.count
    if not split.lengths:
        return []
    return [min(longest, segments_of(store, name) or longest) for name in split.names]


class WindowedStore(FeatureStore):
    """A features folder whose clips are windows of the clips of another.

    Args:
        store: the folder.
        windows: by name.
    """

    def __init__(self, store: FeatureStore, windows: Sequence[Window]) -> None:
        self.path = store.path
        self.streams = {name: replace(s, rows=None) for name, s in store.streams.items()}
        self._store = store
        self._windows = {window.name: window for window in windows}
        self._last: dict[
            str, tuple[str, NDArray[np.float32]]
        ] = {}  # windows of a clip are neighbours

    def rows(self, stream: str, name: str) -> NDArray[np.float32]:
        """Return the rows of a window; see `FeatureStore.rows`."""
        window = self._windows.get(name)
        if window is None:
            return self._store.rows(stream, name)  # which says that there is no such clip
        clip, rows = self._last.get(stream, ("", np.zeros((0, 0), np.float32)))
        if clip != window.clip:
            rows = self._store.rows(stream, window.clip)
            self._last[stream] = window.clip, rows
        each = max(1, len(rows) // window.count)
        out = np.zeros((window.length * each, rows.shape[1]), np.float32)
        cut = rows[window.start * each : (window.start + window.length) * each]
        out[: len(cut)] = cut
        return out

    @property
    def whole(self) -> FeatureStore:
        """The folder whose clips these are windows of."""
        return self._store

    def window(self, name: str) -> Window:
        """Return a window by its name."""
        return self._windows[name]

    def count(self, stream: str, name: str) -> int:
        """Return how many rows a window has, 0 where its clip has none."""
        window = self._windows.get(name)
        if window is None:
            return 0
        rows = self._store.count(stream, window.clip)
        return window.length * max(1, rows // window.count) if rows else 0

    def entries(self) -> list[ClipEntry]:
        """Return the entry of every window."""
        return [self.entry(name) for name in self._windows]

    def entry(self, name: str) -> ClipEntry:
        """Return the entry of a window: that of its clip, under its own name."""
        entry = self._store.entry(self._windows[name].clip if name in self._windows else name)
        return {**entry, "name": name, "id": name}

    def encoders(self) -> Encoders:
        """Return what is known of each encoder."""
        return self._store.encoders()

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self._store, list(self._windows.values())))


def window_place(dataset: Dataset, clip: Clip) -> tuple[Clip, TimeGrid]:
    """Return the clip that a window was cut from, and the grid of the window in that clip.

    For a clip that is not a window, the clip itself and the dataset's grid.
    """
    if dataset.whole is None:
        return clip, dataset.grid
    name, _, start = clip.name.rpartition(_AT)
    grid = dataset.grid
    return replace(clip, name=name, id=clip.id.rpartition(_AT)[0]), replace(
        grid, start_s=grid.start_s + int(start) * grid.step_s
    )


def in_windows(
    dataset: Dataset, store: FeatureStore, length: int, *, splits: Sequence[str] = LEARNED
) -> tuple[Dataset, WindowedStore]:
    """Return splits of a dataset and their features as windows of one length.

    Args:
        dataset: clips of any length.
        store: their features.
        length: segments of a window.
        splits: which; by default those that training reads.
    """
    grid = TimeGrid(length, dataset.grid.step_s)
    cut_splits, windows = {}, []
    for name in splits:
        if name in dataset.splits:
            cut_splits[name], cut = _cut(dataset.splits[name], store, grid)
            windows += cut
    source = f"windows of {amount(length, 'segment')} of clips of up to {dataset.grid.count}"
    seen = replace(dataset, splits=cut_splits, grid=grid, grid_from=source, whole=dataset)
    return seen, WindowedStore(store, windows)


def _cut(split: Split, store: FeatureStore, grid: TimeGrid) -> tuple[Split, list[Window]]:
    length = grid.count
    windows: list[Window] = []
    rows: list[int] = []
    for row, clip in enumerate(split.clips):
        of_clip = windows_of(store, clip.name, length, length)
        windows += of_clip
        rows += [row] * len(of_clip)
    clips = []
    for row, window in zip(rows, windows, strict=True):
        own = split.clips[row]
        clips.append(Clip(window.name, f"{own.id}{_AT}{window.start}", own.labels))
    cached: dict[str, Truth] = {}
    if split.has_truth:
        truth = _truth(split.truth(), rows, windows)
        cached[truth.reading] = truth
    known = frozenset(window.name for window in windows)
    return (
        replace(
            split,
            clips=tuple(clips),
            weak=split.weak[rows],
            track_weak=None if split.track_weak is None else split.track_weak[rows],
            tables=replace(split.tables, grid=grid, known=known),
            lengths=(),
            _cache=cached,
        ),
        windows,
    )


def _truth(truth: Truth, rows: Sequence[int], windows: Sequence[Window]) -> Truth:
    """Return the truth of windows as arrays; their lists of events are empty."""
    names = tuple(window.name for window in windows)
    nothing: tuple[tuple[()], ...] = ((),) * len(windows)
    return replace(
        truth,
        names=names,
        audio=_cut_rows(truth.audio, rows, windows),
        visual=_cut_rows(truth.visual, rows, windows),
        audio_intervals=nothing,
        visual_intervals=nothing,
    )


def _cut_rows(
    array: NDArray[np.bool_], rows: Sequence[int], windows: Sequence[Window]
) -> NDArray[np.bool_]:
    """Return the segments of windows, each cut from the row of its clip; 0 after the clip's end."""
    out = np.zeros((len(windows), windows[0].length, array.shape[2]), np.bool_)
    for index, (row, window) in enumerate(zip(rows, windows, strict=True)):
        there = array[row, window.start : window.start + window.length]
        out[index, : len(there)] = there
    return out
