"""The index of a folder of timelines, `FOLDER/.seehear/index.parquet`: one row for each clip.

Changed timelines are noticed by time and size of their files.  Any program that reads Parquet can
query its columns (`COLUMNS`).  The scores of its clips lie beside it (`levels`).  Both only copy
the timelines, so a damaged index is made again.
"""

import contextlib
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear.errors import DataError, MissingExtraError, SeehearError
from seehear.files import Json, atomic_path, is_special, refused
from seehear.library import levels
from seehear.library.scan import FOLDER, Scan, Stamp, is_parts
from seehear.library.seal import is_sealed, seal
from seehear.time import MediaFile, Timeline
from seehear.time.spans import Span

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# $index from `sql_path`
TABLE = "read_parquet($index, file_row_number = true, hive_partitioning = false)"
# a longer clip (116 days) is a mistake, and would not fit on the line of `search`
_LONGEST_S = 1e7
_FEW = 100_000  # scores are rewritten once more segments than this, and most, are useless
COLUMNS = {
    "path": "VARCHAR",
    "mtime_ns": "BIGINT",
    "size": "BIGINT",
    "source": "VARCHAR",
    "media": "STRUCT(path VARCHAR, bytes BIGINT, hash VARCHAR)",
    "start_s": "DOUBLE",
    "duration_s": "DOUBLE",
    "end_s": "DOUBLE",
    "audio": "BOOLEAN",
    "visual": "BOOLEAN",
    "audio_parsed": "STRUCT(start_s DOUBLE, end_s DOUBLE)[]",
    "visual_parsed": "STRUCT(start_s DOUBLE, end_s DOUBLE)[]",
    "vocabulary": "VARCHAR[]",
    "grid_start_s": "DOUBLE",
    "step_s": "DOUBLE",
    "segments": "BIGINT",
    "scored": "BOOLEAN",
    "scores": "VARCHAR",
    "scores_at": "BIGINT",
    "events": (
        "STRUCT(track VARCHAR, label VARCHAR, start_s DOUBLE, end_s DOUBLE, score DOUBLE,"
        " origin VARCHAR)[]"
    ),
    "warnings": "VARCHAR[]",
}
_OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
FORM = str(COLUMNS)  # what an index is sealed as


@dataclass(frozen=True)
class Updated:
    """The result of an update: numbers of clips, and what the user should know.

    Args:
        clips: that the index now has.
        added: clips that are new.
        changed: clips that were read again.
        removed: clips that are gone.
        failed: one line for each file that is not a timeline, or cannot be read.
        notes: what was skipped or repaired, a line each.
    """

    clips: int
    added: int = 0
    changed: int = 0
    removed: int = 0
    failed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def index_path(library: Path) -> Path:
    """Return where the index of a library lies."""
    return library / FOLDER / "index.parquet"


def sql_path(path: Path) -> str:
    """Return `path` escaped for DuckDB's readers, which read `*`, `?` and `[` as patterns.

    Raises:
        DataError: the path cannot be escaped.
    """
    text = str(path)
    if "\\" in text and re.search(r"[*?\[]", text):
        raise DataError(
            "a folder name with a backslash and one of * ? [ cannot be searched",
            where=path,
            hint="rename the folder",
        )
    return re.sub(r"([*?\[])", r"[\1]", text)


