"""AVE's segment accuracy: of all segments of all clips, the share whose one class is right.

Every segment has one of C classes or is background, C + 1 in all (29 for AVE).  AVE's own network
gives each segment the class of its highest score.  A parser decides about each class by itself; its
one class is, of those that are on in both tracks, the one with the highest joint probability, and
background where there is none.

Source: YapengTian/AVE-ECCV18 93f843f, supervised_main.py:69-83; dataloader.py:25, 38 (29 labels).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def segment_accuracy(predicted: NDArray[np.integer[Any]], true: NDArray[np.integer[Any]]) -> float:
    """Return the share of segments whose class is right.

    Args:
        predicted: number of the class of each segment, any shape.
        true: likewise, of the same shape.

    Raises:
        ValueError: shapes differ, or there is no segment.

    Examples:
        >>> segment_accuracy(np.array([[3, 3, 28]]), np.array([[3, 28, 28]]))
        0.6666666666666666
    """
    if predicted.shape != true.shape or not true.size:
        raise ValueError(f"expected classes of shape {true.shape}, got {predicted.shape}")
    return float((predicted == true).mean())


def one_class(on: NDArray[np.bool_], prob: NDArray[np.floating] | None = None) -> NDArray[np.int64]:
    """Return the one class of each segment; C stands for background.

    Args:
        on: (..., C), the classes that are on in both tracks.
        prob: joint probabilities of the same shape; None: the first class that is on.
    """
    rank = on.astype(np.float64) if prob is None else np.where(on, 1 + prob, 0)
    best: NDArray[np.int64] = rank.argmax(axis=-1)
    return np.where(on.any(axis=-1), best, on.shape[-1])
