"""Frames of clips for figures and pages, and videos for players: embedded or linked to."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.data import Clip, Dataset
from seehear.errors import MediaError
from seehear.export import EMBED_LIMIT_BYTES, media_url
from seehear.features.windowed import window_place
from seehear.time import TimeGrid

BLANK = 48  # grey level of a segment without a frame
_QUALITY = 72  # of JPEG


def clip_frames(dataset: Dataset, clip: Clip, *, side: int = 128) -> list[NDArray[np.uint8]]:
    """Return one picture a segment of a clip, or of a window of one; see `segment_frames`."""
    own, grid = window_place(dataset, clip)
    return segment_frames((dataset.whole or dataset).media_path(own), grid, side=side)


def segment_frames(
    path: Path | None, grid: TimeGrid, *, side: int = 128
) -> list[NDArray[np.uint8]]:
    """Return one square picture a segment, T of (side, side, 3), from the frame in its middle.

    A segment without a frame (no such file, no visual track, an early end) is plain grey.
    """
    from PIL import Image, ImageOps

    from seehear.media import iter_frames

    out = [np.full((side, side, 3), BLANK, np.uint8) for _ in range(grid.count)]
    if path is None:
        return out
    middles = [sum(grid.edges(t)) / 2 for t in range(grid.count)]
    try:
        for frame in iter_frames(path, middles):
            square = ImageOps.fit(Image.fromarray(frame.data), (side, side))
            out[frame.index] = np.asarray(square)
    except MediaError:
        pass  # what cannot be shown stays grey; the clip's own result says why
    return out


def data_url(picture: NDArray[np.uint8]) -> str:
    """Return a picture as the `data:` URL of a JPEG."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def media_urls(
    paths: Sequence[Path | None], folder: Path, *, limit_bytes: int = EMBED_LIMIT_BYTES
) -> list[str | None]:
    """Return how a page in `folder` names videos: whole while they are small, else by their path.

    Args:
        paths: files, or None where a clip has none.
        folder: of the page.
        limit_bytes: of all embedded files together.
    """
    urls: list[str | None] = []
    left = limit_bytes
    for path in paths:
        if path is None:
            urls.append(None)
            continue
        size = path.stat().st_size
        fits = size <= left
        urls.append(media_url(path, folder, embed=fits))
        if fits:
            left -= size
    return urls
