"""A dataset: clips in splits, a vocabulary, a grid, and where the media lie."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.closest import shown
from seehear.data.absent import Absent
from seehear.data.clip import Clip, with_unique_ids
from seehear.data.grids import choose_grid, media_by_stem
from seehear.data.tables import Faults, Issue, read_table
from seehear.data.truth import Reading, Truth, TruthTables
from seehear.data.vocabulary import Vocabulary
from seehear.errors import ConfigError, DataError
from seehear.time import TRACKS, TimeGrid


@dataclass(frozen=True, eq=False)
class Split:
    """The clips of one split, in table order.

    Args:
        name: such as `train`.
        clips: N clips.
        weak: (N, C) uint8, 1 where the clip's label names the class.
        tables: where its truth is read from.
        issues: what is odd about the table of clips.
        track_weak: (N, 2, C) uint8, weak labels of what is heard and of what is seen; None where
            the dataset has none.
        exact: whether `track_weak` is the truth of the clips, without times (VGGSounder).
        lengths: how many segments each clip has, None where the tables do not say; empty: every
            clip has those of the grid.
        flags: what else a table says of the clips: name -> (N,) bool.
    """

    name: str
    clips: tuple[Clip, ...]
    weak: NDArray[np.uint8]
    tables: TruthTables = field(repr=False)
    issues: tuple[Issue, ...] = field(default=(), repr=False)
    track_weak: NDArray[np.uint8] | None = field(default=None, repr=False)
    exact: bool = False
    lengths: tuple[int | None, ...] = field(default=(), repr=False)
    flags: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    _cache: dict[str, Truth] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def names(self) -> tuple[str, ...]:
        """The clips' names."""
        return tuple(clip.name for clip in self.clips)

    @property
    def has_truth(self) -> bool:
        """Whether both tracks have a truth table."""
        return self.tables.audio is not None and self.tables.visual is not None

    @property
    def lacking(self) -> list[str]:
        """The tracks without a truth table."""
        tables = {"audio": self.tables.audio, "visual": self.tables.visual}
        return [track for track, path in tables.items() if path is None]

    def weak_of(self, track: str, names: Sequence[str]) -> NDArray[np.uint8]:
        """Return weak labels of some clips for a track, (len(names), C).

        They are the track's own where the dataset has such labels, else the clip's.
        """
        row = {clip.name: index for index, clip in enumerate(self.clips)}
        rows = [row[name] for name in names]
        if self.track_weak is None:
            return self.weak[rows]
        return self.track_weak[rows, TRACKS.index(track)]

    @property
    def scorable(self) -> bool:
        """Whether predictions can be measured: against events in time, or labels of clips."""
        return self.has_truth or self.exact

    def warnings(self, reading: Reading | None = None) -> list[str]:
        """Return warnings that belong beside figures of this truth: rows that name no clip, and
        many that are dropped or cut off.

        Args:
            reading: how the tables are read; None: as published numbers rest on.

        Raises:
            DataError: a table of truth is damaged.
        """
        if self.exact:
            return []
        reading = reading or self.tables.default
        return self._unmatched(reading) + self.tables.faulty(self.clips, reading)

    def unmatched(self) -> list[str]:
        """Return those of the warnings that are about rows that name no clip of the split."""
        return [] if self.exact else self._unmatched(self.tables.default)

    def _unmatched(self, reading: Reading) -> list[str]:
        found = [str(table) for table in self.tables.unmatched(reading)]
        rows = [row for of_track in self.tables.rows.values() for row in of_track]
        if rows and not found and {row.clip for row in rows}.isdisjoint(self.names):
            found.append(
                f"none of the {amount(len(self), 'clip')} of split {self.name} has a row of truth:"
                " nothing counts as heard or seen in them; are these the tables of another split?"
            )
        return found

    def truth(self, reading: Reading | None = None) -> Truth:
        """Return what is really heard and seen; read from the tables on the first call.

        Args:
            reading: how the tables are read (`seehear.data.truth`); None: as published numbers of
                the dataset rest on.

        Raises:
            DataError: there are no truth tables, they are damaged, or most of their rows name no
                clip of the dataset.
        """
        if not self.has_truth:
            raise DataError(_no_truth(self), hint="choose a split with truth of both tracks")
        chosen = reading or self.tables.default
        if chosen not in self._cache:
            self._cache[chosen] = self.tables.read(self.clips, chosen)
        return self._cache[chosen]


