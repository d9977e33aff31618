"""From a features folder to arrays in memory: which feature set, read once, standardised once."""

from collections.abc import Iterable, Mapping, Sequence

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
    """Return the feature set asked for, else the recipe's first that the folder holds.

    Raises:
        ConfigError: the recipe does not allow the set asked for.
        FeatureError: the folder holds another encoder's features.
    """
    if asked is not None and asked not in recipe.features:
        raise ConfigError(
            f"recipe {recipe.name} runs on {', '.join(recipe.features)}, got {asked}",
            parameter="features",
        )
    allowed = recipe.features if asked is None else (asked,)
    for name in allowed:
        if not missing_streams(FEATURES[name], store):
            return FEATURES[name]
    wanted = FEATURES[allowed[-1]]
    which = "features" if asked else "any of its feature sets; the smallest,"
    raise FeatureError(
        f"recipe {recipe.name} with {which} {wanted.name}, needs"
        f" {', '.join(missing_streams(wanted, store))}; the folder holds {_held(store)}",
        where=store.path,
        hint=f"run: seehear extract DATASET {_encoders(wanted)} --out FEATURES",
    )


def _encoders(features: FeatureSet) -> str:
    """Return the encoders of a feature set as `seehear extract` is told them."""
    roles = (("audio", features.audio), ("visual", features.visual), ("visual", features.motion))
    told = []
    for track, streams in roles:
        encoders = sorted({stream.split("/")[0] for stream in streams})
        told += [f"--{track} {encoder}" for encoder in encoders]
    return " ".join(told)


def _held(store: FeatureStore) -> str:
    return ", ".join(sorted(store.streams)) or "nothing"


def require_streams(features: FeatureSet, store: FeatureStore, run: object) -> None:
    """Refuse a folder without the streams that a trained parser reads.

    Raises:
        FeatureError: a stream is missing.
    """
    if lacking := missing_streams(features, store):
        raise FeatureError(
            f"expected {', '.join(lacking)}, the folder holds {_held(store)}",
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
    visual_segments = None if frames else segments
    motion = None
    if features.motion:
        motion = _read(store, features.motion, names, segments)
    return Clips(
        names,
        torch.from_numpy(np.ascontiguousarray(weak, np.float32)),
        _read(store, features.audio, names, segments),
        _read(store, features.visual, names, visual_segments),
        motion,
    )


def _read(
    store: FeatureStore, streams: Sequence[str], names: tuple[str, ...], segments: int | None
) -> Tensor:
    """Return the rows of a role's streams side by side; without `segments` as they are stored."""
    parts = []
    for stream in streams:
        stored = _stored(stream, store, frames=segments is None)
        if segments is None:
            parts.append(read_frames(store, stored, names))
        else:
            parts.append(read_segments(store, stored, names, segments))
    joined = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2)
    return torch.from_numpy(joined)


def find_missing(store: FeatureStore, features: FeatureSet, names: Iterable[str]) -> list[str]:
    """Return the clips that lack a stream of the feature set."""
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


def statistics(clips: Clips) -> dict[str, Tensor]:
    """Return `ROLE.mean` and `ROLE.deviation` (D,) of each input over clips and rows."""
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
    """Return the clips with each dimension standardised; no numbers, no change.

    Works in place to save memory.
    """
    for role in ROLES:
        array = getattr(clips, role)
        if array is not None and f"{role}.mean" in numbers:
            mean, deviation = numbers[f"{role}.mean"], numbers[f"{role}.deviation"]
            array.sub_(mean.to(array.device)).div_(deviation.to(array.device))
    return clips
