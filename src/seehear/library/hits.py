"""Search: where in the clips of a library the conditions of a query hold together.

A condition has one of three values: it holds, it is known not to hold, or it is unknown.  Unknown
are classes that were not looked for in a clip, and seconds in which a track was not parsed; so
`-visual:Dog` finds no sound recording, and nothing after the picture of a clip has ended.  Where
scores were kept, a class is known to be absent only where its score stays below a bound
(`ABSENT_BELOW`); between this bound and the threshold of events it is unknown.  In a query with a
"not", only seconds count in which all conditions together are sure enough (`SURE`).
"""

import logging
import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.closest import plain
from seehear.errors import ConfigError, DataError
from seehear.library.confidence import Confidence, asks_for_absence
from seehear.library.denied import without_denied
from seehear.library.index import (
    TABLE,
    connect,
    index_path,
    reading,
    rows,
    scores_path,
    sql_path,
    update,
)
from seehear.library.levels import Levels, opened
from seehear.library.open_words import IndexedClip, OpenWord, OpenWords
from seehear.library.query import (
    And,
    Lasting,
    Near,
    Node,
    Not,
    Or,
    Presence,
    Scored,
    in_everyday_words,
    parse,
    told,
)
from seehear.library.spans import MICRO, Line, Spans, covered
from seehear.library.wording import Names
from seehear.time import ABSENT_BELOW, SURE, TRACKS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LOG = logging.getLogger(__name__)
Answer = TypeVar("Answer")
_COMPARE: dict[str, Callable[[NDArray[Any], float], NDArray[np.bool_]]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "=": np.equal,
}
_IN_WORDS = re.compile(
    r"\b((un|in)?(heard|audible|seen|visible)|off-?screen)\b(?!\s*:)", re.IGNORECASE
)
_DIGITS = 3  # decimals of a score, when it is shown and when it is compared


@dataclass(frozen=True)
class Hit:
    """A stretch of one clip: its timeline (path below the library), its source, and seconds.

    `score` says how sure it is, in [0, 1]: the mean over its seconds (see `confidence`).
    """

    path: str
    source: str
    start_s: float
    end_s: float
    score: float


