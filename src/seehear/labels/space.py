"""Features of segments in a space shared with language, read from a features folder."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import card, load_text
from seehear.errors import ConfigError, FeatureError
from seehear.features import FeatureStore, pool
from seehear.features.store import BAD_ROWS, WITHOUT_ROWS

Loader = Callable[[str], Any]  # id of a text tower -> the tower
_CHUNK = 256  # clips read at a time: frames are pooled before the next ones come


def find_space(store: FeatureStore, encoder: str) -> str | None:
    """Return the stream that holds an encoder's joint space; None if the folder has none.

    Encoders that give a `space` beside their features are read there; those whose features are the
    joint space itself (CLIP, CLAP) are read from `feature`, or from `frames`.
    """
    try:
        outputs = ("space",) if "space" in card(encoder).outputs else ("feature", "frames")
    except ConfigError:  # features of an encoder that is not installed here
        outputs = ("space", "feature", "frames")
    return next(
        (f"{encoder}/{name}" for name in outputs if f"{encoder}/{name}" in store.streams), None
    )


def read_space(
    store: FeatureStore, encoder: str, names: Sequence[str], segments: int
) -> NDArray[np.float32]:
    """Return (N, T, D) features of clips in an encoder's joint space, frames averaged to segments.

    Raises:
        FeatureError: the folder has no such space, a clip is missing or of another grid, or NaN or
            infinity.
    """
    stream = find_space(store, encoder)
    if stream is None:
        held = ", ".join(sorted(store.streams)) or "nothing"
        raise FeatureError(
            f"expected a space of {encoder} that is shared with language, the folder holds {held}",
            where=store.path,
            hint="extract with that encoder, or name another one",
        )
    return read_stream(store, stream, names, segments)


def read_stream(
    store: FeatureStore, stream: str, names: Sequence[str], segments: int
) -> NDArray[np.float32]:
    """Return (N, T, D) rows of a stream, frames averaged to segments; errors as `read_space`."""
    missing = [name for name in names if not store.count(stream, name)]
    if missing:
        raise FeatureError(
            f"{len(missing)} of {len(names)} clips have no {stream}, first {missing[0]}",
            where=store.path,
            hint=WITHOUT_ROWS,
        )
    out = np.empty((len(names), segments, store.stream(stream).dim), np.float32)
    for start in range(0, len(names), _CHUNK):
        some = list(names[start : start + _CHUNK])
        rows = np.asarray(store.array(stream, some), np.float32)
        if not np.isfinite(rows).all():
            bad = some[int(np.flatnonzero(~np.isfinite(rows).all(axis=(1, 2)))[0])]
            raise FeatureError(
                f"clip {bad}: {stream} holds NaN or infinite values",
                where=store.path,
                hint=BAD_ROWS,
            )
        if rows.shape[1] % segments:
            raise FeatureError(
                f"{stream}: expected a multiple of {segments} rows a clip, got {rows.shape[1]}",
                where=store.path,
                hint="were the features extracted on another grid?",
            )
        out[start : start + len(some)] = rows if rows.shape[1] == segments else pool(rows, segments)
    return out


def text_tower(encoder: str, load: Loader = load_text) -> Any:
    """Return the text tower that shares an encoder's space.

    Raises:
        ConfigError: the encoder shares no space with language, or its tower is unknown.
    """
    try:
        language = card(encoder).language
    except ConfigError:
        language = encoder
    if language is None:
        raise ConfigError(
            f"encoder {encoder} shares no space with language",
            hint="choose one that does: see seehear models ls",
        )
    return load(language)
