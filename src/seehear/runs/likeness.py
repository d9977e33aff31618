"""Whether a clip looks and sounds like the clips that a parser was trained on.

In each input of the network, a clip is the mean of its rows, each dimension standardised.  The
training clips lie mostly along a few directions; the residual of a clip is what lies outside these.
The log of its size is compared with that of clips that were held out (val).  The two tracks are
averaged, because footage of another kind differs in both.

Source: the residual outside the principal space of the training features, after "ViM:
Out-Of-Distribution with Virtual-logit Matching" (Wang et al., CVPR 2022); theirs is of one picture
and is added to the logits.  Whole clips, both tracks and the limit on held-out clips are ours
(`benchmarks/notes/2026-11-27-unlike-footage.md`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from seehear.errors import WeightsError
from seehear.foreign.tensors import opened_tensors

Rows: TypeAlias = NDArray[np.float32]
PREFIX = "likeness"  # of its tensors in a model file
TRACK_ROLES = ("audio", "visual")
DIRECTIONS = 20  # the most directions; where clips are few, an eighth of their number
HELD_OUT = 0.9  # the share of held-out clips that counts as like the training clips
FEWEST = 16  # with fewer training or held-out clips than this, likeness is not fitted
_PARTS = ("mean", "deviation", "directions", "usual")
_LIMITS = "limits"
_SMALLEST = 1e-6
_ENOUGH = 2000  # directions come from about so many clips; more take long and change nothing


@dataclass(frozen=True)
class Space:
    """What the training clips span in one input.

    Args:
        mean, deviation: (D,) of the training clips.
        directions: (K, D), orthonormal.
        usual: mean and deviation of the log residual of held-out clips, (2,).
    """

    mean: Rows
    deviation: Rows
    directions: Rows
    usual: Rows

    def residual(self, clips: Rows) -> NDArray[np.float64]:
        """Return the log of the size of each clip's residual, (N,), of mean rows (N, D)."""
        scaled = (clips.astype(np.float64) - self.mean) / self.deviation
        rest = scaled - (scaled @ self.directions.T) @ self.directions
        found: NDArray[np.float64] = np.log((rest**2).mean(axis=1) + _SMALLEST)
        return found

    def unusual(self, clips: Rows) -> NDArray[np.float64]:
        """Return the residual as deviations from the mean of the held-out clips, (N,)."""
        found: NDArray[np.float64] = (self.residual(clips) - self.usual[0]) / self.usual[1]
        return found


@dataclass(frozen=True)
class Likeness:
    """Tells footage unlike the training clips.

    Args:
        spaces: by track.
        limits: the value of `Space.unusual` above which a clip is unlike the training clips: by its
            sound, by its picture, and by the mean of both.
    """

    spaces: Mapping[str, Space]
    limits: tuple[float, float, float]

    def unlike(self, inputs: Mapping[str, Rows]) -> NDArray[np.float64]:
        """Return how far above the limit clips lie, (N,): above zero they are unlike the training
        clips.  A clip with neither sound nor picture has -inf.

        Args:
            inputs: rows as extracted by role, (N, R, D); rows of zeros stand for missing media.
        """
        values = []
        for role in TRACK_ROLES:
            clips, there = clip_means(inputs[role])
            values.append(np.where(there, self.spaces[role].unusual(clips), np.nan))
        audio, visual = values
        beyond = (audio + visual) / 2 - self.limits[2]
        beyond = np.where(np.isnan(audio), visual - self.limits[1], beyond)
        beyond = np.where(np.isnan(visual), audio - self.limits[0], beyond)
        found: NDArray[np.float64] = np.nan_to_num(beyond, nan=-np.inf)
        return found

    def tensors(self) -> dict[str, Rows]:
        """Return all numbers as arrays by name, which `read_likeness` reads back."""
        out: dict[str, Rows] = {}
        for role, space in self.spaces.items():
            out |= {f"{role}.{part}": getattr(space, part) for part in _PARTS}
        return {**out, _LIMITS: np.array(self.limits, np.float32)}


