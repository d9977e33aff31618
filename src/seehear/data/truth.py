"""The truth of a split: who is heard and seen when, as intervals and as arrays, in one of three
readings.

`literal` takes the tables as they stand, as every published number did: rows of unknown clips and
rows that mark nothing fall away, the rest is drawn into the arrays.  `legacy` is the same with
LLP's older audio table, in which three rows carry a wrong name.  `repaired` mends names that are
damaged beyond doubt and merges overlapping, touching and repeated intervals of a class.  Whatever a
reading drops or changes is listed in `Truth.issues`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seehear.data.clip import Clip
from seehear.data.mend import Mender
from seehear.data.tables import Faults, Issue, read_table
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.time import Event, TimeGrid, Track, rasterise

Reading = Literal["literal", "legacy", "repaired"]
READINGS: tuple[Reading, ...] = ("literal", "legacy", "repaired")


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One row of a truth table: `label` is present in `clip` during `[onset_s, offset_s)`."""

    file: str
    line: int
    clip: str
    onset_s: float
    offset_s: float
    label: str

    def __str__(self) -> str:
        return f"{self.clip} {self.label} {self.onset_s:g}-{self.offset_s:g}"

    def issue(self, kind: str, text: str) -> Issue:
        """Return what is wrong with this row."""
        return Issue(self.file, self.line, kind, f"{self}: {text}")


@dataclass(frozen=True, eq=False)
class Truth:
    """What is really heard and seen in the N clips of a split.

    Args:
        reading: how the tables were read.
        names: the clips, in split order.
        audio: (N, T, C) bool.
        visual: (N, T, C) bool.
        audio_intervals: the events of each clip, sorted by time; `repaired` ones do not touch each
            other.
        visual_intervals: likewise.
        issues: every row that was dropped or changed by this reading.
    """

    reading: Reading
    names: tuple[str, ...]
    audio: NDArray[np.bool_]
    visual: NDArray[np.bool_]
    audio_intervals: tuple[tuple[Event, ...], ...]
    visual_intervals: tuple[tuple[Event, ...], ...]
    issues: tuple[Issue, ...]

    def select(self, names: Sequence[str]) -> "Truth":
        """Return the truth of these clips, in this order; the issues stay those of the whole
        split.
        """
        row = {name: i for i, name in enumerate(self.names)}
        order = [row[name] for name in names]
        return replace(
            self,
            names=tuple(names),
            audio=self.audio[order],
            visual=self.visual[order],
            audio_intervals=tuple(self.audio_intervals[i] for i in order),
            visual_intervals=tuple(self.visual_intervals[i] for i in order),
        )


def read_rows(path: Path, vocabulary: Vocabulary) -> tuple[TruthRow, ...]:
    """Return the rows of a truth table.

    Raises:
        DataError: a missing column, an onset or offset that is no number, an unknown class.
    """
    rows, faults = [], Faults()
    for line, (clip, onset, offset, label) in read_table(
        path, ("filename", "onset", "offset", "event_labels")
    ):
        times = [_seconds(onset), _seconds(offset)]
        for name, text, value in zip(("onset", "offset"), (onset, offset), times, strict=True):
            if value is None:
                faults.add(
                    f"{name}: expected a number of seconds, got {text!r}", where=f"{path}:{line}"
                )
        if label not in vocabulary:
            faults.add(
                f"unknown class {label!r}", where=f"{path}:{line}", hint=vocabulary.suggest(label)
            )
        elif times[0] is not None and times[1] is not None:
            rows.append(TruthRow(path.name, line, clip, times[0], times[1], label))
    faults.check()
    return tuple(rows)


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


