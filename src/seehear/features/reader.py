"""From a features folder to arrays: rows are read in chunks, checked, and averaged to segments."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.closest import shown
from seehear.data.orphans import Nearest
from seehear.errors import FeatureError, MissingRowsError
from seehear.features.maps import maps_to_segments
from seehear.features.store import BAD_ROWS, WITHOUT_ROWS, FeatureStore, pool

CHUNK = 256  # clips read at a time: their frames are averaged before the next are read

Rows = NDArray[np.float32]


def read_segments(store: FeatureStore, stream: str, names: Sequence[str], segments: int) -> Rows:
    """Return a row for each segment of several clips, (N, T, D); frames are averaged.

    Args:
        store: an open features folder.
        stream: one of its streams.
        names: clip names or ids, at least one.
        segments: T.

    Raises:
        FeatureError: a clip has no rows, a number of rows that is not a multiple of T, or NaN or
            infinite values.
    """
    return _read(store, stream, names, segments)


def read_frames(store: FeatureStore, stream: str, names: Sequence[str]) -> Rows:
    """Return the rows of several clips as they are stored, (N, R, D).

    Raises:
        FeatureError: a clip has no rows, another number of rows than the others, or NaN or
            infinite values.
    """
    return _read(store, stream, names, None)


def to_segments(store: FeatureStore, stream: str, rows: Rows, segments: int) -> Rows:
    """Return rows (..., R, D) of a stream as a row for each segment, (..., T, D).

    Args:
        store: where they come from, for errors.
        stream: its name; maps (`ENCODER/maps`) are interpolated, other rows averaged.
        rows: of a clip, or of several of one length.
        segments: T.

    Raises:
        FeatureError: R is not a multiple of T, and they are not maps.
    """
    count = rows.shape[-2]
    if stream.endswith("/maps"):
        return maps_to_segments(rows, segments)
    if count == segments:
        return rows
    if count % segments:
        raise FeatureError(
            f"{stream}: expected a multiple of {segments} rows a clip, got {count}",
            where=store.path,
            hint="were the features extracted on another grid?",
        )
    return pool(rows, segments)


def _read(
    store: FeatureStore, stream: str, names: Sequence[str], segments: int | None
) -> NDArray[np.float32]:
    require_rows(store, stream, names)
    out: Rows | None = None
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        rows = np.asarray(store.array(stream, chunk), np.float32)
        _require_finite(store, stream, chunk, rows)
        if segments is not None:
            rows = to_segments(store, stream, rows, segments)
        if out is None:
            out = np.empty((len(names), *rows.shape[1:]), np.float32)
        if rows.shape[1] != out.shape[1]:
            raise FeatureError(
                f"{stream}: expected {out.shape[1]} rows a clip, got {rows.shape[1]} from clip "
                f"{chunk[0]} on",
                where=store.path,
                hint="were all clips extracted on one grid?",
            )
        out[start : start + len(chunk)] = rows
    if out is None:
        raise ValueError("expected at least one clip")
    return out


def require_rows(store: FeatureStore, stream: str, names: Sequence[str]) -> None:
    """Check that every clip has rows of a stream.

    Raises:
        MissingRowsError: some have none; it says how many, and why the first has none.
        FeatureError: most have none; it asks whether these are the features of this dataset.
    """
    missing = [name for name in names if not store.count(stream, name)]
    if not missing:
        return
    try:  # the folder itself knows best why there are none
        store.rows(stream, missing[0])
        reason = ""
    except FeatureError as error:
        reason = f" ({error.problem})"
    near = Nearest(store.names).same(missing[0])
    if near is not None and near != missing[0]:
        reason += f"; did you mean {near}, which is there?"
    problem = (
        f"{len(missing)} of {amount(len(names), 'clip')} without {stream}, first"
        f" {missing[0]}{reason}"
    )
    if 2 * len(missing) <= len(names):
        raise MissingRowsError(problem, where=store.path, hint=WITHOUT_ROWS)
    raise FeatureError(problem, where=store.path, hint=of_other_clips(store))


def of_other_clips(store: FeatureStore) -> str:
    """Return the hint where most clips have no features: which clips the folder is of."""
    return f"are these the features of this dataset? They are of {shown(store.names, most=2)}"


def _require_finite(store: FeatureStore, stream: str, names: Sequence[str], rows: Rows) -> None:
    finite = np.isfinite(rows)
    if finite.all():
        return
    first = int(np.flatnonzero(~finite.all(axis=(1, 2)))[0])
    raise FeatureError(
        f"clip {names[first]}: {stream} holds NaN or infinite values",
        where=store.path,
        hint=BAD_ROWS,
    )
