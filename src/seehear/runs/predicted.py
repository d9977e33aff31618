"""The probabilities that a trained network gives to some clips."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Predicted(NamedTuple):
    """Probabilities of N clips: (N, T, 2, C), (N, 2, C) and (N, C), float32."""

    segment_prob: NDArray[np.float32]
    track_prob: NDArray[np.float32]
    clip_prob: NDArray[np.float32]
