"""Pictures that look the same: one of them stands for all.

Two look the same where no part of them, a thirteenth of the height by a thirteenth of the width,
differs by more than so many grey levels on average: what is small and comes into the picture shows
in its part, what compression makes of a picture that stands still does not.  Each picture is held
against the one that would stand for it, not against the one before it, so that slow changes add up.
"""

import numpy as np
from numpy.typing import NDArray

_PARTS = 13  # of a side: 20 of the 260 pixels that `conse` looks at


def stand_ins(frames: NDArray[np.uint8], levels: float = 0) -> NDArray[np.int64]:
    """Return for each frame (n, h, w, 3) the place of the one that stands for it: its own, or that
    of an earlier one.

    Args:
        frames: in the order of time.
        levels: of 256, by which a part may differ on average; 0: equal to the bit.

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
    """Return where the parts of a side begin, each of a pixel at least."""
    parts = min(_PARTS, side)
    return np.arange(parts) * side // parts
