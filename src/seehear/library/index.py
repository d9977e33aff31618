"""The index of a folder of timelines: one Parquet file, a row a clip, brought up to date by time
and size of files.

    FOLDER/.seehear/index.parquet    path, mtime_ns, size, source, duration_s, end_s, audio, visual, vocabulary, events

Anything that reads Parquet can query it.  It is only ever a copy: deleting it costs nothing but the
time to rebuild.
"""

import contextlib
import json
import math
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear.errors import DataError, MissingExtraError, SeehearError
from seehear.files import atomic_path
from seehear.time import PARSED, SUFFIX, Timeline

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = ".seehear"
TABLE = (  # $index from `sql_path`
    "read_parquet($index, file_row_number = true, hive_partitioning = false)"
)
_LONGEST_S = (
    1e7  # a clip of 116 days is a mistake, and would not fit the line that `search` lays clips on
)
_COLUMNS = {
    "path": "VARCHAR",
    "mtime_ns": "BIGINT",
    "size": "BIGINT",
    "source": "VARCHAR",
    "duration_s": "DOUBLE",
    "end_s": "DOUBLE",
    "audio": "BOOLEAN",
    "visual": "BOOLEAN",
    "vocabulary": "VARCHAR[]",
    "events": "STRUCT(track VARCHAR, label VARCHAR, start_s DOUBLE, end_s DOUBLE, score DOUBLE)[]",
}


@dataclass(frozen=True)
class Updated:
    """What an update found: numbers of clips, and one line for each file that is no timeline."""

    clips: int
    added: int = 0
    changed: int = 0
    removed: int = 0
    failed: tuple[str, ...] = ()


def index_path(library: Path) -> Path:
    """Return where the index of a library lies."""
    return library / FOLDER / "index.parquet"


def sql_path(path: Path) -> str:
    """Return `path` as DuckDB's readers want it, who would take `*`, `?` and `[` for patterns and
    read other files.

    Raises:
        DataError: the path cannot be written as one that matches only itself.
    """
    text = str(path)
    if "\\" in text and re.search(r"[*?\[]", text):
        raise DataError(
            "a folder name with a backslash and one of * ? [ cannot be searched",
            where=path,
            hint="rename the folder",
        )
    return re.sub(r"([*?\[])", r"[\1]", text)


def connect() -> "DuckDBPyConnection":
    """Return a DuckDB connection in memory that never reaches for the network.

    Raises:
        MissingExtraError: DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError.of("duckdb", "library") from None
    return duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )


def update(library: Path) -> Updated:
    """Bring the index of `library` up to date with the timelines below it; only new and changed
    files are read.

    Links and hidden folders are passed over; a damaged timeline is left out and named.  The index
    is replaced in one piece: a reader sees the old or the new.

    Raises:
        DataError: the folder does not exist.
        MissingExtraError: DuckDB is not installed.
    """
    if not library.is_dir():
        raise DataError(
            "expected a folder of timelines",
            where=library,
            hint=f"make one: seehear parse VIDEOS --out {library}",
        )
    unread: list[str] = []
    found = dict(_scan(library, unread))
    with connect() as db:
        known = _known(db, library)
        fresh = {path: stamp for path, stamp in found.items() if known.get(path) != stamp}
        stale = [path for path, stamp in known.items() if found.get(path) != stamp]
        failed: list[tuple[str, str]] = []
        if fresh or stale or not index_path(library).is_file():
            with _rows_file(library) as rows:
                failed = _write_rows(rows, library, fresh)
                # a file that stays damaged is no reason to write the index again
                if len(failed) < len(fresh) or stale or not known:
                    with atomic_path(index_path(library)) as part:
                        _write_index(db, library, part, rows, stale if known else None)
    good = fresh.keys() - {path for path, _ in failed}
    return Updated(
        len(known) - len(stale) + len(good),
        len(good - known.keys()),
        len(good & known.keys()),
        sum(path not in found for path in known),
        (*unread, *(line for _, line in failed)),
    )


def _scan(library: Path, unread: list[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield (relative path, (mtime_ns, size)) of every timeline file; folders that cannot be read
    go to `unread`.
    """
    folders = [("", library)]
    while folders:
        above, folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in (
                    entries
                ):  # no links are followed; few calls an entry, for there may be very many
                    name = entry.name
                    if (
                        name.endswith(SUFFIX)
                        and entry.is_file(follow_symlinks=False)
                        and name[0] != "."
                    ):
                        try:
                            stat = entry.stat()
                        except FileNotFoundError:  # taken away while we look
                            continue
                        yield above + name, (stat.st_mtime_ns, stat.st_size)
                    elif entry.is_dir(follow_symlinks=False) and name[0] != ".":
                        folders.append((f"{above}{name}/", Path(entry.path)))
        except OSError as error:
            unread.append(f"{folder}: cannot be read: {error.strerror}")


