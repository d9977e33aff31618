"""A dataset made from what a benchmark's reader has read.

A reader turns the benchmark's own files into `Annotated` splits, whatever their format.  `made`
does the rest: the grid of the longest clip, arrays of weak labels, truth by track.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data.clip import Clip
from seehear.data.dataset import Dataset, Split
from seehear.data.tables import Issue
from seehear.data.truth import TruthRow, TruthTables
from seehear.data.vocabulary import Vocabulary
from seehear.time import TimeGrid, Track

_MEDIA_FOLDERS = ("videos", "video", "media", "AVE")
Labels = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Annotated:
    """One split as its files have it.

    Args:
        clips: with their weak labels.
        rows: the truth by track, of this split or of several; empty: there are no times.
        heard, seen: the weak label of each clip's audio and visual track; None: there are none.
        ends: when clips end, by name, in seconds; left out where that is not known.
        issues: what is odd about the labels.
        flags: what else the files say of the clips: name -> a value for each clip.
    """

    clips: Sequence[Clip]
    rows: Mapping[Track, tuple[TruthRow, ...]] = field(default_factory=dict)
    heard: Labels | None = None
    seen: Labels | None = None
    ends: Mapping[str, float] = field(default_factory=dict)
    issues: Sequence[Issue] = ()
    flags: Mapping[str, Sequence[bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class Benchmark:
    """What holds for all splits.

    Args:
        name: of the dataset.
        root: its folder.
        vocabulary: its classes.
        tables: every file that labels come from, by role (`test/clips`, `test/audio`, ...).
        official: the benchmark's own figures, see `Dataset`.
        grid: of clips that all have one length; None: whole seconds over the longest clip.
        joint: whether the truth tells only what is heard and seen at once.
        inclusive: whether the second of an offset counts as marked, see `seehear.data.truth`.
        exact: whether the weak labels of the tracks are the truth of the clips.
        splits_hint: what to do to get the official splits, where they are not there.
    """

    name: str
    root: Path
    vocabulary: Vocabulary
    tables: Mapping[str, Path]
    official: str
    grid: TimeGrid | None = None
    joint: bool = False
    inclusive: bool = False
    exact: bool = False
    splits_hint: str | None = None


def made(benchmark: Benchmark, splits: Mapping[str, Annotated], *, annotation: str) -> Dataset:
    """Return the dataset.

    Args:
        benchmark: what holds for all splits.
        splits: by name.
        annotation: which version of the truth this is, see `Dataset`.

    Raises:
        KeyError: a label is not in the vocabulary.
    """
    ends = {name: end for split in splits.values() for name, end in split.ends.items()}
    grid, source = benchmark.grid, "given with the dataset"
    if grid is None:
        grid = TimeGrid.covering(max(ends.values(), default=10.0))
        source = f"the longest of {amount(len(ends), 'clip')} whose end the tables tell"
    known = frozenset(clip.name for split in splits.values() for clip in split.clips)
    whole = {name: _split(benchmark, name, split, grid, known) for name, split in splits.items()}
    return Dataset(
        benchmark.name,
        benchmark.root,
        benchmark.vocabulary,
        whole,
        grid,
        media_of(benchmark.root),
        benchmark.tables,
        annotation,
        source,
        benchmark.official,
        benchmark.splits_hint,
    )


def media_of(root: Path) -> Path:
    """Return the folder of media: a subfolder of a usual name, else the dataset's own folder."""
    usual = (root / name for name in _MEDIA_FOLDERS)
    return next((folder for folder in usual if folder.is_dir()), root)


def _split(
    benchmark: Benchmark, name: str, split: Annotated, grid: TimeGrid, known: frozenset[str]
) -> Split:
    words = benchmark.vocabulary
    tables = TruthTables(
        audio=benchmark.tables.get(f"{name}/audio"),
        visual=benchmark.tables.get(f"{name}/visual"),
        vocabulary=words,
        grid=grid,
        known=known,
        given=split.rows,
        joint=benchmark.joint,
        inclusive=benchmark.inclusive,
        ends=split.ends,
    )
    lengths: tuple[int | None, ...] = ()
    if benchmark.grid is None:
        lengths = tuple(_length(clip, split.ends, grid.step_s) for clip in split.clips)
    tracks = None
    if split.heard is not None and split.seen is not None:
        tracks = np.stack([_hot(words, split.heard), _hot(words, split.seen)], axis=1)
        tracks.flags.writeable = False
    weak = _hot(words, [clip.labels for clip in split.clips])
    weak.flags.writeable = False
    return Split(
        name,
        tuple(split.clips),
        weak,
        tables,
        tuple(split.issues),
        track_weak=tracks,
        exact=benchmark.exact,
        lengths=lengths,
        flags={key: np.array(values, np.bool_) for key, values in split.flags.items()},
    )


def _length(clip: Clip, ends: Mapping[str, float], step_s: float) -> int | None:
    end_s = ends.get(clip.name)
    return None if end_s is None else TimeGrid.covering(end_s, step_s).count


def _hot(words: Vocabulary, labels: Labels) -> NDArray[np.uint8]:
    """Return labels as rows of zeros and ones, (N, C)."""
    column = {name: index for index, name in enumerate(words.names)}
    out = np.zeros((len(labels), len(words)), np.uint8)
    for row, of_clip in zip(out, labels, strict=True):
        row[[column[label] for label in of_clip]] = 1
    return out
