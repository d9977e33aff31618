"""The tables of a part: written from rows, and read by DuckDB where they lie."""

import contextlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError
from seehear.files import Json
from seehear.library.index import connect, first_line, sql_path
from seehear.library.parts.commits import LibraryPart
from seehear.library.parts.rows import PART_COLUMNS
from seehear.library.parts.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Db: TypeAlias = "DuckDBPyConnection"
_GROUP = 4096  # clips of a row group: so many are read to find one
_INTO = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {})"
LATEST = "row_number() OVER (PARTITION BY path ORDER BY version DESC, filename)"
Levels: TypeAlias = dict[tuple[str, str | None], NDArray[np.uint8]]  # by track and class


@contextmanager
def reading(store: Store, scratch: Path | None = None) -> Iterator[Db]:
    """Yield a DuckDB connection that reads a store; its errors become ours, of one line.

    Args:
        store: where the parts lie.
        scratch: folder for data that do not fit into memory.

    Raises:
        DataError: a part is damaged, cannot be reached or cannot be written.
    """
    import duckdb

    with connect(scratch) as db:
        try:
            store.attach(db)
            yield db
        except duckdb.Error as error:
            hint = "is there room on the disk, and is the network there?"
            told = f"its parts cannot be read ({first_line(error)})"
            raise DataError(told, where=store.address, hint=hint) from error


def quoted(path: Path) -> str:
    """Return a path as a text of SQL, for places where DuckDB takes no parameter."""
    return "'" + str(path).replace("'", "''") + "'"


def clips_of(store: Store, parts: Sequence[LibraryPart]) -> tuple[str, dict[str, object]]:
    """Return SQL for the table of clips of some parts, and its parameters."""
    files = [store.sql(part.file("clips")) for part in parts]
    sql = "read_parquet($files, filename = true, hive_partitioning = false)"
    return sql, {"files": files}


def write_clips(db: Db, rows: Path, file: Path) -> None:
    """Write the clips of a part from lines of JSON, in the order of their paths."""
    names = ", ".join(PART_COLUMNS)
    copy(
        db,
        f"SELECT {names} FROM read_json($rows, format = 'newline_delimited',"
        f" columns = {PART_COLUMNS}, maximum_object_size = 1000000000, hive_partitioning = false)"
        " ORDER BY path",
        file,
        {"rows": sql_path(rows)},
    )


def copy(db: Db, sql: str, file: Path, values: Mapping[str, object] | None = None) -> None:
    """Write the result of a query into a file."""
    db.execute(f"COPY ({sql}) TO {quoted(file)} {_INTO.format(_GROUP)}", dict(values or {}))


def lines(rows: Iterable[Mapping[str, Json]], file: Path) -> None:
    """Write rows as lines of JSON."""
    with file.open("wb") as out:
        for row in rows:
            text = json.dumps(row, ensure_ascii=False, allow_nan=False)
            out.write(text.encode("utf-8", "replace") + b"\n")


def write_scores(db: Db, levels: Levels, file: Path) -> None:
    """Write the scores of a part."""
    db.execute("CREATE OR REPLACE TEMP TABLE fresh (track VARCHAR, label VARCHAR, levels BLOB)")
    for (track, label), row in levels.items():
        db.execute(
            "INSERT INTO fresh VALUES ($t, $l, $b)", {"t": track, "l": label, "b": row.tobytes()}
        )
    copy(db, "SELECT * FROM fresh", file)
    db.execute("DROP TABLE fresh")


def read_scores(
    db: Db, store: Store, part: LibraryPart, labels: Sequence[str] | None = None
) -> Levels:
    """Return the scores of a part: of all classes, or of some and the largest of all.

    Raises:
        DataError: their number differs from the number of the clips' segments.
    """
    values: dict[str, object] = {"file": store.sql(part.file("scores"))}
    which = "true"
    if labels is not None:
        which = "label IS NULL OR label IN (SELECT unnest($labels::VARCHAR[]))"
        values["labels"] = list(labels)
    found = db.execute(
        "SELECT track, label, levels FROM read_parquet($file, hive_partitioning = false)"
        f" WHERE {which}",
        values,
    ).fetchall()
    out = {}
    for track, label, content in found:
        row = np.frombuffer(content, np.uint8)
        if len(row) != part.segments:
            told = f"expected {part.segments} scores, got {len(row)}"
            raise DataError(told, where=f"{store.address}/{part.file('scores')}")
        out[track, label] = row
    return out


def write_features(db: Db, files: Iterable[tuple[str, str, Path]], file: Path) -> int:
    """Write kept features given as (path, version, archive of arrays); return their bytes."""
    db.execute(
        "CREATE OR REPLACE TEMP TABLE kept (path VARCHAR, version VARCHAR, place INTEGER,"
        " name VARCHAR, content BLOB)"
    )
    count = 0
    for path, version, archive in files:
        for place, (name, content) in enumerate(members(archive)):
            values = [path, version, place, name, content]
            db.execute("INSERT INTO kept VALUES (?, ?, ?, ?, ?)", values)
            count += len(content)
    copy(db, "SELECT * FROM kept ORDER BY path, place", file)
    db.execute("DROP TABLE kept")
    return count


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name, array) of an archive; if it cannot be rebuilt from these, ("", the file)."""
    whole = archive.read_bytes()
    found: list[tuple[str, bytes]] = []
    with contextlib.suppress(zipfile.BadZipFile, NotImplementedError, OSError):
        with zipfile.ZipFile(archive) as opened:
            found = [(name, opened.read(name)) for name in opened.namelist()]
    aside = archive_of(found)
    yield from found if aside == whole else [("", whole)]


def archive_of(found: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the archive of some arrays, as `features.kept` writes it."""
    import io

    if [name for name, _ in found] == [""]:
        return found[0][1]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in found:
            with archive.open(name, "w") as file:
                file.write(content)
    return out.getvalue()


def records(db: Db, sql: str, values: Mapping[str, object]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query by the names of their columns."""
    found = db.execute(sql, dict(values))
    names = [column[0] for column in found.description or ()]
    while rows := found.fetchmany(1000):
        for row in rows:
            yield dict(zip(names, row, strict=True))