def connect(scratch: Path | None = None) -> "DuckDBPyConnection":
    """Return a DuckDB connection in memory that never reaches for the network.

    Args:
        scratch: folder for data that do not fit into memory; the connection then has a database of
            its own, because a database cannot change this folder later.

    Raises:
        MissingExtraError: DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError.of("duckdb", "library") from None
    if scratch is not None:
        return duckdb.connect(config={**_OFFLINE, "temp_directory": str(scratch)})
    return _database().cursor()


@lru_cache(maxsize=1)  # starting one takes longer than most queries
def _database() -> "DuckDBPyConnection":
    import duckdb

    database = duckdb.connect(config={**_OFFLINE})
    with contextlib.suppress(duckdb.Error):  # versions before 1.3 have no such cache
        database.execute("SET enable_external_file_cache = false")
    return database


def rows(sql: str, index: Path, **values: object) -> list[tuple[Any, ...]]:
    """Return the rows of a query on an index; `{}` in the query stands for the table.

    Raises:
        DataError: the index is not there or damaged.
        MissingExtraError: DuckDB is not installed.
    """
    with connect() as db, reading(index):
        found = db.execute(sql.format(TABLE), {"index": sql_path(index), **values})
        return found.fetchall()


@contextlib.contextmanager
def reading(index: Path) -> Iterator[None]:
    """Turn DuckDB's errors about an index into one of ours, of one line.

    Raises:
        DataError: the index is not there or damaged.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise DataError(
            f"the index cannot be read ({first_line(error)})",
            where=index,
            hint="search again: it is made again from the timelines",
        ) from error


