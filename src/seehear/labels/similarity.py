"""How alike segments and texts are: cosines in float32, and their softmax over prompts.

Only equation 3 of the LSLD paper needs the softmax; decisions take the arg-max of the cosines.
In exact arithmetic both have the same arg-max.  But without a temperature the softmax
values of N cosines differ from 1/N only in the third decimal, and in half precision some of them
become equal.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from seehear.arrays import Array
from seehear.errors import FeatureError, WeightsError

Floats: TypeAlias = NDArray[np.float32]
Encode: TypeAlias = Callable[[list[str]], Array]  # texts -> (K, D)


def to_numpy(array: Array) -> NDArray[Any]:
    """Return a numpy view or copy of a numpy array, torch tensor or nested list."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        if array.is_floating_point():
            array = array.float()
        array = array.numpy()
    return np.asarray(array)


def like(result: Floats, given: Array) -> Array:
    """Return `result` as the kind of array that `given` is, a tensor on the same device."""
    if not hasattr(given, "detach"):
        return result
    import torch

    return torch.from_numpy(np.ascontiguousarray(result)).to(given.device)


def unit_rows(array: Array, what: str) -> Floats:
    """Return float32 vectors of length 1 along the last axis; a zero vector stays zero.

    Args:
        array: (..., D).
        what: its name, for the message.

    Raises:
        FeatureError: NaN or infinite values; the message says in which row they are first.
    """
    values = np.asarray(to_numpy(array), np.float32)
    squared = np.einsum("...d,...d->...", values, values)  # one pass, no squared copy
    length = np.sqrt(squared)[..., None]
    if not np.isfinite(length).all():
        bad = [int(i) for i in np.argwhere(~np.isfinite(length[..., 0]))[0]]
        raise FeatureError(
            f"{what}: NaN or infinite values at index {bad}", hint="extract these features again"
        )
    length[length == 0] = 1
    unit: Floats = values / length
    return unit


def encode_texts(encode: Encode, texts: list[str], dim: int) -> Floats:
    """Return (K, D) unit vectors of K distinct texts, asking the text encoder once.

    Args:
        encode: the text encoder.
        texts: the K texts.
        dim: D, the width of the segments' features.

    Raises:
        WeightsError: the encoder does not give K vectors of the features' width.
    """
    vectors = unit_rows(encode(texts), "text features")
    if vectors.shape != (len(texts), dim):
        raise WeightsError(
            f"expected text features of shape {(len(texts), dim)}, got {vectors.shape}",
            hint="text and segment features must come from the same joint space",
        )
    return vectors


class EncodeOnce:
    """A text encoder that is asked for every distinct text at most once.

    Args:
        encode: list of texts to (K, D).
    """

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._known: dict[str, NDArray[Any]] = {}

    def __call__(self, texts: list[str]) -> NDArray[Any]:
        """Return the features (K, D) of K texts."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, to_numpy(self._encode(new)), strict=True))
        return np.stack([self._known[text] for text in texts])

    @property
    def count(self) -> int:
        """How many texts were encoded."""
        return len(self._known)


def softmax(values: Floats) -> Floats:
    """Return the softmax along the last axis."""
    powers: Floats = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares
