"""What goes between the decoding process and ours: a clip to do, its pieces, its outcome."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.media.container import MAX_PIXELS
from seehear.time import TimeGrid

CHUNK = 10  # segments a piece


@dataclass(frozen=True)
class ClipJob:
    """One clip to do.

    Args:
        name: the clip's name, unique.
        id: stem of its media file.
        source: path or fsspec URL; None: there is no media file.
        grid: segments; None: as many as the clip is long.
        audio_stream: which of several audio streams, counted from 1; None: see
            `seehear.media.probe`.
        max_pixels: of a frame; larger ones are not decoded.
        absent: why there is no media file, where that is known.
    """

    name: str
    id: str
    source: str | None
    grid: TimeGrid | None = None
    audio_stream: int | None = None
    max_pixels: int = MAX_PIXELS
    absent: str = ""


@dataclass(frozen=True)
class Piece:
    """Input of one call of one encoder.

    Args:
        encoder: identifier.
        rows: (n,) which rows of the clip these are: segments for audio, frames for images.
        data: (n, ...) as `encode` takes it.
        segments: (n,) the segment of each row.
    """

    encoder: str
    rows: NDArray[np.int64]
    data: NDArray[Any]
    segments: NDArray[np.int64]


@dataclass
class ClipOutcome:
    """The last word on a clip: how long, which tracks, what went wrong."""

    segments: int = 0
    duration_s: float | None = None
    tracks: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
