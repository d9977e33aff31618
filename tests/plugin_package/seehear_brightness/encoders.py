"""Two encoders that need no weights: how bright a picture is in nine places, how loud a second in
four parts.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import EncoderCard, Outputs


class Brightness:
    """Mean colour of the nine fields of a three-by-three grid."""

    card = EncoderCard(
        "brightness", "visual", {"feature": 27}, (), "Apache-2.0", "none", "mean colours", "media"
    )
    frames_per_row = 1

    def __init__(self, fps: int = 1) -> None:
        self.fps = fps

    def prepare(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the nine mean colours of a frame (H, W, 3), (3, 3, 3)."""
        rows = [np.array_split(band, 3, axis=1) for band in np.array_split(rgb, 3, axis=0)]
        return (
            np.array([[part.mean(axis=(0, 1)) for part in row] for row in rows])
            .round()
            .astype(np.uint8)
        )

    def encode(self, frames: NDArray[np.uint8]) -> Outputs:
        """Return the colours of prepared frames (n, 3, 3, 3) as rows in [0, 1]."""
        return {"feature": frames.reshape(len(frames), 27).astype(np.float32) / 255}

    def preprocessing(self) -> dict[str, Any]:
        """Return what shapes the features."""
        return {"fields": 9, "fps": self.fps}


class Loudness:
    """Root mean square of each quarter of a segment, in decades."""

    card = EncoderCard(
        "loudness", "audio", {"feature": 4}, (), "Apache-2.0", "none", "loudness", "media"
    )
    rate_hz = 8000
    context_s = 0.0

    def encode(self, pieces: NDArray[np.float32]) -> Outputs:
        """Return the loudness of pieces (n, samples)."""
        parts = [
            np.sqrt((part**2).mean(axis=1) + 1e-10) for part in np.array_split(pieces, 4, axis=1)
        ]
        return {"feature": np.log10(np.stack(parts, axis=1)).astype(np.float32)}

    def preprocessing(self) -> dict[str, Any]:
        """Return what shapes the features."""
        return {"parts": 4}