def first_line(error: Exception) -> str:
    """Return the first line of DuckDB's message."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def update(library: Path, *, advance: Callable[[], None] = lambda: None) -> Updated:
    """Bring the index of `library` up to date with the timelines below it.

    Only new and changed files are read.  Links and hidden folders are skipped; a damaged timeline
    is left out and named.  The index is replaced atomically: readers see the old one or the new.
    An index that is damaged or of another version is made again.

    Args:
        library: a folder of timelines, or of Parquet parts (`parts`).
        advance: called after each file that is read.

    Raises:
        DataError: the folder does not exist, or no index can be made of its timelines.
        MissingExtraError: DuckDB is not installed.
        SeehearError: the index cannot be written.
    """
    if not library.is_dir():
        raise DataError(
            "expected a folder of timelines",
            where=library,
            hint=f"make one: seehear parse VIDEOS --out {library}",
        )
    if is_parts(library):
        from seehear.library.parts.index import updated_from_parts

        return updated_from_parts(library)
    return _updated_from_files(library, advance)


def _updated_from_files(library: Path, advance: Callable[[], None]) -> Updated:
    scan = Scan(library)
    found = dict(scan.files())
    old, notes = _known(library)
    known = old.stamps
    fresh = {path: stamp for path, stamp in found.items() if known.get(path) != stamp}
    stale = [path for path, stamp in known.items() if found.get(path) != stamp]
    failed: dict[str, str] = {}
    if fresh or stale or not known:
        worth, told = _is_worth_keeping(old, stale)
        notes += told
        if not worth:
            fresh, stale, old = found, [], _Old()
        failed = _renew(library, old, fresh, stale, advance)
    good = {path for path in fresh.keys() - failed.keys() if known.get(path) != fresh[path]}
    return Updated(
        clips=len(old.stamps) - len(stale) + len(fresh) - len(failed),
        added=len(good - known.keys()),
        changed=len(good & known.keys()),
        removed=len(known.keys() - found.keys()),
        failed=(*scan.failed, *failed.values()),
        notes=(*notes, *scan.notes()),
    )


@dataclass(frozen=True)
class _Old:
    """The index as it was before an update.

    Args:
        stamps: by path, time and size of its timelines.
        scores: the file of their scores.
        segments: by path, number of segments.
    """

    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    scores: Path | None = None
    segments: Mapping[str, int] = field(default_factory=dict)


def _is_worth_keeping(old: _Old, stale: Iterable[str]) -> tuple[bool, list[str]]:
    """Return whether the scores of an index are undamaged and mostly still needed, and notes."""
    if old.scores is None:
        return False, []
    count = levels.count_of(old.scores)
    if count is None:
        return False, [f"{old.scores}: the scores were damaged; they are made again"]
    live = sum(old.segments.values()) - sum(old.segments[path] for path in stale)
    return count - live <= max(live, _FEW), []


def _renew(
    library: Path,
    old: _Old,
    fresh: Mapping[str, Stamp],
    stale: list[str],
    advance: Callable[[], None],
) -> dict[str, str]:
    """Add fresh timelines to the index and remove stale ones; return path -> why for bad ones."""
    import duckdb

    index = index_path(library)
    with _rows_file(library) as rows:
        count = None if old.scores is None else levels.count_of(old.scores)
        scores = levels.Fresh(count or 0)
        failed = _write_rows(rows, library, fresh, scores, advance)
        # the index is not written again only because a file is still damaged
        if len(failed) < len(fresh) or stale or not old.stamps:
            kept = levels.written(index.parent, old.scores, scores)
            try:
                with connect() as db:
                    _replace_index(db, library, rows, kept, stale if old.stamps else None)
            except BaseException as error:
                kept.unlink(missing_ok=True)
                if not isinstance(error, duckdb.Error):
                    raise
                raise DataError(
                    f"the index cannot be made ({first_line(error)})",
                    where=index,
                    hint="is there room on the disk?",
                ) from error
            levels.tidy(index.parent, kept)
    return failed


def _known(library: Path) -> tuple[_Old, list[str]]:
    """Return the index as it is, empty if it is damaged; and notes for the user."""
    index = index_path(library)
    if not os.path.lexists(index):
        return _Old(), []
    if index.is_file() and is_sealed(index, FORM):
        with contextlib.suppress(DataError):
            scores = scores_path(index)
            found = rows("SELECT path, mtime_ns, size, segments FROM {}", index)
            if scores is not None and scores.is_file():
                stamps = {path: (mtime_ns, size) for path, mtime_ns, size, _ in found}
                return _Old(stamps, scores, {path: count for path, *_, count in found}), []
            if not found:
                return _Old(), []
    return _Old(), [_set_aside(index)]


def scores_path(index: Path) -> Path | None:
    """Return the file of scores that belongs to an index; None if it holds no clip.

    Raises:
        DataError: the index is not there or damaged.
    """
    for (name,) in rows("SELECT scores FROM {} LIMIT 1", index):
        return index.with_name(str(name))
    return None


def _set_aside(index: Path) -> str:
    """Move aside what is in the place of the index; return a note for the user."""
    told = f"{index}: the index was damaged or of another version; it is made again"
    aside = index.with_name(f"not-the-index-{os.urandom(4).hex()}")
    try:
        if is_special(index):
            index.unlink()  # else the link's target would be written
        if index.is_symlink() or not index.is_dir():
            return told  # it is replaced
        os.replace(index, aside)
    except OSError as error:
        raise refused(error, index) from error
    return f"{index}: a folder stood in the place of the index; it is now {aside.name}"


@contextlib.contextmanager
def _rows_file(library: Path) -> Iterator[Path]:
    """Yield a scratch file beside the index, removed afterwards."""
    folder = index_path(library).parent
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="update-") as scratch:
            yield Path(scratch) / "rows.jsonl"
    except OSError as error:
        raise refused(error, folder) from error


def _write_rows(
    rows: Path,
    library: Path,
    fresh: Mapping[str, Stamp],
    scores: levels.Fresh,
    advance: Callable[[], None],
) -> dict[str, str]:
    """Write a JSON line for each timeline; return path -> why for files that are not timelines."""
    failed = {}
    with rows.open("w", encoding="utf-8") as out:
        for path, stamp in fresh.items():
            where = library / path
            try:
                path.encode()  # names that are not text cannot be stored in a table
                timeline = Timeline.from_json(where)
                row = row_of(path, stamp, timeline, where=where)
                row["scores_at"] = scores.at
                line = json.dumps(row, ensure_ascii=False, allow_nan=False)
            except SeehearError as error:
                failed[path] = str(error)
            except UnicodeEncodeError:
                failed[path] = f"{path!r}: the file name is not UTF-8; rename the file"
            except ValueError:  # NaN and infinity, which JSON does not have
                failed[path] = f"{where}: a number is not finite"
            else:
                out.write(line.encode("utf-8", "replace").decode() + "\n")
                labels = tuple(map(as_read, timeline.vocabulary))
                scores.add(labels, levels.levels_of(timeline))
            advance()
    return failed


def row_of(path: str, stamp: Stamp, timeline: Timeline, *, where: object = None) -> dict[str, Json]:
    """Return the row of one timeline.

    Raises:
        DataError: its times are impossible.
    """
    end_s = max([timeline.duration_s, *(e.end_s for e in timeline)])  # a short tail may run over
    if not (math.isfinite(timeline.duration_s) and 0 <= end_s <= _LONGEST_S):
        raise DataError(
            f"expected times from 0 to {_LONGEST_S:g} s, got a clip of {timeline.duration_s:g} s"
            f" whose last event ends at {end_s:g} s",
            where=where,
        )
    events = []
    for e in timeline:
        events.append(
            {
                "track": str(e.track),
                "label": _without_nul(e.label),
                "start_s": e.start_s,
                "end_s": e.end_s,
                "score": e.score,
                "origin": e.origin,
            }
        )
    return {
        "path": path,
        "mtime_ns": stamp[0],
        "size": stamp[1],
        "source": _without_nul(timeline.source),
        "media": _media(timeline.media),
        "start_s": timeline.grid.start_s,
        "duration_s": timeline.duration_s,
        "end_s": end_s,
        "audio": not timeline.tracks["audio"].absent,
        "visual": not timeline.tracks["visual"].absent,
        "audio_parsed": _stretches(timeline.parsed("audio")),
        "visual_parsed": _stretches(timeline.parsed("visual")),
        "vocabulary": _all_without_nul(timeline.vocabulary),
        "grid_start_s": timeline.grid.start_s,
        "step_s": timeline.grid.step_s,
        "segments": timeline.grid.count,
        "scored": timeline.kept is not None,
        "events": events,
        "warnings": _all_without_nul(timeline.warnings),
    }


def _media(media: MediaFile | None) -> Json:
    if media is None:
        return None
    path, hash_ = _without_nul(media.path), _without_nul(media.hash)
    return {"path": path, "bytes": media.bytes, "hash": hash_}


def _stretches(spans: Iterable[Span]) -> list[Json]:
    return [{"start_s": start, "end_s": end} for start, end in spans]


def _without_nul(text: str) -> str:
    """Return text without zero characters, which DuckDB's reader of JSON refuses."""
    return text.replace("\0", "")


