"""Which moments of a clip are looked at.

`grid` (default) follows the clip's time: each segment is cut into equal slots, `fps` a second, and
the frame shown in the middle of each slot is taken.  So second 7 of the features is second 7 of the
clip, whatever its length or frame rate.  The middle of a slot is far from the instants at which
frames change.

`paper` is how the published features were made: the whole visual track is re-sampled to 8 frames a
second, and 80 of the n frames are taken at round(linspace(0, n - 1, 80)); frame j belongs to second
j // 8.  This stretches a clip of less than ten seconds (frames repeat) and squeezes a longer one,
so its rows no longer stand for seconds of the clip.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seehear.time import TimeGrid

Sampling = Literal["grid", "paper"]
PAPER_FPS = 8
PAPER_SEGMENTS = 10


def frames_a_segment(grid: TimeGrid, fps: float) -> int:
    """Return how many frames of a segment are looked at, at least one."""
    return max(1, round(fps * grid.step_s))


def grid_times(grid: TimeGrid, fps: float) -> NDArray[np.float64]:
    """Return the moments in seconds, (T * F,): the middles of F equal slots of each segment."""
    frames = frames_a_segment(grid, fps)
    slots = np.arange(grid.count * frames, dtype=np.float64)
    times: NDArray[np.float64] = grid.start_s + (slots + 0.5) * (grid.step_s / frames)
    return times


def paper_times(duration_s: float, fps: float = PAPER_FPS, count: int = 80) -> NDArray[np.float64]:
    """Return the moments in seconds of the published rule, (count,), sorted.

    Moments may be repeated.

    Args:
        duration_s: length of the visual track, in seconds.
        fps: frames a second that the track is re-sampled to.
        count: frames to take.
    """
    n = max(1, round(duration_s * fps))  # how many frames the re-sampling writes
    index = np.clip(np.round(np.linspace(0, n - 1, count)), 0, n - 1)
    # a re-sampler that rounds to the nearest output frame shows, as frame k, the last input frame
    # before (k + 1/2)/fps
    times: NDArray[np.float64] = (index + 0.5) / fps - 1e-6
    return times