@dataclass(frozen=True)
class Found:
    """All hits of a query, sorted by clip and time; shapes (hits,).

    Args:
        library: where it was searched.
        query: as it was typed.
        clip, start_s, end_s, score: of each hit.
        searched_for: the query as it was understood, if that differs from what was typed.
        notes: what to know about the answer, a line each.
        doubtful: if nothing was found, the number of stretches that were too doubtful for a "not".
    """

    library: Path
    query: str
    clip: NDArray[np.int64]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    score: NDArray[np.float64]
    searched_for: str | None = None
    notes: tuple[str, ...] = ()
    doubtful: int = 0

    def __len__(self) -> int:
        return len(self.clip)

    @property
    def clips(self) -> int:
        """Number of clips with at least one hit."""
        return len(_distinct(self.clip))

    @property
    def total_s(self) -> float:
        """Length of all hits together, in seconds."""
        return float((self.end_s - self.start_s).sum())

    def ranked(self) -> "Found":
        """Return the same hits, the surest first; equally sure ones keep their order."""
        order = np.argsort(-self.score, kind="stable")
        columns = ("clip", "start_s", "end_s", "score")
        return replace(self, **{name: getattr(self, name)[order] for name in columns})

    def hits(self, limit: int | None = None) -> Iterator[Hit]:
        """Yield the hits, at most `limit`."""
        shown = slice(limit)
        names = clip_names(self.library, _distinct(self.clip[shown]))
        columns = (self.clip, self.start_s, self.end_s, self.score)
        for clip, start, end, score in zip(*(c[shown].tolist() for c in columns), strict=True):
            yield Hit(*names[clip], round(start, 6), round(end, 6), round(score, _DIGITS))


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct values, sorted."""
    # with indices, although unused: without them NumPy imports its masked arrays, which is slow
    return np.unique(values, return_index=True)[0]


def search(
    library: Path,
    query: str,
    *,
    absent: float = ABSENT_BELOW,
    sure: float = SURE,
    words: OpenWords | None = None,
) -> Found:
    """Return where `query` holds in the clips of `library`, as its index has them (see `update`).

    Args:
        library: folder of timelines.
        query: see `query`.
        absent: in [0, 1]: a class is absent where its score stays below this within two seconds on
            either side.  In clips without kept scores, it is absent where it has no event.
        sure: in [0, 1]: in queries with a "not", how sure all conditions together must be of a
            second (`confidence`); for clips with kept scores.
        words: scores words that no clip was parsed for; None: such words are refused.

    Raises:
        ConfigError: the text is not a query (see `query`), or names a class that no clip was
            parsed for; `absent` or `sure` is outside [0, 1].
        DataError: the library has no index, or a damaged one.
        MissingExtraError: DuckDB is not installed.
    """
    for parameter, value in (("absent", absent), ("sure", sure)):
        if not 0 <= value <= 1:
            raise ConfigError(f"expected a number from 0 to 1, got {value:g}", parameter=parameter)
    if not index_path(library).is_file():
        raise DataError(
            "there is no index",
            where=library,
            hint="run seehear search or seehear serve on the folder",
        )
    return _answered(library, lambda looking: looking.found(query, words), absent, sure)


def _answered(
    library: Path,
    ask: "Callable[[_Search], Answer]",
    absent: float,
    sure: float,
    *,
    anew: bool = False,
) -> "Answer":
    """Return the answer of an index; a damaged index is made again, once.

    Args:
        library: the folder.
        ask: asks the opened index.
        absent, sure: see `search`.
        anew: whether the index has been made again already.
    """
    index = index_path(library)
    scores = scores_path(index)
    try:
        with connect() as db, reading(index), opened(scores) as levels:
            return ask(_Search(db, library, levels, absent, sure))
    except DataError:
        if index.is_file() and scores_path(index) != scores:  # it was replaced meanwhile
            return _answered(library, ask, absent, sure)
        if anew:
            raise
        _LOG.warning("%s: it was damaged; it is made again", scores or index)
        index.unlink(missing_ok=True)
        update(library)
        return _answered(library, ask, absent, sure, anew=True)


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

    def __init__(
        self, db: "DuckDBPyConnection", library: Path, levels: Levels, absent: float, sure: float
    ) -> None:
        self.db, self.library, self.index = db, library, sql_path(index_path(library))
        self.absent, self.sure = absent, sure
        clips = self._columns(
            "SELECT end_s, grid_start_s, step_s, segments, scores_at, scored FROM {}"
            " ORDER BY file_row_number"
        )
        self.line = Line(clips["end_s"])
        self.scored = clips["scored"]
        found = db.execute(
            f"SELECT DISTINCT unnest(vocabulary) FROM {TABLE}", {"index": self.index}
        ).fetchall()
        self.names = Names(sorted(label for (label,) in found), library)
        self.confidence = Confidence(levels, self.line, clips, self.names.spellings)
        self.open: dict[str, OpenWord] = {}
        self.told: list[str] = []

    def found(self, query: str, words: OpenWords | None = None) -> Found:
        """Return the hits of a query."""
        names = self.names
        typed = parse(query, names.is_name, names.one(), is_class=names.is_class)
        if words is not None:
            for text in names.unknown(typed, query):
                self.score(text, words)
        tree = self.names.understood(typed, query)
        spans = self.where(tree, True)
        score = np.round(self.confidence.of(tree, spans), _DIGITS)
        return Found(
            self.library,
            query,
            *self.line.get(spans),
            score,
            None if self._as_typed(tree, query) else told(tree),
            tuple(dict.fromkeys((*self.told, *self.names.notes, *self._notes(tree)))),
            self._doubtful(tree, spans),
        )

    def _as_typed(self, tree: Node, query: str) -> bool:
        """Return whether a query was understood exactly as it was typed."""
        is_class = self.names.is_class
        if _IN_WORDS.search(query) or in_everyday_words(query, is_class):
            return False
        return plain(told(tree)) == plain(told(parse(query, is_class=is_class)))

    def _doubtful(self, tree: Node, spans: Spans) -> int:
        """Return how many stretches were too doubtful for a "not"; 0 if anything was found."""
        if len(spans) or not _negates(tree):
            return 0
        bold = copy(self)
        bold.absent, bold.sure = 1.0, 0.0
        return len(bold.where(tree, True))

    def score(self, text: str, words: OpenWords) -> None:
        """Score a word that no clip was parsed for, if enough was kept to do so."""
        clips = self._columns(
            "SELECT path, media.hash AS hash, scores_at, segments FROM {} ORDER BY file_row_number"
        )
        hashes = clips["hash"].tolist()
        rows = zip(clips["path"], hashes, clips["scores_at"], clips["segments"], strict=True)
        every = [IndexedClip(path, hash_ or None, int(at), int(n)) for path, hash_, at, n in rows]
        found = words.score(text, every)
        if found is None:
            return
        near = self.names.guess(text)
        guess = "" if near is None else f" (or did you mean {near}?)"
        self.told += [f"{found.told()}{guess}", *found.doubts]
        covering = self.names.covering(text)
        found = without_denied(self.library, found, every, covering, self.confidence.levels.of)
        self.open[text] = found
        self.names.add(text)
        self.confidence.put(text, found.levels)

    def _notes(self, tree: Node) -> list[str]:
        """Return a note if some clips have no scores to judge a "not" by."""
        bare = int(np.sum(~self.scored))
        if not bare or not _negates(tree):
            return []
        return [
            f"{bare:,} of {amount(len(self.scored), 'clip')} without kept scores; there a class"
            " counts as absent wherever it has no event"
        ]

    def where(self, node: Node, truth: bool) -> Spans:
        """Return where `node` is known to be true, or (`truth` False) known to be false."""
        if isinstance(node, Not):
            return self.where(node.child, not truth)
        if isinstance(node, Lasting | Scored | Near):
            return self.chosen(node, truth)
        if isinstance(node, Presence):
            if node.track == "any":
                either = Or(tuple(replace(node, track=track) for track in TRACKS))
                return self.where(either, truth)
            return self.events(node) if truth else self.missing(node)
        parts = [(self.where(child, truth), 1) for child in node.children]
        # by De Morgan, an And fails where one of its children fails, an Or where all do
        found = covered(parts, len(parts) if isinstance(node, And) == truth else 1)
        if truth and isinstance(node, And) and asks_for_absence(node):
            return found - self.confidence.below(node, self.sure)
        return found

    def chosen(self, node: Lasting | Scored | Near, truth: bool) -> Spans:
        """Return the stretches of a condition that are as asked (long, sure, near).

        With `truth` False, return where it is known that there is no such stretch.
        """
        holds = self.where(node.child, True)
        if isinstance(node, Near):
            others = self.where(node.other, True)
            as_asked = holds.take(self.line.within(holds, others, node.seconds))
            if truth:
                return as_asked
            reach = self.line.widened(holds, node.seconds)
            perhaps = reach - self.where(node.other, False)  # where the other may hold
            far = holds.take(~self.line.within(holds, perhaps, node.seconds))
            return self.where(node.child, False) | far
        compare = _COMPARE[node.compare]
        if isinstance(node, Lasting):
            meant = compare(holds.length, round(node.seconds * MICRO))
        else:
            meant = compare(np.round(self.confidence.of(node.child, holds), _DIGITS), node.score)
        as_asked = holds.take(meant)
        if truth:
            return as_asked
        return (holds | self.where(node.child, False)) - as_asked

    def events(self, term: Presence) -> Spans:
        """Return the events of a class on a track."""
        if term.label in self.open:
            return self.line.put(*map(np.array, self.open[term.label].events[term.track]))
        condition, values = "true", {}
        if term.label is not None:
            condition = "e.label IN (SELECT unnest($labels))"
            values["labels"] = self.names.spellings(term.label)
        found = self._columns(
            "SELECT clip, e.start_s AS start_s, e.end_s AS end_s "
            "FROM (SELECT file_row_number AS clip, unnest(events) AS e FROM {}) "
            f"WHERE e.track = $track AND {condition}",
            track=term.track,
            **values,
        )
        return self.line.put(found["clip"], found["start_s"], found["end_s"])

    def missing(self, term: Presence) -> Spans:
        """Return where a class is known to be absent from a track."""
        doubtful = self.confidence.at_least(term, self.absent)
        return self.known(term) - (self.events(term) | doubtful)

    def known(self, term: Presence) -> Spans:
        """Return where a track was parsed, in the clips that were parsed for the class."""
        if term.track == "audio_visual":
            audio, visual = (self.known(replace(term, track=track)) for track in TRACKS)
            return audio & visual
        found = self._columns(
            "SELECT clip, p.start_s AS start_s, p.end_s AS end_s FROM"
            f" (SELECT file_row_number AS clip, unnest({term.track}_parsed) AS p FROM {{}})"
        )
        if term.label is not None:
            meant = self._asked(term.label)[found["clip"]]
            found = {name: column[meant] for name, column in found.items()}
        return self.line.put(found["clip"], found["start_s"], found["end_s"])

    def _asked(self, label: str) -> NDArray[np.bool_]:
        """Return the clips that were parsed for a class, (clips,)."""
        if label in self.open:
            return self.open[label].asked
        sql = "SELECT list_has_any(vocabulary, $labels) AS asked FROM {} ORDER BY file_row_number"
        return self._columns(sql, labels=self.names.spellings(label))["asked"]

    def _columns(self, sql: str, **values: object) -> dict[str, NDArray[Any]]:
        table = self.db.execute(sql.format(TABLE), {"index": self.index, **values})
        return {name: np.asarray(column) for name, column in table.fetchnumpy().items()}


def _negates(node: Node) -> bool:
    """Return whether a query asks for what is not there."""
    if isinstance(node, Presence):
        return False
    if isinstance(node, Not):
        return True
    if isinstance(node, And | Or):
        return any(map(_negates, node.children))
    return _negates(node.child) or (isinstance(node, Near) and _negates(node.other))
