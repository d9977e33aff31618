"""From a features folder to arrays in memory: which feature set, read once, standardised once."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.data import Dataset
from seehear.errors import ConfigError, FeatureError
from seehear.features import FeatureStore
from seehear.recipes import FEATURES, FeatureSet, Recipe
from seehear.recipes.contract import Clips
from seehear.runs.extraction import features_command
from seehear.runs.inputs import ROLES, held, missing_streams, read_inputs

_CHUNK = 256  # clips at a time in float64: keeps the memory for the deviation small
_SMALLEST_DEVIATION = 1e-6  # a dimension that never changes is left as it is


def choose_features(
    recipe: Recipe, store: FeatureStore, asked: str | None = None, *, dataset: Dataset
) -> FeatureSet:
    """Return the feature set asked for, else the recipe's first that the folder holds.

    `dataset` is the one whose features would have to be extracted.

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
