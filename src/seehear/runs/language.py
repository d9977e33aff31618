"""What a network is told that starts from a zero-shot parser: its probabilities as logits."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.time import TRACKS

SURE = 1e-4  # as sure as language may be: a network can still say otherwise
LOWEST = float(np.log(SURE) - np.log1p(-SURE))


def starting_logits(
    probs: Sequence[NDArray[np.floating]], segments: int, classes: int
) -> NDArray[np.float32]:
    """Return the input `prior`, (N, segments, 2, C); behind a clip's end nothing is heard or seen.

    Args:
        probs: of each clip, (T, 2, C); what lies behind `segments` is left out.
        segments: of the input.
        classes: C.
    """
    out = np.full((len(probs), segments, len(TRACKS), classes), SURE)
    for clip, prob in zip(out, probs, strict=True):
        some = prob[:segments]
        clip[: len(some)] = np.clip(some, SURE, 1 - SURE)
    logits: NDArray[np.float32] = (np.log(out) - np.log1p(-out)).astype(np.float32)
    return logits