def _known(db: "DuckDBPyConnection", library: Path) -> dict[str, tuple[int, int]]:
    """Return path -> (mtime_ns, size) of an index; nothing if there is none, or one of another
    form.
    """
    if not index_path(library).is_file():
        return {}
    import duckdb

    try:
        values = {"index": sql_path(index_path(library))}
        form = db.execute(
            f"DESCRIBE SELECT * EXCLUDE file_row_number FROM {TABLE}", values
        ).fetchall()
        if {row[0]: row[1].replace('"', "") for row in form} != _COLUMNS:
            return {}
        rows = db.execute(f"SELECT path, mtime_ns, size FROM {TABLE}", values).fetchall()
    except duckdb.Error:  # damaged: rebuilt from the timelines
        return {}
    return {path: (mtime_ns, size) for path, mtime_ns, size in rows}


@contextlib.contextmanager
def _rows_file(library: Path) -> Iterator[Path]:
    """Give a scratch file beside the index."""
    folder = index_path(library).parent
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="update-") as scratch:
            yield Path(scratch) / "rows.jsonl"
    except OSError as error:
        raise SeehearError(
            f"cannot write: {error.strerror or error}",
            where=folder,
            hint="the index of a library lies in its folder",
        ) from error


def _write_rows(
    rows: Path, library: Path, fresh: dict[str, tuple[int, int]]
) -> list[tuple[str, str]]:
    """Write a JSON line for each timeline; return (path, reason) of those that are none."""
    failed = []
    with rows.open("w", encoding="utf-8") as out:
        for path, stamp in fresh.items():
            try:
                path.encode()  # other names cannot stand in a table
                row = json.dumps(
                    row_of(path, stamp, Timeline.from_json(library / path), where=library / path),
                    ensure_ascii=False,
                    allow_nan=False,
                )
            except SeehearError as error:
                failed.append((path, str(error)))
            except UnicodeEncodeError:
                failed.append((path, f"{path!r}: the file name is not UTF-8; rename the file"))
            except ValueError:  # NaN and infinity, which JSON has no words for
                failed.append((path, f"{library / path}: a number is not finite"))
            else:
                out.write(row.encode("utf-8", "replace").decode() + "\n")
    return failed


def row_of(
    path: str, stamp: tuple[int, int], timeline: Timeline, *, where: object = None
) -> dict[str, Any]:
    """Return the row of one timeline.

    Raises:
        DataError: its times make no sense.
    """
    end_s = max([timeline.duration_s, *(e.end_s for e in timeline)])  # a short tail may run over
    if not (math.isfinite(timeline.duration_s) and 0 <= end_s <= _LONGEST_S):
        raise DataError(
            f"a clip of {timeline.duration_s:g} s, ending at {end_s:g} s, is no clip", where=where
        )
    return {
        "path": path,
        "mtime_ns": stamp[0],
        "size": stamp[1],
        "source": timeline.source.replace("\0", ""),
        "duration_s": timeline.duration_s,
        "end_s": end_s,
        "audio": timeline.tracks["audio"] == PARSED,
        "visual": timeline.tracks["visual"] == PARSED,
        "vocabulary": [label.replace("\0", "") for label in timeline.vocabulary],
        "events": [
            {
                "track": str(e.track),
                "label": e.label.replace("\0", ""),
                "start_s": e.start_s,
                "end_s": e.end_s,
                "score": e.score,
            }
            for e in timeline
        ],
    }


def _write_index(
    db: "DuckDBPyConnection", library: Path, part: Path, rows: Path, stale: list[str] | None
) -> None:
    """Join what is kept of the old index (all but `stale`; None: nothing is) and the new rows into
    the file `part`.
    """
    names = ", ".join(_COLUMNS)
    sources = [
        f"SELECT {names} FROM read_json($rows, format = 'newline_delimited', columns = {_COLUMNS}, "
        "maximum_object_size = 1000000000, hive_partitioning = false)"
    ]
    values: dict[str, object] = {"rows": sql_path(rows)}
    if stale is not None:
        sources.append(
            f"SELECT {names} FROM {TABLE} WHERE path NOT IN (SELECT unnest($stale::VARCHAR[]))"
        )
        values |= {"index": sql_path(index_path(library)), "stale": stale}
    target = str(part).replace("'", "''")  # COPY takes no parameter here
    db.execute(
        f"COPY ({' UNION ALL '.join(sources)} ORDER BY path) TO '{target}' (FORMAT parquet,"
        " COMPRESSION zstd)",
        values,
    )
