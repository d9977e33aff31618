"""Frames that look the same, so that only the first of them need be encoded.

Frames are divided into 13 by 13 parts.  Two frames look the same if no part differs by more than a
given number of grey levels on average: a small thing that enters the picture shows in its part,
while the noise of compression in a still picture does not.  A frame is compared with the one that
would replace it, and not with the one before it, so slow changes add up.
"""

import numpy as np
from numpy.typing import NDArray

_PARTS = 13  # for each side: parts of 20 pixels in the 260 that `conse` looks at


def stand_ins(frames: NDArray[np.uint8], levels: float = 0) -> NDArray[np.int64]:
    """Return, for each frame, the index of the frame to use for it: its own or an earlier one.

    Args:
        frames: (n, h, w, 3) uint8, in the order of time.
        levels: grey levels of 256 by which a part may differ on average; 0: frames must be equal.

    Returns:
        (n,) int64.

    Examples:
        >>> stand_ins(np.uint8([[[[7]]], [[[7]]], [[[9]]]])).tolist()
        [0, 0, 2]
    """
    places = np.arange(len(frames))
    for place in range(1, len(frames)):
        before = places[place - 1]
        if _same(frames[before], frames[place], levels):
            places[place] = before
    return places


def _same(one: NDArray[np.uint8], other: NDArray[np.uint8], levels: float) -> bool:
    if not levels:
        return np.array_equal(one, other)
    distance = np.maximum(one, other) - np.minimum(one, other)
    height, width, colours = distance.shape
    rows, columns = _edges(height), _edges(width)
    strips = np.add.reduceat(distance, rows, axis=0, dtype=np.int64)
    parts = np.add.reduceat(strips.sum(axis=-1), columns, axis=1)
    pixels = np.outer(np.diff(rows, append=height), np.diff(columns, append=width))
    return bool((parts <= levels * colours * pixels).all())


def _edges(side: int) -> NDArray[np.int64]:
    """Return where the parts of a side begin; each has at least one pixel."""
    parts = min(_PARTS, side)
    return np.arange(parts) * side // parts
