"""Joins many small parts into few large ones with the same clips, while readers and writers go on.

Replaced commits stay for a while, for those who are reading them; a later call removes them.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.library.parts import tables
from seehear.library.parts.commits import LibraryPart, State
from seehear.library.parts.library import PartsLibrary, with_features, within
from seehear.library.parts.rows import PART_COLUMNS

CLIPS = 100_000  # clips of a large part
WITH_FEATURES = 2_000  # clips of a large part with kept features: some hundred megabytes
KEEP_S = 3600.0
_KEPT = "path, version, place, name, content"


@dataclass(frozen=True)
class Compacted:
    """The result of `compact`.

    Args:
        clips: number of clips in the library.
        before, after: number of parts.
        removed: number of commits that were removed.
    """

    clips: int
    before: int
    after: int
    removed: int


def compact(
    library: PartsLibrary,
    *,
    keep_s: float = KEEP_S,
    clips: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Compacted:
    """Join a library's parts into few large ones, and remove those replaced long ago.

    Args:
        library: the library.
        keep_s: parts replaced more than this many seconds ago are removed; 0: all replaced ones,
            if nobody else is reading.
        clips: clips of a large part; None: `CLIPS`, or `WITH_FEATURES`.
        advance: called after each part that is written.

    Raises:
        SeehearError: nothing can be written there; the library is as it was.
    """
    state = library.state()
    featured = any(part.features for part in state.parts)
    size = clips or (WITH_FEATURES if featured else CLIPS)
    before = len(state.parts)
    if not _is_compact(state, size):
        _replace(library, state, size, advance)
        state = library.state()
    removed = _tidy(library, state, keep_s)
    count = sum(part.clips for part in state.parts)
    return Compacted(count, before, len(state.parts), removed)


def _is_compact(state: State, size: int) -> bool:
    """Return whether joining is needless: no clip is there twice, and no two parts fit into one."""
    parts = state.parts
    return state.is_disjoint and all(a.clips + b.clips > size for a, b in pairwise(parts))


def _replace(library: PartsLibrary, state: State, size: int, advance: Callable[[], None]) -> None:
    name = state.next_name()
    parts = []
    for first, after in library.windows(state, size):
        parts.append(_joined(library, within(state, first, after), first, after))
        advance()
    names = [commit.name for commit in state.commits]
    now = library.state()
    if set(names) <= {commit.name for commit in now.commits}:
        library.commit(name, parts, names)


def _joined(
    library: PartsLibrary, old: Sequence[LibraryPart], first: str, after: str | None
) -> LibraryPart:
    """Return a new part with the clips of a range of paths."""
    store = library.store
    with store.scratch() as folder, tables.reading(store, folder) as db:
        sql, values = tables.clips_of(store, old)
        upto = "" if after is None else " AND path < $after"
        values |= {"first": first} | ({} if after is None else {"after": after})
        db.execute(
            "CREATE TEMP TABLE live AS SELECT *, parse_filename(filename, true) AS token,"
            " (sum(segments) OVER (ORDER BY path) - segments)::BIGINT AS new_at"
            f" FROM (SELECT * FROM {sql} WHERE path >= $first{upto}"
            f" QUALIFY {tables.LATEST} = 1)",
            values,
        )
        about = next(
            tables.records(
                db,
                "SELECT count(*) AS clips, sum(segments)::BIGINT AS segments, min(path) AS first,"
                " max(path) AS last FROM live",
                {},
            )
        )
        part = LibraryPart(library.new_token(), features=False, **about)
        columns = {name: name for name in PART_COLUMNS} | {"scores_at": "new_at AS scores_at"}
        tables.copy(
            db, f"SELECT {', '.join(columns.values())} FROM live ORDER BY path", folder / "clips"
        )
        tables.write_scores(db, _scores(library, db, old, part.segments), folder / "scores")
        if any(one.features for one in old):
            part = _features(library, db, old, part, folder)
        for table in ("scores", "clips"):
            store.take(folder / table, part.file(table))
    return part


def _scores(
    library: PartsLibrary, db: tables.Db, old: Sequence[LibraryPart], segments: int
) -> tables.Levels:
    """Return the scores of the clips that are kept, in their new order."""
    out: tables.Levels = {}
    for part in old:
        columns = db.execute(
            "SELECT scores_at, new_at, segments FROM live WHERE token = $token ORDER BY new_at",
            {"token": part.token},
        ).fetchnumpy()
        at, new_at, count = (np.asarray(columns[name]) for name in columns)
        if not len(at):
            continue
        source, target = places(at, count), places(new_at, count)
        for key, row in tables.read_scores(db, library.store, part).items():
            if key not in out:
                out[key] = np.zeros(segments, np.uint8)
            out[key][target] = row[source]
    return out


def places(at: NDArray[Any], count: NDArray[Any]) -> NDArray[np.int64]:
    """Return the indices of ranges (first `at`, length `count`), one range after another."""
    begin = np.cumsum(count) - count
    total = int(count.sum())
    found: NDArray[np.int64] = np.arange(total) + np.repeat(at.astype(np.int64) - begin, count)
    return found


def _features(
    library: PartsLibrary,
    db: tables.Db,
    old: Sequence[LibraryPart],
    part: LibraryPart,
    folder: Path,
) -> LibraryPart:
    """Write the kept features of the clips that are kept, the latest version of each."""
    store = library.store
    files = [store.sql(one.file("features")) for one in old if one.features]
    tables.copy(
        db,
        f"SELECT {_KEPT} FROM (SELECT *, max(version) OVER (PARTITION BY path) AS latest"
        " FROM read_parquet($files, hive_partitioning = false)"
        " WHERE path IN (SELECT path FROM live)) WHERE version = latest ORDER BY path, place",
        folder / "features",
        {"files": files},
    )
    store.take(folder / "features", part.file("features"))
    return with_features(part)


def _tidy(library: PartsLibrary, state: State, keep_s: float) -> int:
    """Remove commits that were replaced long enough ago; return their number."""
    by_name = {}
    for commit in state.commits + state.replaced:
        by_name.update(dict.fromkeys(commit.replaces, commit.written_s))
    now = time.time()
    old = []
    for commit in (*state.void, *state.replaced):  # void first: alone they would be valid
        if now - by_name.get(commit.name, commit.written_s) >= keep_s:
            old.append(commit)
    for commit in old:
        library.remove(commit)
    return len(old)