@dataclass(frozen=True, eq=False)
class Dataset:
    """An open dataset folder.

    Args:
        name: as its `dataset.toml` says, or `LLP`.
        root: the folder.
        vocabulary: its C classes.
        splits: by name.
        grid: T segments, those of the longest clip where clips differ in length.
        media: folder of the clips' files; None if there is none.
        media_named: the folder that the dataset names, where that is not there.
        tables: every table by its role (`train/clips`, `test/audio`, ...).
        annotation: which version of the truth this is, for the setting beside every figure.
        grid_from: where the grid comes from, in words.
        official: the benchmark whose own figures are shown beside ours: `lfav`, `ave`,
            `activitynet`, `vggsounder`; None: only ours are.
        splits_hint: what to do to get the official splits, where they are not there.
        whole: the dataset whose clips these are windows of (`seehear.features.windowed`); None:
            these are the clips themselves.
    """

    name: str
    root: Path
    vocabulary: Vocabulary
    splits: Mapping[str, Split]
    grid: TimeGrid
    media: Path | None
    tables: Mapping[str, Path]
    annotation: str
    grid_from: str = "given with the dataset"
    official: str | None = None
    splits_hint: str | None = None
    media_named: Path | None = None
    whole: "Dataset | None" = field(default=None, repr=False)

    def split(self, name: str) -> Split:
        """Return a split by its name.

        Raises:
            DataError: there is no such split; it names those that there are.
        """
        if name not in self.splits:
            raise DataError(
                f"expected a split among {', '.join(self.splits)}, got {name!r}",
                where=self.root,
                hint=self.splits_hint,
            )
        return self.splits[name]

    def scored(self, name: str) -> Split:
        """Return a split by its name, if predictions can be measured on it.

        Raises:
            DataError: there is no such split, or it has no truth; it names those that have.
        """
        split = self.split(name)
        if split.scorable:
            return split
        known = [other for other, found in self.splits.items() if found.scorable]
        hint = f"it is in {', '.join(known)}" if known else "no split has it"
        if (self.root / "dataset.toml").is_file():
            lacking = (f'{track} = "{name}_{track}.csv"' for track in split.lacking)
            hint += f"; to give it, add {' and '.join(lacking)} to [splits.{name}] of dataset.toml"
        raise DataError(_no_truth(split), where=self.root, hint=hint)

    @property
    def varies(self) -> bool:
        """Whether clips differ in length."""
        return any(split.lengths for split in self.splits.values())

    @property
    def joint(self) -> bool:
        """Whether the truth tells only what is heard and seen at once."""
        return any(split.tables.joint for split in self.splits.values())

    def without_track_labels(self) -> "Dataset":
        """Return the dataset without weak labels of its tracks, except those that are the truth."""
        splits = dict(self.splits)
        for name, split in self.splits.items():
            if split.track_weak is not None and not split.exact:
                splits[name] = replace(split, track_weak=None)
        return replace(self, splits=splits)

    @cached_property
    def media_files(self) -> Mapping[str, Path]:
        """Every media file of the media folder by its stem (read once)."""
        return media_by_stem(self.media)

    @cached_property
    def absent(self) -> Absent:
        """Says why clips have no media file."""
        return Absent(self.media, self.media_named)

    def media_path(self, clip: Clip) -> Path | None:
        """Return the clip's file, its name or id with any media suffix; None if there is none."""
        return self.media_files.get(clip.name) or self.media_files.get(clip.id)

    def fingerprint(self) -> str:
        """Return a sha256 over vocabulary, grid and tables: equal for equal labels, anywhere."""
        if self.whole is not None:
            return self.whole.fingerprint()
        out = hashlib.sha256(f"{self.vocabulary.digest()} {self.grid}".encode())
        for role in sorted(self.tables):
            content = hashlib.sha256(self.tables[role].read_bytes()).digest()
            out.update(f"\n{role} ".encode() + content)
        return out.hexdigest()

    def parts(self) -> dict[str, str]:
        """Return a digest of each part that the fingerprint covers, to name what has changed."""
        if self.whole is not None:
            return self.whole.parts()
        tables = {role: hashlib.sha256(self.tables[role].read_bytes()) for role in self.tables}
        return {
            "vocabulary": self.vocabulary.digest(),
            "grid": f"{self.grid.count} x {self.grid.step_s:g} s from {self.grid.start_s:g} s",
            **{f"table {role}": digest.hexdigest() for role, digest in sorted(tables.items())},
        }


def _no_truth(split: Split) -> str:
    return f"split {split.name} has no {' and '.join(split.lacking)} truth table"


def no_track_labels(dataset: Dataset) -> ConfigError:
    """Return the error for a dataset whose tracks have no weak labels of their own."""
    return ConfigError(
        f"{dataset.name} has no weak labels of each track",
        hint="leave it out: the labels of the clip serve for both",
        parameter="track_labels",
    )


def without_labels(split: Split) -> str | None:
    """Return what clips with an empty weak label count as; None: every clip has a class."""
    names = [clip.name for clip, row in zip(split.clips, split.weak, strict=True) if not row.any()]
    if not names:
        return None
    some = f"{len(names)} of {amount(len(split), 'clip')} of {split.name}"
    if len(names) == 1:
        return (
            f"{some} has no label ({names[0]}): it counts as a clip without any of the classes; if"
            " you do not know what is in it, delete its row"
        )
    return (
        f"{some} have no label ({shown(names)}): they count as clips without any of the classes; if"
        " you do not know what is in them, delete their rows"
    )


