"""Predictions as arrays in an .npz file: decisions of 0 and 1, or probabilities to decide on.

`names` (N,) says which clips; then either `audio` and `visual` (N, T, C) of 0 and 1, or
`segment_prob` (N, T, 2, C), `track_prob` (N, 2, C) and `clip_prob` (N, C).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.closest import shown
from seehear.data.dataset import Split
from seehear.data.match import ClipFinder
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.time import TimeGrid

_AXES = {
    "audio": "(clips, segments, classes)",
    "visual": "(clips, segments, classes)",
    "segment_prob": "(clips, segments, 2, classes)",
    "track_prob": "(clips, 2, classes)",
    "clip_prob": "(clips, classes)",
}


def read_scores(
    path: Path, split: Split, vocabulary: Vocabulary, grid: TimeGrid
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]] | None:
    """Return the probabilities of an .npz file in split order; None if it holds none.

    Every clip of the split must be there, and no other.

    Returns:
        segment_prob (N, T, 2, C), track_prob (N, 2, C) and clip_prob (N, C).

    Raises:
        DataError: the file is damaged, a clip is missing, twice or unknown, or an array has a wrong
            shape.
    """
    arrays = _load(path)
    if "segment_prob" not in arrays:
        return None
    names, classes = _names(arrays, path), len(vocabulary)
    shapes = {
        "segment_prob": (len(names), grid.count, 2, classes),
        "track_prob": (len(names), 2, classes),
        "clip_prob": (len(names), classes),
    }
    for key, shape in shapes.items():
        if key not in arrays:
            raise DataError(
                f"array {key} is missing",
                where=path,
                hint=f"expected {', '.join(shapes)} and names",
            )
        _check_shape(arrays[key], key, shape, path)
    rows = _rows_in_order(names, split, path)
    segment, track, clip = (arrays[key][rows] for key in shapes)
    return segment, track, clip


def _rows_in_order(names: Sequence[str], split: Split, path: Path) -> list[int]:
    """Return the row of each clip of the split; refuse a clip that is missing, twice or unknown."""
    clips = ClipFinder(split)
    outside: list[str] = []
    order = {}
    for row, name in enumerate(names):
        if clips.known(name, outside):
            order[clips.place(name, path)] = row
    absent = [name for index, name in enumerate(split.names) if index not in order]
    if absent or outside:
        raise DataError(
            f"expected the {len(split)} clips of split {split.name}, {len(absent)} are missing"
            f" ({shown(absent) or 'none'}) and {len(outside)} are not in it"
            f" ({shown(outside) or 'none'})",
            where=path,
            hint=clips.hint(outside, "give probabilities of this split's clips and no others"),
        )
    return [order[index] for index in range(len(split))]


def read_decisions(
    path: Path, clips: ClipFinder, vocabulary: Vocabulary, grid: TimeGrid, outside: list[str]
) -> dict[int, NDArray[np.bool_]]:
    """Return the decisions (2, T, C) of an .npz file by position of the clip.

    Unknown clips go to `outside`.

    Raises:
        DataError: the file is damaged, a clip stands twice, or an array has a wrong shape or other
            values.
    """
    arrays = _load(path)
    names = _names(arrays, path)
    for key in ("audio", "visual"):
        if key not in arrays:
            raise DataError(
                f"array {key} is missing", where=path, hint="expected audio, visual and names"
            )
        _check_shape(arrays[key], key, (len(names), grid.count, len(vocabulary)), path)
        if not np.isin(arrays[key], (0, 1)).all():
            raise DataError(
                f"array {key}: expected 0 and 1 only",
                where=path,
                hint="give probabilities as segment_prob, track_prob and clip_prob",
            )
    both = np.stack([arrays["audio"], arrays["visual"]], axis=1).astype(np.bool_)
    return {
        clips.place(name, f"row {row} of names"): both[row]
        for row, name in enumerate(names)
        if clips.known(name, outside)
    }


def _load(path: Path) -> dict[str, NDArray[Any]]:
    try:
        # opened here, because numpy leaves the file of a damaged archive open
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except Exception as error:  # zipfile, zlib and numpy each have their own for a damaged archive
        raise DataError(f"cannot be read as arrays: {error}", where=path) from None


def _names(arrays: Mapping[str, NDArray[Any]], path: Path) -> list[str]:
    if "names" not in arrays or arrays["names"].ndim != 1 or arrays["names"].dtype.kind != "U":
        raise DataError("expected an array names (clips,) of text", where=path)
    return [str(name) for name in arrays["names"]]


def _check_shape(array: NDArray[Any], key: str, shape: tuple[int, ...], path: Path) -> None:
    if array.shape != shape:
        raise DataError(
            f"array {key}: expected {_AXES[key]} = {shape}, got {array.shape}", where=path
        )
    if array.dtype.kind not in "buif":
        raise DataError(f"array {key}: expected numbers, got {array.dtype}", where=path)
    if not np.isfinite(array).all():
        raise DataError(f"array {key}: expected finite numbers, got NaN or infinity", where=path)
