"""The truth of a split: what is heard and seen when, as intervals and arrays, in named readings.

`literal` takes the tables as they are, as every published number did: rows of unknown clips and
rows that mark nothing are dropped, the others are drawn into the arrays.  `legacy` is `literal`
with LLP's older audio table, in which three rows have a wrong name.  `repaired` mends names that
are certainly damaged, and merges overlapping, touching and repeated intervals of a class.
`inclusive` exists where a benchmark's own evaluation counts the second of an offset as marked
(LFAV): a row 3-5 marks three seconds, a row 4-4 one.  There it is the default, and `repaired`
counts offsets in the same way.  Whatever a reading drops or changes is listed in `Truth.issues`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data.clip import Clip
from seehear.data.mend import Mender
from seehear.data.orphans import Unmatched
from seehear.data.tables import Faults, Issue, read_table, seconds
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.time import Event, TimeGrid, Track, rasterise
from seehear.time.spans import joined

Reading = Literal["literal", "legacy", "repaired", "inclusive"]
READINGS: tuple[Reading, ...] = ("literal", "legacy", "repaired", "inclusive")
FAULTY = 0.05  # share of a table's rows; the official tables of benchmarks have fewer faults
_FAULTS = {  # in the words of a warning
    "reversed": "with the end before the beginning (not counted)",
    "empty": "without length (not counted)",
    "outside": "reaching outside the clip (only what lies in it counts)",
}


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One row of a truth table: `label` is present in `clip` during `[onset_s, offset_s)`.

    Args:
        file: name of the table.
        line: in it, counted from 1.
        clip: the clip's name.
        onset_s, offset_s: in seconds of the clip.
        label: the class.
    """

    file: str
    line: int
    clip: str
    onset_s: float
    offset_s: float
    label: str

    def __str__(self) -> str:
        return f"{self.clip} {self.label} {self.onset_s:g}-{self.offset_s:g}"

    @property
    def span_fault(self) -> str | None:
        """Why the row marks nothing: `empty` or `reversed`; None if it marks something."""
        if self.offset_s > self.onset_s:
            return None
        return "empty" if self.offset_s == self.onset_s else "reversed"

    def reaches_outside(self, start_s: float, end_s: float) -> bool:
        """Return whether part of the interval lies outside these seconds."""
        return self.onset_s < start_s or self.offset_s > end_s

    def inclusive(self) -> "TruthRow":
        """Return the row with the second of its offset marked, too."""
        return replace(self, offset_s=self.offset_s + 1)

    def issue(self, kind: str, text: str) -> Issue:
        """Return an issue about this row."""
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
        """Return the truth of these clips, in this order; `issues` stay those of the whole split.

        Raises:
            KeyError: one of them is not among `names`.
        """
        row = {name: i for i, name in enumerate(self.names)}
        order = [row[name] for name in names]
        heard, seen = self.audio_intervals, self.visual_intervals
        audio_intervals = tuple(heard[i] for i in order)
        visual_intervals = tuple(seen[i] for i in order)
        return replace(
            self,
            names=tuple(names),
            audio=self.audio[order],
            visual=self.visual[order],
            audio_intervals=audio_intervals,
            visual_intervals=visual_intervals,
        )


def read_rows(path: Path, vocabulary: Vocabulary) -> tuple[TruthRow, ...]:
    """Return the rows of a truth table.

    Raises:
        DataError: a missing column, an onset or offset that is not a number, an unknown class.
    """
    rows, faults = [], Faults()
    columns = ("filename", "onset", "offset", "event_labels")
    for line, (clip, onset, offset, label) in read_table(path, columns):
        where = f"{path}:{line}"
        onset_s = seconds(onset, "onset", faults, where=where)
        offset_s = seconds(offset, "offset", faults, where=where)
        if label not in vocabulary:
            faults.add_classes([label], vocabulary, where=where)
        elif onset_s is not None and offset_s is not None:
            rows.append(TruthRow(path.name, line, clip, onset_s, offset_s, label))
    faults.check()
    return tuple(rows)


