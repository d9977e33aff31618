"""From a features folder to the clips that training reads: chosen, loaded, standardised."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.data import Dataset
from seehear.errors import ConfigError, FeatureError
from seehear.features import FeatureStore
from seehear.features.commands import features_command
from seehear.recipes import FEATURES, FeatureSet, Recipe
from seehear.recipes.contract import ClipInputs, Clips
from seehear.runs.inputs import ROLES, find_stream, held, missing_streams, read_inputs, roles_of
from seehear.train.streamed import StreamedClips, chunks

_SMALLEST_DEVIATION = 1e-6  # a dimension that varies less is centred, and not scaled


def choose_features(
    recipe: Recipe, store: FeatureStore, asked: str | None = None, *, dataset: Dataset
) -> FeatureSet:
    """Return the feature set asked for, else the recipe's first that the folder holds.

    Args:
        recipe: says which feature sets it runs on.
        store: an open features folder.
        asked: name of a feature set; None: any.
        dataset: of the features, for the command in the error.

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
        f" {', '.join(missing_streams(wanted, store))}; the folder holds {held(store)}",
        where=store.path,
        hint=f"run: {features_command(dataset, wanted, 'FEATURES')}",
    )


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
    arrays = read_inputs(store, features, names, segments, frames=frames)
    rows = {role: torch.from_numpy(array) for role, array in arrays.items()}
    return Clips(names, torch.from_numpy(np.ascontiguousarray(weak, np.float32)), **rows)


def stream_clips(
    store: FeatureStore,
    features: FeatureSet,
    names: Iterable[str],
    weak: NDArray[np.generic],
    segments: int,
    *,
    frames: bool = False,
) -> StreamedClips:
    """Return the clips of `load_clips`, checked now, but read batch by batch when they are needed.

    Arguments and errors are those of `load_clips`.
    """
    labels = torch.from_numpy(np.ascontiguousarray(weak, np.float32))
    clips = StreamedClips(store, features, tuple(names), labels, segments, frames)
    clips.check()
    return clips


def clip_bytes(
    store: FeatureStore, features: FeatureSet, segments: int, *, frames: bool = False
) -> int:
    """Return how many bytes the inputs of a clip take in memory, as float32."""
    size = 0
    for role in roles_of(features):
        for stream in getattr(features, role):
            single = frames and role == "visual"
            name = find_stream(stream, store, frames=single) or stream
            rows = store.stream(name).rows if single else None
            size += (rows or segments) * store.stream(name).dim * np.dtype(np.float32).itemsize
    return size


def statistics(clips: ClipInputs) -> dict[str, Tensor]:
    """Return `ROLE.mean` and `ROLE.deviation` (D,) of each input over clips and rows.

    Sums are taken chunk by chunk, so clips in memory and clips read from disk give equal numbers.
    """
    count: dict[str, int] = {}
    total: dict[str, Tensor] = {}
    for _, inputs in chunks(clips):
        for role, rows in _there(inputs):
            count[role] = count.get(role, 0) + rows.shape[0] * rows.shape[1]
            total[role] = total.get(role, 0) + rows.sum(dim=(0, 1), dtype=torch.float64)
    mean = {role: total[role] / count[role] for role in total}
    spread = {role: torch.zeros_like(mean[role]) for role in mean}
    for _, inputs in chunks(clips):
        for role, rows in _there(inputs):
            spread[role] += (rows.double() - mean[role]).square().sum(dim=(0, 1))
    out = {}
    for role in mean:
        deviation = (spread[role] / count[role]).sqrt()
        deviation[deviation < _SMALLEST_DEVIATION] = 1.0
        out[f"{role}.mean"], out[f"{role}.deviation"] = mean[role].float(), deviation.float()
    return out


def _there(inputs: Mapping[str, Tensor | None]) -> Iterator[tuple[str, Tensor]]:
    """Yield (role, tensor) of the inputs that are not None."""
    for role in ROLES:
        rows = inputs[role]
        if rows is not None:
            yield role, rows


def standardise(clips: Clips, numbers: Mapping[str, Tensor]) -> Clips:
    """Return the clips with each dimension standardised, in place to save memory.

    Args:
        clips: whose tensors are changed.
        numbers: of `statistics`; a role without numbers stays as it is.
    """
    for role in ROLES:
        array = getattr(clips, role)
        if array is not None and f"{role}.mean" in numbers:
            mean, deviation = numbers[f"{role}.mean"], numbers[f"{role}.deviation"]
            array.sub_(mean.to(array.device)).div_(deviation.to(array.device))
    return clips