@dataclass(frozen=True, eq=False)
class TruthTables:
    """Where the truth of one split stands.

    Args:
        audio: the table, or None.
        visual: likewise.
        vocabulary: of the dataset.
        grid: of the dataset.
        known: every clip of the dataset; rows of other clips are orphans.
        legacy: rows that LLP's older audio table lost, as (clip, class, onset); None for other
            datasets.
    """

    audio: Path | None
    visual: Path | None
    vocabulary: Vocabulary
    grid: TimeGrid
    known: frozenset[str]
    legacy: frozenset[tuple[str, str, float]] | None = None

    @cached_property
    def rows(self) -> dict[Track, tuple[TruthRow, ...]]:
        """The rows of both tables, read once."""
        tables = {Track.AUDIO: self.audio, Track.VISUAL: self.visual}
        return {
            track: read_rows(path, self.vocabulary)
            for track, path in tables.items()
            if path is not None
        }

    @cached_property
    def mender(self) -> Mender:
        """What mends the names of clips."""
        return Mender(self.known)

    def read(self, clips: Sequence[Clip], reading: Reading) -> Truth:
        """Return the truth of `clips`; both tables must be given.

        Raises:
            DataError: a table is damaged, or the reading does not exist for this dataset.
        """
        if reading not in READINGS:
            raise DataError(
                f"expected a reading of the truth among {', '.join(READINGS)}, got {reading!r}"
            )
        if reading == "legacy" and self.legacy is None:
            raise DataError(
                "the reading 'legacy' exists for LLP's official tables only",
                hint="choose literal or repaired",
            )
        issues: list[Issue] = []
        arrays, intervals = {}, {}
        for track, rows in self.rows.items():
            events = self._events(track, rows, clips, reading, issues)
            array = np.zeros((len(clips), self.grid.count, len(self.vocabulary)), np.bool_)
            for i, of_clip in enumerate(events):
                for label in {event.label for event in of_clip}:
                    spans = ((e.start_s, e.end_s) for e in of_clip if e.label == label)
                    array[i, :, self.vocabulary.index(label)] = rasterise(spans, self.grid)
            array.flags.writeable = False
            arrays[track], intervals[track] = array, events
        return Truth(
            reading,
            tuple(clip.name for clip in clips),
            arrays[Track.AUDIO],
            arrays[Track.VISUAL],
            intervals[Track.AUDIO],
            intervals[Track.VISUAL],
            tuple(issues),
        )

    def _events(
        self,
        track: Track,
        rows: Iterable[TruthRow],
        clips: Sequence[Clip],
        reading: Reading,
        issues: list[Issue],
    ) -> tuple[tuple[Event, ...], ...]:
        index = {clip.name: i for i, clip in enumerate(clips)}
        kept: list[list[TruthRow]] = [[] for _ in index]
        for row in rows:
            name: str | None = row.clip
            if row.clip not in self.known:
                name = self.mender.mend(row.clip) if reading == "repaired" else None
                if name is None:
                    issues.append(row.issue("orphan", "no split has this clip; row dropped"))
                elif name in index:
                    doubt = (
                        ""
                        if row.label in clips[index[name]].labels
                        else ", whose weak label lacks the class"
                    )
                    issues.append(row.issue("mended", f"taken as a row of {name}{doubt}"))
            if name is None or name not in index:
                continue  # the table may serve several splits
            if (
                reading == "legacy"
                and track is Track.AUDIO
                and (name, row.label, row.onset_s) in (self.legacy or ())
            ):
                issues.append(row.issue("legacy", "misnamed in the older table; row dropped"))
            elif row.offset_s <= row.onset_s:
                kind = "empty" if row.offset_s == row.onset_s else "reversed"
                issues.append(row.issue(kind, f"{kind} interval; row dropped"))
            else:
                if row.onset_s < self.grid.start_s or row.offset_s > self.grid.end_s:
                    issues.append(
                        row.issue(
                            "outside",
                            f"reaches outside {self.grid.start_s:g}-{self.grid.end_s:g} s; "
                            "that part is not in the arrays",
                        )
                    )
                kept[index[name]].append(replace(row, clip=name))
        if reading == "repaired":
            return tuple(tuple(_merged(track, of_clip, issues)) for of_clip in kept)
        return tuple(
            tuple(sorted(Event(r.onset_s, r.offset_s, track, r.label) for r in of_clip))
            for of_clip in kept
        )


def clashes(rows: Iterable[TruthRow]) -> list[tuple[str, TruthRow, TruthRow]]:
    """Return (kind, row, earlier row) for intervals of one clip and class that are repeated,
    overlap or touch.

    Rows that mark nothing must be left out.  Each row clashes at most once: with the interval,
    among those that start no later, which reaches furthest.
    """
    furthest: dict[tuple[str, str], TruthRow] = {}
    out = []
    for row in sorted(rows, key=lambda r: (r.onset_s, r.offset_s, r.line)):
        before = furthest.get((row.clip, row.label))
        if before is not None and row.onset_s <= before.offset_s:
            same = (row.onset_s, row.offset_s) == (before.onset_s, before.offset_s)
            kind = (
                "duplicate" if same else "overlap" if row.onset_s < before.offset_s else "touching"
            )
            out.append((kind, row, before))
        if before is None or row.offset_s > before.offset_s:
            furthest[row.clip, row.label] = row
    return out


def _merged(track: Track, rows: Sequence[TruthRow], issues: list[Issue]) -> list[Event]:
    for kind, row, before in clashes(rows):
        issues.append(
            row.issue(
                kind, f"merged with {before.onset_s:g}-{before.offset_s:g} of line {before.line}"
            )
        )
    spans: dict[str, list[list[float]]] = {}
    for row in sorted(rows, key=lambda r: (r.onset_s, r.offset_s)):
        of_label = spans.setdefault(row.label, [])
        if of_label and row.onset_s <= of_label[-1][1]:
            of_label[-1][1] = max(of_label[-1][1], row.offset_s)
        else:
            of_label.append([row.onset_s, row.offset_s])
    return sorted(
        Event(start, end, track, label) for label, found in spans.items() for start, end in found
    )
