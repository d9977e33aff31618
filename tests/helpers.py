"""Small helpers for tests: boolean rows drawn as text."""

import numpy as np
from numpy.typing import NDArray

from seehear.time import Timeline


def row(picture: str) -> NDArray[np.bool_]:
    """Return the boolean row of a picture: `#` is on, `.` is off."""
    return np.array([c == "#" for c in picture])


def picture(values: NDArray[np.generic]) -> str:
    """Return the picture of a boolean row."""
    return "".join("#" if v else "." for v in values)


def states(timeline: Timeline) -> dict[str, str]:
    """Return of each track whether it was parsed or is absent."""
    return {name: extent.state for name, extent in timeline.tracks.items()}