def never_without(weak: NDArray[np.generic], vocabulary: Vocabulary) -> str | None:
    """Return a warning that names the classes that every training clip has; None: there are none.

    Args:
        weak: (N, C), the weak labels of the training clips.
        vocabulary: the classes.
    """
    names = [name for index, name in enumerate(vocabulary.names) if weak[:, index].all()]
    if not names or not len(weak):
        return None
    return (
        f"every training clip has {shown(names)}: without a clip that lacks it, training cannot"
        " learn where it is not; add clips without it"
    )


@dataclass(frozen=True)
class TableFiles:
    """The tables of a dataset by split.

    Args:
        clips: of every split.
        audio: truth of the audio track, for the splits that have it.
        visual: truth of the visual track, likewise.
    """

    clips: Mapping[str, Path]
    audio: Mapping[str, Path]
    visual: Mapping[str, Path]

    def by_role(self) -> dict[str, Path]:
        """Return every table under a name such as `test/audio`."""
        out = {}
        for role, paths in (("clips", self.clips), ("audio", self.audio), ("visual", self.visual)):
            out.update({f"{split}/{role}": path for split, path in paths.items()})
        return out


def read_clips(path: Path, vocabulary: Vocabulary) -> tuple[list[Clip], list[Issue]]:
    """Return the clips of a table with the columns `filename` and `event_labels`.

    Raises:
        DataError: a missing column, an unknown class, a clip twice, or no clip at all.
    """
    clips: dict[str, Clip] = {}
    issues: list[Issue] = []
    faults = Faults()
    for line, (name, cell) in read_table(path, ("filename", "event_labels")):
        where = f"{path}:{line}"
        labels = _labels(cell)
        unknown = [label for label in labels if label not in vocabulary]
        if not name:
            faults.add("filename is empty", where=where)
        elif name in clips:
            faults.add(f"clip {name} appears twice", where=where, hint="give every clip one row")
        elif unknown:
            faults.add_classes(unknown, vocabulary, where=where)
        else:
            clips[name] = replace(Clip.parse(name, labels), line=line)
            issues += [Issue(path.name, line, *odd) for odd in _oddities(name, labels)]
    faults.check()
    if not clips:
        raise DataError("expected at least one clip, got an empty table", where=path)
    return list(clips.values()), issues


def _labels(cell: str) -> list[str]:
    """Return the classes of a cell, which are separated by commas."""
    return [label.strip() for label in cell.split(",") if label.strip()]


def _oddities(name: str, labels: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield kind and text of what is odd about a clip's weak label."""
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        yield "label_twice", f"{name}: {twice} appears twice; taken once"
    if not labels:
        yield "no_label", f"{name}: no class at all"


def assemble(
    name: str,
    root: Path,
    vocabulary: Vocabulary,
    files: TableFiles,
    *,
    media: Path | None,
    grid: TimeGrid | Literal["names"] | None,
    annotation: str,
    legacy: frozenset[tuple[str, str, float]] | None = None,
) -> Dataset:
    """Return the dataset made of these tables.

    Args:
        name: of the dataset.
        root: its folder.
        vocabulary: its classes.
        files: its tables.
        media: folder of the clips' files; None: there is none.
        grid: its segments; `names`: the longest span in the clips' names; None: the length of the
            media (`seehear.data.grids`).
        annotation: which version of the truth this is.
        legacy: see `TruthTables`.

    Raises:
        DataError: a table of clips is damaged, or the grid does not fit the media.
    """
    read = {split: read_clips(path, vocabulary) for split, path in files.clips.items()}
    # a clip of two splits is one clip
    by_name = {clip.name: clip for found, _ in read.values() for clip in found}
    ids = {clip.name: clip.id for clip in with_unique_ids(by_name.values())}
    known = [replace(clip, id=ids[name]) for name, clip in by_name.items()]
    chosen, source = choose_grid(grid, known, media_by_stem(media), root)
    splits = {}
    for split, (found, issues) in read.items():
        weak = np.stack([vocabulary.one_hot(clip.labels) for clip in found])
        weak.flags.writeable = False
        truth = TruthTables(
            audio=files.audio.get(split),
            visual=files.visual.get(split),
            vocabulary=vocabulary,
            grid=chosen,
            known=frozenset(ids),
            legacy=legacy,
        )
        clips = tuple(replace(clip, id=ids[clip.name]) for clip in found)
        splits[split] = Split(split, clips, weak, truth, tuple(issues))
    return Dataset(
        name, root, vocabulary, splits, chosen, media, files.by_role(), annotation, source
    )