@dataclass(frozen=True, eq=False)
class TruthTables:
    """The tables of truth of one split.

    Args:
        audio: the table of the audio track; None: there is none.
        visual: the table of the visual track, likewise.
        vocabulary: of the dataset.
        grid: of the dataset.
        known: the names of all clips of the dataset; rows of other clips are orphans.
        legacy: rows that LLP's older audio table lacks, as (clip, class, onset); None: this is not
            LLP.
        given: rows by track, if the dataset's reader has read them already; None: they are read
            from the tables.
        joint: whether the truth tells only what is heard and seen at once.
        inclusive: whether the benchmark counts the second of an offset as marked.
        ends: when clips end that do not end with the grid, by name, in seconds.
    """

    audio: Path | None
    visual: Path | None
    vocabulary: Vocabulary
    grid: TimeGrid
    known: frozenset[str]
    legacy: frozenset[tuple[str, str, float]] | None = None
    given: Mapping[Track, tuple[TruthRow, ...]] | None = None
    joint: bool = False
    inclusive: bool = False
    ends: Mapping[str, float] = field(default_factory=dict)

    @property
    def default(self) -> Reading:
        """The reading that published numbers of the dataset rest on."""
        return "inclusive" if self.inclusive else "literal"

    def end_s(self, clip: str) -> float:
        """Return when a clip ends, in seconds: with the grid, unless `ends` says otherwise."""
        return self.ends.get(clip, self.grid.end_s)

    @cached_property
    def rows(self) -> Mapping[Track, tuple[TruthRow, ...]]:
        """The rows of both tables, read once."""
        if self.given is not None:
            return self.given
        rows = {}
        for track, path in ((Track.AUDIO, self.audio), (Track.VISUAL, self.visual)):
            if path is not None:
                rows[track] = read_rows(path, self.vocabulary)
        return rows

    @cached_property
    def mender(self) -> Mender:
        """Mends damaged names of clips."""
        return Mender(self.known)

    def unmatched(self, reading: Reading = "literal") -> list[Unmatched]:
        """Return the rows of each table whose clip is in no split; tables without any are left out.

        In the reading `repaired`, rows whose names can be mended do not count.
        """
        found = []
        for track, path in ((Track.AUDIO, self.audio), (Track.VISUAL, self.visual)):
            if path is None:
                continue
            names = [row.clip for row in self.rows[track] if row.clip not in self.known]
            if reading == "repaired":
                names = [name for name in names if self.mender.mend(name) is None]
            if names:
                found.append(Unmatched(path, names, len(self.rows[track]), self.known))
        return found

    def faulty(self, clips: Sequence[Clip], reading: Reading = "literal") -> list[str]:
        """Return a warning for each table that loses many of these clips' rows in a reading.

        Lost are rows that mark nothing, and rows of which a segment or more lies outside the clip.
        The official tables have a few; from `FAULTY` of the rows on, figures say something else
        than the annotator meant.
        """
        found = []
        names = {clip.name for clip in clips}
        for track, path in ((Track.AUDIO, self.audio), (Track.VISUAL, self.visual)):
            if path is None or (self.joint and track is Track.VISUAL):
                continue  # both tracks have the same table
            rows = [row for row in self.rows[track] if row.clip in names]
            told = self._lost(path, rows, reading)
            if told is not None:
                found.append(told)
        return found

    def _lost(self, path: Path, rows: Sequence[TruthRow], reading: Reading) -> str | None:
        """Return the warning about rows of a table that are lost; None if they are few."""
        faults = Counter(map(partial(self._fault, reading=reading), rows))
        del faults[None]
        count = faults.total()
        if not count or count < FAULTY * len(rows):
            return None
        kinds = [f"{faults[kind]} {text}" for kind, text in _FAULTS.items() if faults[kind]]
        verb = "does not count as it stands" if count == 1 else "do not count as they stand"
        return (
            f"{path}: {count} of {amount(len(rows), 'row')} of truth {verb}: {', '.join(kinds)};"
            " `seehear doctor DATASET` lists them"
        )

    def _fault(self, row: TruthRow, reading: Reading) -> str | None:
        """Return why a row, or a segment or more of it, is not counted; None if it is."""
        read = self._offset_read(row, reading)
        if read.span_fault is not None:
            return read.span_fault
        end_s = self.end_s(row.clip)
        outside_s = max(self.grid.start_s - row.onset_s, row.offset_s - end_s)
        whole = row.offset_s <= self.grid.start_s or row.onset_s >= end_s
        return "outside" if whole or outside_s >= self.grid.step_s else None

    def strange(self, reading: Reading = "literal") -> list[Unmatched]:
        """Return the tables that cannot be the truth of this dataset: most rows name no clip of it.

        LLP's tables also serve splits that may have been left out: there, only if no row fits.
        """
        missing = self.unmatched(reading)
        if self.legacy is not None:
            none_fits = sum(len(t.names) for t in missing) == sum(map(len, self.rows.values()))
            return missing if none_fits else []
        return [table for table in missing if table.most]

    def read(self, clips: Sequence[Clip], reading: Reading) -> Truth:
        """Return the truth of `clips`; both tables must be given.

        Raises:
            DataError: a table is damaged, most of its rows name no clip, or the reading does not
                exist for this dataset.
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
        if reading == "inclusive" and not self.inclusive:
            raise DataError(
                "the reading 'inclusive' exists for LFAV's tables only",
                hint="choose literal or repaired",
            )
        for table in self.strange(reading):
            raise table.error()
        issues: list[Issue] = []
        arrays, intervals = {}, {}
        for track, rows in self.rows.items():
            intervals[track] = self._events(track, rows, clips, reading, issues)
            arrays[track] = self._drawn(intervals[track])
        return Truth(
            reading,
            tuple(clip.name for clip in clips),
            arrays[Track.AUDIO],
            arrays[Track.VISUAL],
            intervals[Track.AUDIO],
            intervals[Track.VISUAL],
            tuple(issues),
        )

    def _drawn(self, events: Sequence[tuple[Event, ...]]) -> NDArray[np.bool_]:
        """Return the events of each clip on the grid, (N, T, C), read-only."""
        array = np.zeros((len(events), self.grid.count, len(self.vocabulary)), np.bool_)
        for of_clip, rows in zip(events, array, strict=True):
            for label in {event.label for event in of_clip}:
                spans = ((e.start_s, e.end_s) for e in of_clip if e.label == label)
                rows[:, self.vocabulary.index(label)] = rasterise(spans, self.grid)
        array.flags.writeable = False
        return array

    def _events(
        self,
        track: Track,
        rows: Iterable[TruthRow],
        clips: Sequence[Clip],
        reading: Reading,
        issues: list[Issue],
    ) -> tuple[tuple[Event, ...], ...]:
        """Return the events of each clip in a reading; `issues` gets what it drops or changes."""
        labels = {clip.name: clip.labels for clip in clips}
        kept: dict[str, list[TruthRow]] = {name: [] for name in labels}
        for row in rows:
            known = row.clip in self.known
            named = row if known else self._mended(row, labels, reading, issues)
            if named is None or named.clip not in labels:
                continue  # the table may serve several splits
            named = self._offset_read(named, reading)
            dropped = self._dropped(named, track, reading)
            if dropped is not None:
                issues.append(row.issue(*dropped))
                continue
            kept[named.clip] += self._inside(row, named, issues)
        if reading == "repaired":
            return tuple(_merged(track, of_clip, issues) for of_clip in kept.values())
        return tuple(_as_they_stand(track, of_clip) for of_clip in kept.values())

    def _offset_read(self, row: TruthRow, reading: Reading) -> TruthRow:
        """Return the row with its offset as the reading takes it."""
        return row.inclusive() if self.inclusive and reading != "literal" else row

    def _inside(self, row: TruthRow, named: TruthRow, issues: list[Issue]) -> list[TruthRow]:
        """Return the row, cut off at its clip's end if that is known; none if it lies after it."""
        end_s = self.end_s(named.clip)
        if not named.reaches_outside(self.grid.start_s, end_s):
            return [named]
        span = f"{self.grid.start_s:g}-{end_s:g} s"
        issues.append(
            row.issue("outside", f"reaches outside {span}; that part is not in the arrays")
        )
        if named.clip not in self.ends:
            return [named]
        cut = replace(named, offset_s=min(named.offset_s, end_s))
        return [cut] if cut.span_fault is None else []

    def _mended(
        self,
        row: TruthRow,
        labels: Mapping[str, tuple[str, ...]],
        reading: Reading,
        issues: list[Issue],
    ) -> TruthRow | None:
        """Return the row of an unknown clip with its mended name; None if that is not certain."""
        name = self.mender.mend(row.clip) if reading == "repaired" else None
        if name is None:
            issues.append(row.issue("orphan", "no split has this clip; row dropped"))
            return None
        if name in labels:
            doubt = "" if row.label in labels[name] else ", whose weak label lacks the class"
            issues.append(row.issue("mended", f"taken as a row of {name}{doubt}"))
        return replace(row, clip=name)

    def _dropped(self, row: TruthRow, track: Track, reading: Reading) -> tuple[str, str] | None:
        """Return the kind and text of the issue if the reading drops a row; None if it stays."""
        if reading == "legacy" and track is Track.AUDIO:
            if (row.clip, row.label, row.onset_s) in (self.legacy or ()):
                return "legacy", "misnamed in the older table; row dropped"
        if row.span_fault is not None:
            return row.span_fault, f"{row.span_fault} interval; row dropped"
        return None