def fit_likeness(train: Mapping[str, Rows], held_out: Mapping[str, Rows]) -> Likeness | None:
    """Return what tells clips unlike the training clips; None where there are too few of either.

    Args:
        train: rows of the training clips as extracted, by role, (N, R, D).
        held_out: likewise, of clips that were not trained on.
    """
    spaces, values = {}, []
    for role in TRACK_ROLES:
        clips, there = clip_means(train[role])
        others, known = clip_means(held_out[role])
        if min(there.sum(), known.sum()) < FEWEST:
            return None
        spaces[role] = _space(clips[there], others[known])
        values.append(np.where(known, spaces[role].unusual(others), np.nan))
    audio, visual = values
    both = (audio + visual) / 2
    limits = [float(np.nanquantile(value, HELD_OUT)) for value in (audio, visual)]
    joint = float(np.nanquantile(both, HELD_OUT)) if np.isfinite(both).any() else max(limits)
    return Likeness(spaces, (limits[0], limits[1], joint))


def clip_means(rows: Rows) -> tuple[Rows, NDArray[np.bool_]]:
    """Return the mean of each clip's rows that are not all zero, (N, D), and whether it has any.

    Args:
        rows: (N, R, D).
    """
    some = rows.any(axis=2)
    count = some.sum(axis=1)
    means = rows.sum(axis=1) / np.maximum(count, 1)[:, None]
    return means.astype(np.float32), count > 0


def read_likeness(file: Path, dims: Mapping[str, int | None]) -> Likeness | None:
    """Return what a model file says of its training clips; None: it says nothing.

    Args:
        file: of the model.
        dims: width of each input by role.

    Raises:
        WeightsError: the file is damaged.
    """
    arrays: dict[str, Rows] = {}
    with opened_tensors(file, "np") as tensors:
        for name in tensors.names():
            part, _, rest = name.partition(".")
            if part == PREFIX:
                arrays[rest] = np.asarray(tensors.read(name), np.float32)
    if not arrays:
        return None
    wanted = {f"{role}.{part}" for role in TRACK_ROLES for part in _PARTS}
    if arrays.keys() != {*wanted, _LIMITS} or arrays[_LIMITS].shape != (3,):
        raise _damaged(file, "other parts")
    spaces = {role: _checked(role, arrays, dims.get(role), file) for role in TRACK_ROLES}
    audio, visual, both = arrays[_LIMITS].tolist()
    return Likeness(spaces, (audio, visual, both))


def _space(clips: Rows, held_out: Rows) -> Space:
    mean, deviation = clips.mean(axis=0), clips.std(axis=0)
    deviation = np.where(deviation < _SMALLEST, np.float32(1), deviation)
    count = max(1, min(DIRECTIONS, len(clips) // 8))
    some = clips[:: math.ceil(len(clips) / _ENOUGH)]
    _, _, found = np.linalg.svd((some - mean) / deviation, full_matrices=False)
    space = Space(mean, deviation, found[:count], np.array([0, 1], np.float32))
    rest = space.residual(held_out)
    usual = np.array([rest.mean(), max(rest.std(), _SMALLEST)], np.float32)
    return Space(mean, deviation, found[:count], usual)


def _checked(role: str, arrays: Mapping[str, Rows], width: int | None, file: Path) -> Space:
    """Return the space of a track.

    Raises:
        WeightsError: it has another width, a number that is not finite, or a deviation that is not
            positive.
    """
    space = Space(*(arrays[f"{role}.{part}"] for part in _PARTS))
    shapes = [space.mean.shape, space.deviation.shape, space.directions.shape[1:]]
    if shapes != [(width,)] * 3 or space.directions.ndim != 2 or space.usual.shape != (2,):
        raise _damaged(file, f"{role} of another width than {width}")
    finite = all(np.isfinite(getattr(space, part)).all() for part in _PARTS)
    if not finite or (space.deviation <= 0).any() or space.usual[1] <= 0:
        raise _damaged(file, f"{role} numbers that cannot be")
    return space


def _damaged(file: Path, got: str) -> WeightsError:
    return WeightsError(
        f"expected what its training clips are like, got {got}",
        where=file,
        hint="the model file is damaged: take another copy, or train again",
    )
