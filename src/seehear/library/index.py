"""The index of a folder of timelines: one Parquet file, a row a clip, brought up to date by time and size of files.

    FOLDER/.seehear/index.parquet    path, mtime_ns, size, source, duration_s, end_s, audio, visual, vocabulary, events

Anything that reads Parquet can query it.  It is only ever a copy: deleting it costs nothing but the time to rebuild.
"""

import json
import os
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
_COLUMNS = {
    "path": "VARCHAR", "mtime_ns": "BIGINT", "size": "BIGINT", "source": "VARCHAR", "duration_s": "DOUBLE",
    "end_s": "DOUBLE", "audio": "BOOLEAN", "visual": "BOOLEAN", "vocabulary": "VARCHAR[]",
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


def connect() -> "DuckDBPyConnection":
    """Return a DuckDB connection in memory that never reaches for the network.

    Raises:
        MissingExtraError: DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError.of("duckdb", "library") from None
    return duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})


def update(library: Path) -> Updated:
    """Bring the index of `library` up to date with the timelines below it; only new and changed files are read.

    Links and hidden folders are passed over.  The index is replaced in one piece: a reader sees the old or the new.

    Raises:
        DataError: the folder does not exist.
        MissingExtraError: DuckDB is not installed.
    """
    if not library.is_dir():
        raise DataError("expected a folder of timelines", where=library,
                        hint=f"make one: seehear parse VIDEOS --out {library}")
    found = dict(_scan(library))
    with connect() as db:
        known = _known(db, library)
        fresh = {path: stamp for path, stamp in found.items() if known.get(path) != stamp}
        stale = [path for path, stamp in known.items() if found.get(path) != stamp]
        if not fresh and not stale and index_path(library).is_file():
            return Updated(len(known))
        with atomic_path(index_path(library)) as part:
            rows = part.with_suffix(".rows")
            try:
                failed = _write_rows(rows, library, fresh)
                _write_index(db, library, part, rows, stale)
            finally:
                rows.unlink(missing_ok=True)
    good = fresh.keys() - {path for path, _ in failed}
    return Updated(
        len(known) - len(stale) + len(good), len(good - known.keys()), len(good & known.keys()),
        sum(path not in found for path in known), tuple(line for _, line in failed),
    )


def _scan(library: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield (relative path, (mtime_ns, size)) of every timeline file."""
    folders = [library]
    while folders:
        folder = folders.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.is_symlink():
                    continue
                if entry.is_dir():
                    folders.append(Path(entry.path))
                elif entry.name.endswith(SUFFIX):
                    stat = entry.stat()
                    path = entry.name if folder == library else os.path.relpath(entry.path, library)
                    yield path.replace(os.sep, "/"), (stat.st_mtime_ns, stat.st_size)


def _known(db: "DuckDBPyConnection", library: Path) -> dict[str, tuple[int, int]]:
    """Return path -> (mtime_ns, size) of an index; nothing if there is none, or one of another form."""
    if not index_path(library).is_file():
        return {}
    import duckdb

    try:
        form = db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(index_path(library))]).fetchall()
        if {row[0]: row[1].replace('"', "") for row in form} != _COLUMNS:
            return {}
        rows = db.execute("SELECT path, mtime_ns, size FROM read_parquet(?)", [str(index_path(library))]).fetchall()
    except duckdb.Error:  # damaged: rebuilt from the timelines
        return {}
    return {path: (mtime_ns, size) for path, mtime_ns, size in rows}


def _write_rows(rows: Path, library: Path, fresh: dict[str, tuple[int, int]]) -> list[tuple[str, str]]:
    """Write a JSON line for each timeline; return (path, reason) of those that are none."""
    failed = []
    with rows.open("w", encoding="utf-8") as out:
        for path, stamp in fresh.items():
            try:
                path.encode()  # other names cannot stand in a table
                row = row_of(path, stamp, Timeline.from_json(library / path))
            except SeehearError as error:
                failed.append((path, str(error)))
            except UnicodeEncodeError:
                failed.append((path, f"{path!r}: the file name is not UTF-8; rename the file"))
            else:
                out.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode() + "\n")
    return failed


def row_of(path: str, stamp: tuple[int, int], timeline: Timeline) -> dict[str, Any]:
    """Return the row of one timeline."""
    return {
        "path": path, "mtime_ns": stamp[0], "size": stamp[1], "source": timeline.source.replace("\0", ""),
        "duration_s": timeline.duration_s,
        "end_s": max([timeline.duration_s, *(e.end_s for e in timeline)]),  # a short tail may run over
        "audio": timeline.tracks["audio"] == PARSED, "visual": timeline.tracks["visual"] == PARSED,
        "vocabulary": [label.replace("\0", "") for label in timeline.vocabulary],
        "events": [{"track": str(e.track), "label": e.label.replace("\0", ""), "start_s": e.start_s, "end_s": e.end_s,
                    "score": e.score} for e in timeline],
    }


def _write_index(db: "DuckDBPyConnection", library: Path, part: Path, rows: Path, stale: list[str]) -> None:
    """Join what is kept of the old index and the new rows into the file `part`."""
    names = ", ".join(_COLUMNS)
    sources = [f"SELECT {names} FROM read_json($rows, format = 'newline_delimited', columns = {_COLUMNS}, "
               "maximum_object_size = 1000000000)"]
    values: dict[str, object] = {"rows": str(rows)}
    if _known(db, library):
        sources.append(f"SELECT {names} FROM read_parquet($old) WHERE path NOT IN (SELECT unnest($stale::VARCHAR[]))")
        values |= {"old": str(index_path(library)), "stale": stale}
    target = str(part).replace("'", "''")  # COPY takes no parameter here
    db.execute(f"COPY ({' UNION ALL '.join(sources)} ORDER BY path) TO '{target}' (FORMAT parquet, COMPRESSION zstd)",
               values)