def _as_they_stand(track: Track, rows: Sequence[TruthRow]) -> tuple[Event, ...]:
    return tuple(sorted(Event(row.onset_s, row.offset_s, track, row.label) for row in rows))


def clashes(rows: Iterable[TruthRow]) -> list[tuple[str, TruthRow, TruthRow]]:
    """Return (kind, row, earlier row) for intervals that are repeated, overlap or touch.

    Only intervals of one clip and class clash.  Each row clashes at most once: with the interval
    that ends last among those that do not start later.

    Args:
        rows: without those that mark nothing.
    """
    furthest: dict[tuple[str, str], TruthRow] = {}
    out = []
    for row in sorted(rows, key=lambda r: (r.onset_s, r.offset_s, r.line)):
        before = furthest.get((row.clip, row.label))
        if before is not None and row.onset_s <= before.offset_s:
            out.append((_clash(row, before), row, before))
        if before is None or row.offset_s > before.offset_s:
            furthest[row.clip, row.label] = row
    return out


def _clash(row: TruthRow, before: TruthRow) -> str:
    if (row.onset_s, row.offset_s) == (before.onset_s, before.offset_s):
        return "duplicate"
    return "overlap" if row.onset_s < before.offset_s else "touching"


def _merged(track: Track, rows: Sequence[TruthRow], issues: list[Issue]) -> tuple[Event, ...]:
    """Return the events of one clip; intervals of a class that clash become one event."""
    for kind, row, before in clashes(rows):
        text = f"merged with {before.onset_s:g}-{before.offset_s:g} of line {before.line}"
        issues.append(row.issue(kind, text))
    spans: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        spans.setdefault(row.label, []).append((row.onset_s, row.offset_s))
    events = []
    for label, of_label in spans.items():
        events += [Event(start, end, track, label) for start, end in joined(of_label)]
    return tuple(sorted(events))
