"""A dataset: clips in splits, a vocabulary, a grid, and where the media lie."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.data.clip import Clip, with_unique_ids
from seehear.data.suffixes import MEDIA_SUFFIXES
from seehear.data.tables import Faults, Issue, read_table
from seehear.data.truth import Reading, Truth, TruthTables
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.time import TimeGrid


@dataclass(frozen=True, eq=False)
class Split:
    """The clips of one split, in table order.

    Args:
        name: such as `train`.
        clips: N clips.
        weak: (N, C) uint8, 1 where the clip's label names the class.
        tables: where its truth stands.
        issues: what is odd about the table of clips.
    """

    name: str
    clips: tuple[Clip, ...]
    weak: NDArray[np.uint8]
    tables: TruthTables = field(repr=False)
    issues: tuple[Issue, ...] = field(default=(), repr=False)
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

    def truth(self, reading: Reading = "literal") -> Truth:
        """Return what is really heard and seen; read from the tables on the first call.

        Raises:
            DataError: there are no truth tables, or they are damaged.
        """
        if not self.has_truth:
            lacking = (
                "visual"
                if self.tables.audio
                else "audio"
                if self.tables.visual
                else "audio and visual"
            )
            raise DataError(
                f"split {self.name} has no {lacking} truth table",
                hint="choose a split with truth for both",
            )
        if reading not in self._cache:
            self._cache[reading] = self.tables.read(self.clips, reading)
        return self._cache[reading]


@dataclass(frozen=True, eq=False)
class Dataset:
    """An open dataset folder.

    Args:
        name: as its `dataset.toml` says, or `LLP`.
        root: the folder.
        vocabulary: its C classes.
        splits: by name.
        grid: T segments, the same for every clip.
        media: folder of the clips' files; None if there is none.
        tables: every table by its role (`train/clips`, `test/audio`, ...).
        annotation: which version of the truth this is, for the setting beside every figure.
    """

    name: str
    root: Path
    vocabulary: Vocabulary
    splits: Mapping[str, Split]
    grid: TimeGrid
    media: Path | None
    tables: Mapping[str, Path]
    annotation: str

    def split(self, name: str) -> Split:
        """Return one split; DataError naming those there are."""
        if name not in self.splits:
            raise DataError(
                f"expected a split among {', '.join(self.splits)}, got {name!r}", where=self.root
            )
        return self.splits[name]

    @cached_property
    def media_files(self) -> Mapping[str, Path]:
        """Every media file of the media folder by its stem (read once)."""
        found: dict[str, Path] = {}
        if self.media is not None:
            files = [p for p in self.media.iterdir() if p.suffix.lower() in MEDIA_SUFFIXES]
            for path in sorted(
                files, key=lambda p: (-MEDIA_SUFFIXES.index(p.suffix.lower()), p.name)
            ):
                found[path.stem] = path  # the preferred suffix comes last and stays
        return found

    def media_path(self, clip: Clip) -> Path | None:
        """Return the clip's file: its name or its id with any media suffix; None if there is
        none.
        """
        return self.media_files.get(clip.name) or self.media_files.get(clip.id)

    def fingerprint(self) -> str:
        """Return a sha256 over vocabulary, grid and tables: equal for equal labels, wherever the
        folder lies.
        """
        out = hashlib.sha256(f"{self.vocabulary.digest()} {self.grid}".encode())
        for role in sorted(self.tables):
            out.update(
                f"\n{role} ".encode() + hashlib.sha256(self.tables[role].read_bytes()).digest()
            )
        return out.hexdigest()


def read_clips(path: Path, vocabulary: Vocabulary) -> tuple[list[Clip], list[Issue]]:
    """Return the clips of a table with the columns `filename` and `event_labels` (classes,
    comma-separated).

    Raises:
        DataError: a missing column, an unknown class, a clip twice, or no clip at all.
    """
    clips: dict[str, Clip] = {}
    issues, faults = [], Faults()
    for line, (name, cell) in read_table(path, ("filename", "event_labels")):
        labels = [label.strip() for label in cell.split(",") if label.strip()]
        unknown = [label for label in labels if label not in vocabulary]
        if not name:
            faults.add("filename is empty", where=f"{path}:{line}")
        elif name in clips:
            faults.add(
                f"clip {name} stands twice", where=f"{path}:{line}", hint="give every clip one row"
            )
        elif unknown:
            faults.add(
                f"unknown class {unknown[0]!r}",
                where=f"{path}:{line}",
                hint=vocabulary.suggest(unknown[0]),
            )
        else:
            clips[name] = Clip.parse(name, labels)
            if len(set(labels)) < len(labels):
                twice = next(label for label in labels if labels.count(label) > 1)
                issues.append(
                    Issue(
                        path.name, line, "label_twice", f"{name}: {twice} stands twice; taken once"
                    )
                )
            if not labels:
                issues.append(Issue(path.name, line, "no_label", f"{name}: no class at all"))
    faults.check()
    if not clips:
        raise DataError("expected at least one clip, got an empty table", where=path)
    return list(clips.values()), issues


def assemble(
    name: str,
    root: Path,
    vocabulary: Vocabulary,
    *,
    clips: Mapping[str, Path],
    audio: Mapping[str, Path],
    visual: Mapping[str, Path],
    media: Path | None,
    grid: TimeGrid | None,
    annotation: str,
    legacy: frozenset[tuple[str, str, float]] | None = None,
) -> Dataset:
    """Return the dataset made of these tables, given by split.

    `grid` None: one-second segments over the longest span that the clips' names tell, ten where
    they tell nothing.

    Raises:
        DataError: a table of clips is damaged.
    """
    read = {split: read_clips(path, vocabulary) for split, path in clips.items()}
    everyone = with_unique_ids(
        {clip.name: clip for found, _ in read.values() for clip in found}.values()
    )
    by_name = {clip.name: clip for clip in everyone}
    grid = _span(everyone) if grid is None else grid
    splits = {}
    for split, (found, issues) in read.items():
        weak = np.stack([vocabulary.one_hot(clip.labels) for clip in found])
        weak.flags.writeable = False
        truth = TruthTables(
            audio.get(split), visual.get(split), vocabulary, grid, frozenset(by_name), legacy
        )
        splits[split] = Split(
            split, tuple(_own(clip, by_name) for clip in found), weak, truth, tuple(issues)
        )
    tables = {
        f"{s}/{role}": path
        for role, paths in (("clips", clips), ("audio", audio), ("visual", visual))
        for s, path in paths.items()
    }
    return Dataset(name, root, vocabulary, splits, grid, media, tables, annotation)


def _own(clip: Clip, by_name: Mapping[str, Clip]) -> Clip:
    return Clip(clip.name, by_name[clip.name].id, clip.labels, clip.start_s, clip.end_s)


def _span(clips: Sequence[Clip]) -> TimeGrid:
    spans = [
        clip.end_s - clip.start_s
        for clip in clips
        if clip.start_s is not None and clip.end_s is not None
    ]
    return TimeGrid.covering(round(max(spans, default=10.0), 6))
