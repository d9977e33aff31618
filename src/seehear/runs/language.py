"""The input of a network that starts from a zero-shot parser: its probabilities as logits."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.time import TRACKS

SURE = 1e-4  # probabilities are kept so far from 0 and 1, so that a network can still change them
LOWEST = float(np.log(SURE) - np.log1p(-SURE))


def starting_logits(
    probs: Sequence[NDArray[np.floating]], segments: int, classes: int
) -> NDArray[np.float32]:
    """Return the input `prior`, (N, segments, 2, C).

    After a clip's end all logits are the lowest (`LOWEST`).

    Args:
        probs: of each clip, (T, 2, C); rows after the first `segments` are left out.
        segments: how many the input has.
        classes: C.
    """
    out = np.full((len(probs), segments, len(TRACKS), classes), SURE)
    for clip, prob in zip(out, probs, strict=True):
        some = prob[:segments]
        clip[: len(some)] = np.clip(some, SURE, 1 - SURE)
    logits: NDArray[np.float32] = (np.log(out) - np.log1p(-out)).astype(np.float32)
    return logits
