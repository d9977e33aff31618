"""A library of parts: read, added to, and compacted."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from seehear.errors import DataError, SeehearError
from seehear.files import Json
from seehear.library import levels
from seehear.library.index import as_read
from seehear.library.parts import tables
from seehear.library.parts.commits import Commit, Commits, LibraryPart, State
from seehear.library.parts.rows import TIMELINE, read_row, row_content, row_timeline
from seehear.library.parts.store import Store
from seehear.library.scan import Stamp
from seehear.time import TRACKS, Timeline

PART_CLIPS = 20_000  # clips in memory at once, as rows of text and scores
PART_FEATURES = 128 << 20  # bytes of kept features in memory at once
KEPT_AT_ONCE = 100  # clips whose features are read at once: some ten megabytes
WINDOW = 5_000  # clips that are read at once


@dataclass(frozen=True)
class Incoming:
    """A timeline file that is to be added.

    Args:
        path: below the library, with its suffix.
        stamp: time and size of the file that it comes from.
        content: of the file.
        features: file of its kept features; None: none.
        where: its name in messages.
    """

    path: str
    stamp: Stamp
    content: bytes
    features: Path | None = None
    where: object = None


class PartsLibrary:
    """The parts at one place.

    Args:
        store: where they lie.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._commits = Commits(store)

    def state(self) -> State:
        """Return which parts there are now."""
        return self._commits.state()

    def add(self, clips: Iterable[Incoming]) -> tuple[int, list[SeehearError]]:
        """Add timelines, in parts of bounded size; return their number, and errors of bad files.

        A timeline replaces an earlier one with the same path.

        Raises:
            SeehearError: nothing can be written there; what was added before is complete.
        """
        failed: list[SeehearError] = []
        added = 0
        batch = _Batch(self, failed)
        for clip in clips:
            batch.take(clip)
            if batch.is_full():
                added += batch.write()
                batch = _Batch(self, failed)
        return added + batch.write(), failed

    def stamps(self) -> dict[str, tuple[Stamp, bool]]:
        """Return time and size of every timeline, and whether a person corrected it."""
        columns = "path, mtime_ns, size, corrections IS NOT NULL AS people"
        found = self._rows(self.state(), columns)
        return {row["path"]: ((row["mtime_ns"], row["size"]), row["people"]) for row in found}

    def sources(self) -> Iterator[tuple[str, str]]:
        """Yield (path, source) of every timeline, in the order of the paths."""
        for row in self._rows(self.state(), "path, coalesce(media.path, source) AS source"):
            yield row["path"], row["source"]

    def files(self) -> Iterator[tuple[str, bytes, Stamp]]:
        """Yield every timeline file as it was, in the order of the paths."""
        for row in self._rows(self.state(), ", ".join(TIMELINE)):
            yield row["path"], row_content(row), (row["mtime_ns"], row["size"])

    def timelines(self) -> Iterator[tuple[str, "Timeline | SeehearError"]]:
        """Yield (path, timeline) in the order of the paths; the error in place of a bad one."""
        for row in self._rows(self.state(), ", ".join(TIMELINE)):
            try:
                yield row["path"], row_timeline(row)
            except SeehearError as error:
                yield row["path"], error

    def content(self, path: str) -> bytes | None:
        """Return the timeline file of a path; None if there is none."""
        state = self.state()
        parts = [part for part in state.parts if part.first <= path <= part.last]
        if not parts:
            return None
        sql, values = tables.clips_of(self.store, parts)
        with tables.reading(self.store) as db:
            found = tables.records(
                db,
                f"SELECT {', '.join(TIMELINE)} FROM {sql} WHERE path = $path"
                " ORDER BY version DESC, filename LIMIT 1",
                {**values, "path": path},
            )
            return next(map(row_content, found), None)

    def put(self, path: str, content: bytes, *, now_ns: int) -> None:
        """Add one timeline, or replace the one of this path; kept features stay.

        Args:
            path: below the library, with its suffix.
            content: of the timeline file.
            now_ns: the time to record as that of its last change.

        Raises:
            SeehearError: it is not a timeline, or nothing can be written there.
        """
        _, failed = self.add([Incoming(path, (now_ns, len(content)), content, where=path)])
        if failed:
            raise failed[0]

    def featured(self) -> dict[str, str]:
        """Return, by timeline with kept features, the version of these."""
        files = [self.store.sql(p.file("features")) for p in self.state().parts if p.features]
        if not files:
            return {}
        with self.store.scratch() as folder, tables.reading(self.store, folder) as db:
            found = db.execute(
                "SELECT path, max(version) FROM read_parquet($files, hive_partitioning = false)"
                " GROUP BY path",
                {"files": files},
            )
            return dict(found.fetchall())

    def all_features(self, wanted: Collection[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield (path, file of kept features) of each clip, or of those in `wanted`."""
        paths = sorted(self.featured() if wanted is None else wanted)
        state = self.state()
        for at in range(0, len(paths), KEPT_AT_ONCE):
            some = paths[at : at + KEPT_AT_ONCE]
            inside = [p for p in within(state, some[0], some[-1] + "\0") if p.features]
            files = [self.store.sql(part.file("features")) for part in inside]
            with tables.reading(self.store) as db:
                found = db.execute(
                    "SELECT path, name, content FROM read_parquet($files, hive_partitioning ="
                    " false) WHERE path >= $first AND path <= $last"
                    " QUALIFY version = max(version) OVER (PARTITION BY path)"
                    " ORDER BY path, place",
                    {"files": files, "first": some[0], "last": some[-1]},
                ).fetchall()
            chosen = set(some)
            for path, rows in groupby(found, itemgetter(0)):
                if path in chosen:
                    yield path, tables.archive_of([(name, content) for _, name, content in rows])

    def _rows(self, state: State, columns: str) -> Iterator[dict[str, Any]]:
        """Yield some columns of the valid row of every clip, a window of clips at a time."""
        for first, after in self.windows(state, WINDOW):
            yield from self._window(state, columns, first, after)

    def _window(
        self, state: State, columns: str, first: str, after: str | None
    ) -> list[dict[str, Any]]:
        parts = within(state, first, after)
        sql, values = tables.clips_of(self.store, parts)
        upto = "" if after is None else " AND path < $after"
        values |= {"first": first} | ({} if after is None else {"after": after})
        with tables.reading(self.store) as db:
            found = tables.records(
                db,
                f"SELECT {columns} FROM {sql} WHERE path >= $first{upto}"
                f" QUALIFY {tables.LATEST} = 1 ORDER BY path",
                values,
            )
            return list(found)

    def windows(self, state: State, size: int) -> Iterator[tuple[str, str | None]]:
        """Yield ranges of paths with `size` clips each: (first path, first of the next or None)."""
        if not state.parts:
            return
        sql, values = tables.clips_of(self.store, state.parts)
        with self.store.scratch() as folder, tables.reading(self.store, folder) as db:
            found = db.execute(
                "SELECT path FROM (SELECT path, row_number() OVER (ORDER BY path) AS place FROM"
                f" (SELECT DISTINCT path FROM {sql})) WHERE (place - 1) % $size = 0 ORDER BY path",
                {**values, "size": size},
            ).fetchall()
        firsts = [path for (path,) in found]
        yield from zip(firsts, [*firsts[1:], None], strict=True)

    @staticmethod
    def new_token() -> str:
        """Return a new name for a part."""
        return os.urandom(12).hex()

    def write_part(
        self, db: tables.Db, folder: Path, rows: Sequence[dict[str, Json]], scores: tables.Levels
    ) -> LibraryPart:
        """Write clips and scores of a part into place; they count once a commit names them."""
        tables.lines(rows, folder / "rows.jsonl")
        tables.write_clips(db, folder / "rows.jsonl", folder / "clips")
        tables.write_scores(db, scores, folder / "scores")
        paths = [row["path"] for row in rows]
        segments = sum(row["segments"] for row in rows)
        part = LibraryPart(self.new_token(), len(rows), segments, min(paths), max(paths), False)
        for table in ("scores", "clips"):
            self.store.take(folder / table, part.file(table))
        return part

    def commit(self, name: str, parts: Sequence[LibraryPart], replaces: Sequence[str] = ()) -> None:
        """Add a commit that names parts."""
        self._commits.add(Commit(name, tuple(parts), tuple(replaces)))

    def remove(self, commit: Commit) -> None:
        """Remove a commit that is not valid."""
        self._commits.remove(commit)


def within(state: State, first: str, after: str | None) -> list[LibraryPart]:
    """Return the parts that may hold paths from `first` on, before `after`."""
    found = []
    for part in state.parts:
        if part.last >= first and (after is None or part.first < after):
            found.append(part)
    return found


class _Batch:
    """Clips that are being collected for one part."""

    def __init__(self, library: PartsLibrary, failed: list[SeehearError]) -> None:
        self._library, self._failed = library, failed
        self._name = library.state().next_name()
        self._rows: dict[str, dict[str, Json]] = {}
        self._scores = levels.Fresh(0)
        self._features: dict[str, Path] = {}
        self._bytes = 0

    def take(self, clip: Incoming) -> None:
        """Add a clip, or record the error of a bad file."""
        where = clip.path if clip.where is None else clip.where
        if clip.path in self._rows:
            told = "two timelines with the same path"
            self._failed.append(DataError(told, where=where))
            return
        try:
            row, timeline = read_row(clip.path, clip.stamp, clip.content, where)
        except SeehearError as error:
            self._failed.append(error)
            return
        row |= {"scores_at": self._scores.at, "version": self._name}
        labels = tuple(map(as_read, timeline.vocabulary))
        self._scores.add(labels, levels.levels_of(timeline))
        self._rows[clip.path] = row
        if clip.features is not None:
            self._features[clip.path] = clip.features
            self._bytes += clip.features.stat().st_size

    def is_full(self) -> bool:
        """Return whether it is large enough to be written."""
        return len(self._rows) >= PART_CLIPS or self._bytes >= PART_FEATURES

    def write(self) -> int:
        """Write the part; return its number of clips."""
        library, rows = self._library, list(self._rows.values())
        if not rows:
            return 0
        scores = laid(self._scores)
        with library.store.scratch() as folder, tables.reading(library.store, folder) as db:
            part = library.write_part(db, folder, rows, scores)
            if self._features:
                kept = ((p, self._name, file) for p, file in self._features.items())
                tables.write_features(db, kept, folder / "features")
                library.store.take(folder / "features", part.file("features"))
                part = with_features(part)
        library.commit(self._name, [part])
        return len(rows)


def with_features(part: LibraryPart) -> LibraryPart:
    """Return the part, marked as having features."""
    return LibraryPart(part.token, part.clips, part.segments, part.first, part.last, True)


def laid(fresh: levels.Fresh) -> tables.Levels:
    """Return scores by track and class, clip after clip; zeros for classes that a clip lacks."""
    out: tables.Levels = {}
    for track, label, places, row in fresh.rows():
        key = TRACKS[track], label
        if key not in out:
            out[key] = np.zeros(fresh.at, np.uint8)
        out[key][places] = row
    return out
