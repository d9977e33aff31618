"""In how many clips of a library each class is heard and seen, alone and together.

All classes are counted at once by the algebra of `spans`, where each pair of clip and class has the
place that a clip has in a search.  The numbers equal those of clips that a search would find.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.closest import plain
from seehear.errors import DataError
from seehear.library.confidence import Confidence
from seehear.library.index import TABLE, connect, index_path, reading, scores_path, sql_path
from seehear.library.levels import Levels, SomeLevels, opened
from seehear.library.query import And, Not, Presence
from seehear.library.spans import Ints, Line, Spans
from seehear.time import ABSENT_BELOW, SURE

Columns = dict[str, NDArray[Any]]
Floats = NDArray[np.float64]
_TRACKS = ("audio", "visual", "audio_visual")
_ONLY = (("heard_only", "audio", "visual"), ("seen_only", "visual", "audio"))
_NOTES = 1000  # different notes of clips that are read, at most
_EVENTS = (
    "SELECT clip, code, list_position($tracks, e.track)::TINYINT - 1 AS track,"
    " e.start_s AS start_s, e.end_s AS end_s"
    " FROM (SELECT file_row_number AS clip, unnest(events) AS e FROM {})"
    " JOIN (SELECT unnest($labels::VARCHAR[]) AS label, unnest($codes::INTEGER[]) AS code)"
    " ON e.label = label"
)
_CLIPS = (
    "SELECT end_s, grid_start_s, step_s, segments, scores_at, scored FROM {}"
    " ORDER BY file_row_number"
)
_PARSED = (
    "SELECT clip, p.start_s AS start_s, p.end_s AS end_s FROM"
    " (SELECT file_row_number AS clip, unnest({track}_parsed) AS p FROM {{}})"
)


@dataclass(frozen=True)
class ClassCounts:
    """Numbers of clips in which a class occurs at least once.

    Args:
        label: the class, in its most frequent spelling.
        heard, seen: clips with it on that track.
        both: on both tracks at one moment.
        heard_only: heard at a moment at which it is known not to be seen.
        seen_only: seen at a moment at which it is known not to be heard.
        notes: what the timelines say about the word, such as which class was used in its place.
    """

    label: str
    heard: int = 0
    seen: int = 0
    both: int = 0
    heard_only: int = 0
    seen_only: int = 0
    notes: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        """The larger of `heard` and `seen`."""
        return max(self.heard, self.seen)


def count_classes(library: Path) -> list[ClassCounts]:
    """Return the numbers of clips of every class that was looked for, the most frequent first.

    Raises:
        DataError: the library has no index, or a damaged one.
        MissingExtraError: DuckDB is not installed.
    """
    scores = scores_path(index_path(library))
    try:
        with connect() as db, reading(index_path(library)), opened(scores) as levels:

            def columns(sql: str, **values: object) -> Columns:
                index = sql_path(index_path(library))
                table = db.execute(sql.format(TABLE), {"index": index, **values}).fetchnumpy()
                return {name: np.asarray(column) for name, column in table.items()}

            return _counted(columns, levels)
    except DataError:
        if scores_path(index_path(library)) != scores:  # the index was replaced meanwhile
            return count_classes(library)
        raise


def _counted(columns: Callable[..., Columns], levels: Levels) -> list[ClassCounts]:
    asked = columns(
        "SELECT word, count(*) AS n FROM (SELECT unnest(vocabulary) AS word FROM {})"
        " GROUP BY word ORDER BY n DESC, word"
    )["word"].tolist()
    names, codes = _numbered(asked)
    told = columns(
        "SELECT line, count(*) AS n FROM (SELECT unnest(warnings) AS line FROM {})"
        f" GROUP BY line ORDER BY n DESC, line LIMIT {_NOTES}"
    )["line"].tolist()
    clips = columns(_CLIPS)
    events = columns(_EVENTS, labels=asked, codes=codes, tracks=list(_TRACKS))
    pairs = _Pairs(events, clips["end_s"], len(names))
    spelled: list[list[str]] = [[] for _ in names]
    for label, code in zip(asked, codes, strict=True):
        spelled[code].append(label)
    doubts = _doubts(pairs, clips, levels, spelled)
    found = {
        "heard": pairs.count(pairs.on("audio")),
        "seen": pairs.count(pairs.on("visual")),
        "both": pairs.count(pairs.on("audio_visual")),
    }
    for kind, track, other in _ONLY:
        parsed = columns(_PARSED.format(track=other))
        found[kind] = pairs.count(pairs.only(track, other, parsed) - doubts[kind])
    counts = []
    for code, name in enumerate(names):
        notes = tuple(line for line in told if line.startswith(f"{name}: "))
        numbers = {kind: int(of_class[code]) for kind, of_class in found.items()}
        counts.append(ClassCounts(name, **numbers, notes=notes))
    return sorted(counts, key=lambda of: (-of.most, of.label.casefold()))


def _doubts(
    pairs: "_Pairs", clips: Columns, levels: Levels, spelled: list[list[str]]
) -> dict[str, Spans]:
    """Return by kind where scores leave it in doubt whether a class is on one track alone."""
    parts: dict[str, list[tuple[Ints, Floats, Floats]]] = {kind: [] for kind, *_ in _ONLY}
    for code, labels in enumerate(spelled):
        slots = np.flatnonzero(pairs.code == code)
        chosen = pairs.clip[slots]
        if not clips["scored"][chosen].any():
            continue
        part = SomeLevels(levels, clips, chosen)
        line = Line(clips["end_s"][chosen])
        confidence = Confidence(part, line, part.clips, partial(_given, labels))
        for kind, track, other in _ONLY:
            near = confidence.at_least(Presence(other, labels[0]), ABSENT_BELOW)
            unsure = confidence.below(_without(labels[0], track, other), SURE)
            row, start_s, end_s = line.get(near | unsure)
            parts[kind].append((slots[row], start_s, end_s))
    nothing = (np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    return {
        kind: pairs.line.put(*map(np.concatenate, zip(nothing, *of_kind, strict=True)))
        for kind, of_kind in parts.items()
    }


def _given(labels: list[str], _: str) -> list[str]:
    return labels


def _without(label: str, track: str, other: str) -> And:
    """Return the condition of a class on one track and not on the other."""
    return And((Presence(track, label), Not(Presence(other, label))))


class _Pairs:
    """The pairs of clip and class that have events, one after another on a line.

    Args:
        events: columns clip, code, track, start_s, end_s, each (events,).
        length_s: length of each clip, (clips,).
        classes: number of classes.
    """

    def __init__(self, events: Columns, length_s: NDArray[np.floating], classes: int) -> None:
        self.events, self.classes = events, classes
        key = events["clip"].astype(np.int64) * max(classes, 1) + events["code"]
        pairs, self.slot = np.unique(key, return_inverse=True)
        self.clip, self.code = np.divmod(pairs, max(classes, 1))
        self.line = Line(length_s[self.clip])

    def on(self, track: str) -> Spans:
        """Return the events of a track."""
        which, events = self.events["track"] == _TRACKS.index(track), self.events
        return self.line.put(self.slot[which], events["start_s"][which], events["end_s"][which])

    def only(self, track: str, other: str, parsed: Columns) -> Spans:
        """Return where a class is on a track, and not on the other, which was parsed there."""
        return (self.on(track) - self.on(other)) & self._known(parsed)

    def _known(self, parsed: Columns) -> Spans:
        """Return parsed stretches of clips as stretches of each of their pairs."""
        first = np.searchsorted(parsed["clip"], self.clip, side="left")
        number = np.searchsorted(parsed["clip"], self.clip, side="right") - first
        slot = np.repeat(np.arange(len(self.clip)), number)
        within = np.arange(len(slot)) - np.repeat(np.cumsum(number) - number, number)
        row = np.repeat(first, number) + within
        return self.line.put(slot, parsed["start_s"][row], parsed["end_s"][row])

    def count(self, spans: Spans) -> Ints:
        """Return by class the number of clips with a stretch, (classes,)."""
        slot = self.line.get(spans)[0]  # sorted
        slot = slot[np.flatnonzero(np.diff(slot, prepend=-1))]
        return np.bincount(self.code[slot], minlength=self.classes).astype(np.int64)


def _numbered(labels: list[str]) -> tuple[list[str], list[int]]:
    """Return classes by number, and the number of each label; spellings of one class share it."""
    numbers: dict[str, int] = {}
    names: list[str] = []
    codes: list[int] = []
    for label in labels:
        code = numbers.setdefault(plain(label), len(numbers))
        if code == len(names):
            names.append(label)
        codes.append(code)
    return names, codes
