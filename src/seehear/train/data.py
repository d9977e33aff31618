"""From a features folder to arrays in memory: which feature set, pooled once, checked once,
standardised once.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.errors import ConfigError, DataError, FeatureError
from seehear.features import FeatureStore
from seehear.features.reader import read_frames, read_segments
from seehear.recipes import FEATURES, FeatureSet, Recipe
from seehear.recipes.contract import Clips

ROLES = ("audio", "visual", "motion")
_CHUNK = 256  # clips at a time in float64: keeps the memory for the deviation small
_SMALLEST_DEVIATION = 1e-6  # a dimension that never changes is left as it is


def choose_features(recipe: Recipe, store: FeatureStore, asked: str | None = None) -> FeatureSet:
    """Return the feature set to train on: the one asked for, else the recipe's first that the
    folder holds.

    Raises:
        ConfigError: the recipe does not allow the set asked for.
        FeatureError: the folder holds another encoder's features.
    """
    if asked is not None and asked not in recipe.features:
        raise ConfigError(
            f"recipe {recipe.name} runs on {', '.join(recipe.features)}, got {asked}",
            where="--set features",
        )
    for name in [asked] if asked else recipe.features:
        if not missing_streams(FEATURES[name], store):
            return FEATURES[name]
    wanted = FEATURES[asked or recipe.features[-1]]
    ids = {role: sorted({s.split("/")[0] for s in getattr(wanted, role)}) for role in ROLES}
    options = " ".join(
        f"--{'audio' if role == 'audio' else 'visual'} {i}" for role in ROLES for i in ids[role]
    )
    raise FeatureError(
        f"recipe {recipe.name} with"
        f" {'features' if asked else 'any of its feature sets; the smallest,'} {wanted.name}, needs"
        f" {', '.join(missing_streams(wanted, store))}; the folder holds"
        f" {', '.join(sorted(store.streams)) or 'nothing'}",
        where=store.path,
        hint=f"run: seehear extract DATASET {options} --out FEATURES",
    )


def require_streams(features: FeatureSet, store: FeatureStore, run: object) -> None:
    """Refuse a folder without the streams that a trained parser reads.

    Raises:
        FeatureError: a stream is missing.
    """
    if lacking := missing_streams(features, store):
        held = ", ".join(sorted(store.streams)) or "nothing"
        raise FeatureError(
            f"expected {', '.join(lacking)}, the folder holds {held}",
            where=store.path,
            hint=f"{run} was trained on the feature set {features.name}",
        )


def missing_streams(features: FeatureSet, store: FeatureStore) -> list[str]:
    """Return the streams of a feature set that a folder does not hold."""
    return [stream for stream in features.streams if find_stream(stream, store) is None]


def find_stream(stream: str, store: FeatureStore, *, frames: bool = False) -> str | None:
    """Return the name under which the folder holds a stream: per segment, or per frame (pooled when
    read).
    """
    encoder, _, output = stream.partition("/")
    names = (stream, f"{encoder}/frames") if output == "feature" else (stream,)
    return next((n for n in (reversed(names) if frames else names) if n in store.streams), None)


def _stored(stream: str, store: FeatureStore, frames: bool) -> str:
    found = find_stream(stream, store, frames=frames)
    return (
        store.stream(stream).name if found is None else found
    )  # `store.stream` says what is missing


def load_clips(
    store: FeatureStore,
    features: FeatureSet,
    names: Iterable[str],
    weak: NDArray[np.generic],
    segments: int,
    *,
    frames: bool = False,
) -> Clips:
    """Return the inputs of some clips, read once, pooled to segments (unless `frames`) and checked.

    Args:
        store: an open features folder.
        features: which streams.
        names: clip names, N.
        weak: (N, C) labels.
        segments: T.
        frames: leave the visual stream as single frames, (N, T*F, D), where the folder has them.

    Raises:
        FeatureError: a clip is missing, has another number of rows, or holds NaN or infinity.
        DataError: there are no clips.
    """
    names = tuple(names)
    if not names:
        raise DataError("expected at least one clip, got none", hint="is the split's table empty?")
    arrays: dict[str, Any] = {}
    for role in ROLES:
        streams = getattr(features, role)
        keep = frames and role == "visual"
        parts = [
            _read(store, _stored(s, store, keep), names, None if keep else segments)
            for s in streams
        ]
        joined = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2) if parts else None
        arrays[role] = None if joined is None else torch.from_numpy(joined)
    return Clips(names, torch.from_numpy(np.ascontiguousarray(weak, np.float32)), **arrays)


def _read(
    store: FeatureStore, stream: str, names: tuple[str, ...], segments: int | None
) -> NDArray[np.float32]:
    if segments is None:
        return read_frames(store, stream, names)
    return read_segments(store, stream, names, segments)


def find_missing(store: FeatureStore, features: FeatureSet, names: Iterable[str]) -> list[str]:
    """Return the clips that lack a stream of the feature set."""
    streams = [_stored(stream, store, False) for stream in features.streams]
    return [name for name in names if not all(_has(store, stream, name) for stream in streams)]


def _has(store: FeatureStore, stream: str, name: str) -> bool:
    try:
        store.rows(stream, name)
    except FeatureError:
        return False
    return True


def statistics(clips: Clips) -> dict[str, Tensor]:
    """Return mean and deviation of each input dimension over clips and rows: `ROLE.mean`,
    `ROLE.deviation` (D,).
    """
    out = {}
    for role in ROLES:
        array = getattr(clips, role)
        if array is not None:
            count = array.shape[0] * array.shape[1]
            mean = array.sum(dim=(0, 1), dtype=torch.float64) / count
            spread = torch.zeros_like(mean)
            for part in array.split(_CHUNK):
                spread += (part.double() - mean).square().sum(dim=(0, 1))
            deviation = (spread / count).sqrt()
            deviation[deviation < _SMALLEST_DEVIATION] = 1.0
            out[f"{role}.mean"], out[f"{role}.deviation"] = mean.float(), deviation.float()
    return out


def standardise(clips: Clips, numbers: Mapping[str, Tensor]) -> Clips:
    """Return the clips with each dimension standardised; no numbers, no change.  Works in place to
    save memory.
    """
    for role in ROLES:
        array = getattr(clips, role)
        if array is not None and f"{role}.mean" in numbers:
            array.sub_(numbers[f"{role}.mean"].to(array.device)).div_(
                numbers[f"{role}.deviation"].to(array.device)
            )
    return clips
