"""Search: where in the clips of a library the conditions of a query hold together.

Three-valued: a condition holds, is known not to hold, or is unknown.  Nothing is known of a class
that was not looked for in a clip, nor of seconds in which a track was not parsed; so `-visual:Dog`
finds no sound recording, and nothing after the picture of a clip has ended.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seehear.closest import closest, shown
from seehear.errors import DataError
from seehear.library.index import TABLE, connect, index_path, reading, rows, sql_path
from seehear.library.query import And, Lasting, Node, Not, Or, Presence, fault, parse
from seehear.library.spans import MICRO, Ints, Line, Spans, covered
from seehear.time import TRACKS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_COMPARE: dict[str, Callable[[Ints, int], NDArray[np.bool_]]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "=": np.equal,
}


@dataclass(frozen=True)
class Hit:
    """A stretch of one clip: its timeline (path below the library), its source, and seconds."""

    path: str
    source: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Found:
    """All hits of a query, sorted by clip and time; shapes (hits,)."""

    library: Path
    query: str
    clip: NDArray[np.int64]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.clip)

    @property
    def clips(self) -> int:
        """Number of clips with at least one hit."""
        return len(np.unique(self.clip))

    @property
    def total_s(self) -> float:
        """Length of all hits together, in seconds."""
        return float((self.end_s - self.start_s).sum())

    def hits(self, limit: int | None = None) -> Iterator[Hit]:
        """Yield the hits, at most `limit`."""
        count = len(self) if limit is None else min(limit, len(self))
        names = clip_names(self.library, np.unique(self.clip[:count]))
        for clip, start, end in zip(self.clip[:count], self.start_s, self.end_s, strict=False):
            yield Hit(*names[int(clip)], round(float(start), 6), round(float(end), 6))


def search(library: Path, query: str) -> Found:
    """Return where `query` holds in the clips of `library`, as its index has them (see `update`).

    Raises:
        ConfigError: the text is no query (see `query`), or names a class that no clip was searched
            for.
        DataError: the library has no index, or a damaged one.
        MissingExtraError: DuckDB is not installed.
    """
    tree = parse(query)
    if not index_path(library).is_file():
        raise DataError(
            "there is no index",
            where=library,
            hint="run seehear search or seehear serve on the folder",
        )
    with connect() as db, reading(index_path(library)):
        looking = _Search(db, index_path(library), query)
        return Found(library, query, *looking.line.get(looking.where(tree, True)))


def clip_names(library: Path, clips: NDArray[np.integer]) -> dict[int, tuple[str, str]]:
    """Return row -> (path, source) of rows of the index."""
    found = rows(
        "SELECT file_row_number, path, source FROM {}"
        " WHERE file_row_number IN (SELECT unnest($rows::BIGINT[]))",
        index_path(library),
        rows=clips.tolist(),
    )
    return {row: (path, source) for row, path, source in found}


class _Search:
    """One query over one index."""

    def __init__(self, db: "DuckDBPyConnection", index: Path, text: str) -> None:
        self.db, self.index, self.text = db, sql_path(index), text
        self.line = Line(self._columns("SELECT end_s FROM {} ORDER BY file_row_number")["end_s"])
        rows = db.execute(
            f"SELECT DISTINCT unnest(vocabulary) FROM {TABLE}", {"index": self.index}
        ).fetchall()
        self.labels: dict[str, list[str]] = {}
        for (label,) in sorted(rows):
            self.labels.setdefault(_plain(label), []).append(label)

    def where(self, node: Node, truth: bool) -> Spans:
        """Return where `node` is known to be `truth`."""
        if isinstance(node, Not):
            return self.where(node.child, not truth)
        if isinstance(node, Lasting):
            holds = self.where(node.child, True)
            compare = _COMPARE[node.compare]
            long_enough = holds.take(compare(holds.length, round(node.seconds * MICRO)))
            if truth:
                return long_enough
            return (holds | self.where(node.child, False)) - long_enough
        if isinstance(node, Presence):
            if node.track == "any":
                either = Or(tuple(replace(node, track=track) for track in TRACKS))
                return self.where(either, truth)
            holds = self.events(node)
            return holds if truth else self.known(node) - holds
        parts = [(self.where(child, truth), 1) for child in node.children]
        # by De Morgan, an And fails where one of its children fails, an Or where all do
        return covered(parts, len(parts) if isinstance(node, And) == truth else 1)

    def events(self, term: Presence) -> Spans:
        """Return the events of a class on a track."""
        condition, values = "true", {}
        if term.label is not None:
            condition = "e.label IN (SELECT unnest($labels))"
            values["labels"] = self.spellings(term)
        found = self._columns(
            "SELECT clip, e.start_s AS start_s, e.end_s AS end_s "
            "FROM (SELECT file_row_number AS clip, unnest(events) AS e FROM {}) "
            f"WHERE e.track = $track AND {condition}",
            track=term.track,
            **values,
        )
        return self.line.put(found["clip"], found["start_s"], found["end_s"])

    def known(self, term: Presence) -> Spans:
        """Return where the track was parsed, in the clips that were searched for the class."""
        if term.track == "audio_visual":
            audio, visual = (self.known(replace(term, track=track)) for track in TRACKS)
            return audio & visual
        found = self._columns(
            "SELECT clip, p.start_s AS start_s, p.end_s AS end_s FROM"
            f" (SELECT file_row_number AS clip, unnest({term.track}_parsed) AS p FROM {{}})"
        )
        if term.label is not None:
            sql = (
                "SELECT list_has_any(vocabulary, $labels) AS asked FROM {} ORDER BY file_row_number"
            )
            asked = self._columns(sql, labels=self.spellings(term))["asked"]
            meant = asked[found["clip"]]
            found = {name: column[meant] for name, column in found.items()}
        return self.line.put(found["clip"], found["start_s"], found["end_s"])

    def spellings(self, term: Presence) -> list[str]:
        """Return the labels that a query's label means, whatever the case and underscores."""
        label = str(term.label)
        if _plain(label) in self.labels:
            return self.labels[_plain(label)]
        hint = "the folder holds no timelines: parse videos into it"
        if self.labels:
            hint = self._searched_for(label)
        raise fault(self.text, term.at, f"no clip was searched for a class {label!r} ({hint})")

    def _searched_for(self, label: str) -> str:
        """Return which classes clips were searched for, and which of them may be meant."""
        near = closest(_plain(label), self.labels)
        guess = "" if near is None else f"did you mean {self.labels[near][0]}? "
        first = (spelled[0] for spelled in self.labels.values())
        return f"{guess}searched for: {shown(first)}"

    def _columns(self, sql: str, **values: object) -> dict[str, NDArray[Any]]:
        table = self.db.execute(sql.format(TABLE), {"index": self.index, **values})
        return {name: np.asarray(column) for name, column in table.fetchnumpy().items()}


def _plain(label: str) -> str:
    return " ".join(label.casefold().replace("_", " ").split())
