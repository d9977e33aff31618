"""CLAP's feature maps as VALOR publishes them: 64 rows over ten seconds.

That is not a whole number of rows for a segment.  VALOR++ enlarges the 64 rows to 1024 in time by
bicubic interpolation, projects each, and averages them into ten segments.  All three steps are
linear and the weights of a segment's average add up to 1.  So enlarging and averaging first, as
here, gives the same numbers (up to rounding) for a hundredth of the work, before training begins.

Differs: it is not known which variant of the interpolation the release calls; here the corners are
aligned, as in the CLAP encoder's own enlargement.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENLARGED = 1024
_SHARPNESS = -0.75  # of the cubic, as in torch


def maps_to_segments(maps: NDArray[np.floating[Any]], segments: int) -> NDArray[np.float32]:
    """Return the maps' rows as one row a segment.

    Args:
        maps: (..., R, D), R rows equally spaced over the clip.
        segments: T.

    Returns:
        (..., T, D) float32.
    """
    weights = map_weights(maps.shape[-2], segments).astype(np.float32)
    out: NDArray[np.float32] = weights @ np.asarray(maps, np.float32)
    return out


@lru_cache(maxsize=8)
def map_weights(rows: int, segments: int) -> NDArray[np.float64]:
    """Return the matrix (T, R) that enlarges R rows to 1024 and averages them into T segments."""
    place = np.arange(ENLARGED) * (rows - 1) / (ENLARGED - 1)  # corners aligned
    first = np.floor(place).astype(int)
    enlarge = np.zeros((ENLARGED, rows))
    for step in (-1, 0, 1, 2):
        taken = np.clip(first + step, 0, rows - 1)  # beyond the ends, the end again
        np.add.at(enlarge, (np.arange(ENLARGED), taken), _cubic(np.abs(place - (first + step))))
    average = np.zeros((segments, ENLARGED))
    for segment in range(segments):
        # segments that do not divide 1024 share the rows at their borders
        begin = segment * ENLARGED // segments
        end = -(-(segment + 1) * ENLARGED // segments)
        average[segment, begin:end] = 1 / (end - begin)
    return average @ enlarge


def _cubic(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of a point at this distance (Keys 1981)."""
    a, x = _SHARPNESS, distance
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))
