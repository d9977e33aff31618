"""The index of a library of parts, made anew from all parts whenever these have changed."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from seehear.errors import DataError
from seehear.files import atomic_path, write_text
from seehear.foreign.forms import record, text, whole
from seehear.foreign.texts import read_json
from seehear.library import levels
from seehear.library.index import COLUMNS, FORM, Updated, index_path, rows
from seehear.library.parts import tables
from seehear.library.parts.commits import State
from seehear.library.parts.library import PartsLibrary
from seehear.library.parts.opened import parts_of
from seehear.library.scan import FOLDER
from seehear.library.seal import is_sealed, seal

FILE = "parts.json"  # which state the index beside it was made from
_MOST = 256 << 20  # bytes of scores in memory at once
_FORM = record({"digest": text, "clips": whole()})


def updated_from_parts(folder: Path) -> Updated:
    """Bring the index in a folder up to date with a library of parts.

    Raises:
        DataError: a part is damaged or cannot be reached.
        MissingExtraError: DuckDB is not installed.
    """
    library = parts_of(folder)
    if library is None:
        raise DataError("expected a library of parts", where=folder)
    state = library.state()
    before = _known(folder)
    if before is not None and before[0] == state.digest:
        return Updated(before[1])
    beside = folder / FOLDER
    beside.mkdir(parents=True, exist_ok=True)
    with library.store.scratch() as scratch, tables.reading(library.store, scratch) as db:
        tokens, labels = _live(db, library, state)
        scores = _write_scores(db, library, state, labels, beside)
        count = _write_index(db, library, state, tokens, index_path(folder), scores)
    levels.tidy(beside, scores)
    write_text(beside / FILE, json.dumps({"digest": state.digest, "clips": count}))
    was = 0 if before is None else before[1]
    return Updated(count, added=max(0, count - was))


def _known(folder: Path) -> tuple[str, int] | None:
    """Return the state the index was made from, and its number of clips; None if damaged."""
    index = index_path(folder)
    if not (index.is_file() and is_sealed(index, FORM)):
        return None
    try:
        found = read_json(folder / FOLDER / FILE, _FORM)
        for (name,) in rows("SELECT scores FROM {} LIMIT 1", index):
            if not index.with_name(name).is_file():
                return None
    except DataError:
        return None
    return found["digest"], found["clips"]


def _live(db: tables.Db, library: PartsLibrary, state: State) -> tuple[dict[str, int], list[str]]:
    """Return where the scores of each part begin, and all classes; mark rows that were replaced."""
    at, begins = 0, {}
    for part in state.parts:
        begins[part.token] = at
        at += part.segments
    db.execute("CREATE TEMP TABLE lost (path VARCHAR, token VARCHAR)")
    if not state.parts:
        return begins, []
    sql, values = tables.clips_of(library.store, state.parts)
    if not state.is_disjoint:
        db.execute(
            "INSERT INTO lost SELECT path, parse_filename(filename, true) FROM"
            f" (SELECT path, filename, {tables.LATEST} AS place FROM {sql} WHERE path IN"
            f" (SELECT path FROM {sql} GROUP BY path HAVING count(*) > 1)) WHERE place > 1",
            values,
        )
    files = [library.store.sql(part.file("scores")) for part in state.parts]
    found = db.execute(
        "SELECT DISTINCT label FROM read_parquet($files, hive_partitioning = false)"
        " WHERE label IS NOT NULL ORDER BY label",
        {"files": files},
    ).fetchall()
    return begins, [label for (label,) in found]


def _write_index(
    db: tables.Db,
    library: PartsLibrary,
    state: State,
    begins: dict[str, int],
    index: Path,
    scores: Path,
) -> int:
    """Write the index; return its number of clips."""
    columns = {name: f"c.{name}" for name in COLUMNS}
    columns |= {
        "scores": f"'{scores.name}' AS scores",
        "scores_at": "c.scores_at + b.at AS scores_at",
    }
    if state.parts:
        sql, values = tables.clips_of(library.store, state.parts)
        values |= {"tokens": list(begins), "ats": list(begins.values())}
        query = (
            f"SELECT {', '.join(columns.values())} FROM {sql} c JOIN (SELECT"
            " unnest($tokens::VARCHAR[]) AS token, unnest($ats::BIGINT[]) AS at) b"
            " ON parse_filename(c.filename, true) = b.token"
            " WHERE NOT EXISTS (SELECT 1 FROM lost l WHERE l.path = c.path AND l.token = b.token)"
            " ORDER BY c.path"
        )
    else:
        nothing = (f"NULL::{kind} AS {name}" for name, kind in COLUMNS.items())
        query, values = f"SELECT {', '.join(nothing)} WHERE false", {}
    with atomic_path(index) as part:
        tables.copy(db, query, part, values)
        seal(part, FORM)
    return int(rows("SELECT count(*) FROM {}", index)[0][0])


def _write_scores(
    db: tables.Db, library: PartsLibrary, state: State, labels: Sequence[str], folder: Path
) -> Path:
    """Write the scores of all parts one after another, as many classes at once as fit in memory."""
    total = sum(part.segments for part in state.parts)

    def read(keys: Sequence[levels.Key]) -> list[levels.Row]:
        labels = [label for _, label in keys if label is not None]
        out: tables.Levels = {key: np.zeros(total, np.uint8) for key in keys}
        at = 0
        for part in state.parts:
            found = tables.read_scores(db, library.store, part, labels)
            for key in out.keys() & found.keys():
                out[key][at : at + part.segments] = found[key]
            at += part.segments
        return list(out.values())

    path = folder / f"scores-{os.urandom(6).hex()}.npz"
    levels.write_rows(path, labels, read, at_once=max(1, _MOST // max(1, total)))
    return path