def _all_without_nul(texts: Iterable[str]) -> list[Json]:
    return [_without_nul(text) for text in texts]


def as_read(label: str) -> str:
    """Return a label as it comes back from the index."""
    return _without_nul(label).encode("utf-8", "replace").decode()


def _replace_index(
    db: "DuckDBPyConnection", library: Path, rows: Path, scores: Path, stale: list[str] | None
) -> None:
    """Write the new index: the kept rows of the old one, and the new rows.

    Args:
        db: the connection.
        library: the folder.
        rows: file of the new rows.
        scores: file of the scores of old and new rows.
        stale: paths of old rows that are dropped; None: all are.
    """
    columns = {name: name for name in COLUMNS} | {"scores": f"'{scores.name}' AS scores"}
    names = ", ".join(columns.values())
    sources = [
        f"SELECT {names} FROM read_json($rows, format = 'newline_delimited', columns = {COLUMNS}, "
        "maximum_object_size = 1000000000, hive_partitioning = false)"
    ]
    values: dict[str, object] = {"rows": sql_path(rows)}
    if stale is not None:
        sources.append(
            f"SELECT {names} FROM {TABLE} WHERE path NOT IN (SELECT unnest($stale::VARCHAR[]))"
        )
        values |= {"index": sql_path(index_path(library)), "stale": stale}
    with atomic_path(index_path(library)) as part:
        target = str(part).replace("'", "''")  # DuckDB's COPY takes no parameter for its target
        db.execute(
            f"COPY ({' UNION ALL '.join(sources)} ORDER BY path) TO '{target}' (FORMAT parquet,"
            " COMPRESSION zstd)",
            values,
        )
        seal(part, FORM)
