"""From a features folder to the inputs of a network as arrays: which streams, read once."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError, FeatureError
from seehear.features import FeatureStore
from seehear.features.feature_set import FeatureSet
from seehear.features.reader import read_frames, read_segments, require_rows

ROLES = ("audio", "visual", "motion")
PRIOR = "prior"  # one more input, of networks that start from a zero-shot parser's logits


def held(store: FeatureStore) -> str:
    """Return the streams of a folder in words."""
    return ", ".join(sorted(store.streams)) or "nothing"


def require_streams(features: FeatureSet, store: FeatureStore, run: object) -> None:
    """Refuse a folder without the streams that a trained parser reads.

    Args:
        features: of the parser.
        store: an open features folder.
        run: names the parser in the message.

    Raises:
        FeatureError: a stream is missing.
    """
    if lacking := missing_streams(features, store):
        raise FeatureError(
            f"expected {', '.join(lacking)}, the folder holds {held(store)}",
            where=store.path,
            hint=f"{run} was trained on the feature set {features.name}",
        )


def missing_streams(features: FeatureSet, store: FeatureStore) -> list[str]:
    """Return the streams of a feature set that a folder does not hold."""
    return [stream for stream in features.streams if find_stream(stream, store) is None]


def find_stream(stream: str, store: FeatureStore, *, frames: bool = False) -> str | None:
    """Return the name under which the folder holds a stream; None if it does not.

    A feature may be held per segment or per frame; `frames` says which is preferred.
    """
    encoder, _, output = stream.partition("/")
    names = [stream]
    if output == "feature":
        names.insert(0 if frames else 1, f"{encoder}/frames")
    return next((name for name in names if name in store.streams), None)


def _stored(stream: str, store: FeatureStore, frames: bool) -> str:
    found = find_stream(stream, store, frames=frames)
    return store.stream(stream).name if found is None else found  # the store says what is missing


def read_inputs(
    store: FeatureStore,
    features: FeatureSet,
    names: tuple[str, ...],
    segments: int,
    *,
    frames: bool = False,
) -> dict[str, NDArray[np.float32]]:
    """Return the inputs of some clips by role, read once, pooled to segments and checked.

    Args:
        store: an open features folder.
        features: which streams.
        names: clip names, N.
        segments: T.
        frames: leave the visual stream as single frames, (N, T*F, D), where the folder has them.

    Raises:
        FeatureError: a clip is missing, has another number of rows, or holds NaN or infinity.
        DataError: there are no clips.
    """
    if not names:
        raise DataError("expected at least one clip, got none", hint="is the split's table empty?")
    roles = roles_of(features)
    return {role: read_role(store, features, role, names, segments, frames) for role in roles}


def roles_of(features: FeatureSet) -> tuple[str, ...]:
    """Return the roles for which a feature set has streams."""
    return tuple(role for role in ROLES if getattr(features, role))


def read_role(
    store: FeatureStore,
    features: FeatureSet,
    role: str,
    names: Sequence[str],
    segments: int,
    frames: bool,
) -> NDArray[np.float32]:
    """Return the input of one role, (N, T, D), or (N, T*F, D) of single frames.

    Arguments and errors are those of `read_inputs`.
    """
    as_stored = frames and role == "visual"
    return _read(store, getattr(features, role), names, None if as_stored else segments)


def require_inputs(
    store: FeatureStore, features: FeatureSet, names: Sequence[str], *, frames: bool = False
) -> None:
    """Refuse clips that lack an input, without reading features.

    Raises:
        FeatureError: a clip lacks one.
    """
    for role in roles_of(features):
        for stream in getattr(features, role):
            require_rows(store, _stored(stream, store, frames and role == "visual"), names)


def _read(
    store: FeatureStore, streams: Sequence[str], names: Sequence[str], segments: int | None
) -> NDArray[np.float32]:
    """Return the rows of a role's streams side by side; without `segments` as they are stored."""
    parts = []
    for stream in streams:
        stored = _stored(stream, store, frames=segments is None)
        if segments is None:
            parts.append(read_frames(store, stored, names))
        else:
            parts.append(read_segments(store, stored, names, segments))
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2)


def find_missing(store: FeatureStore, features: FeatureSet, names: Iterable[str]) -> list[str]:
    """Return the clips for which a stream of the feature set is missing or cannot be read."""
    streams = [_stored(stream, store, False) for stream in features.streams]
    missing = []
    for name in names:
        if not all(_has(store, stream, name) for stream in streams):
            missing.append(name)
    return missing


def _has(store: FeatureStore, stream: str, name: str) -> bool:
    try:
        store.rows(stream, name)
    except FeatureError:
        return False
    return True
