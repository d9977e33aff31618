"""Predictions as arrays in an .npz file: decisions of 0 and 1, or probabilities to decide on.

`names` (N,) says which clips; then either `audio` and `visual` (N, T, C) of 0 and 1, or
`segment_prob` (N, T, 2, C), `track_prob` (N, 2, C) and `clip_prob` (N, C).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.closest import shown
from seehear.data.dataset import Split
from seehear.data.match import ClipFinder
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.foreign.arrays import Archive, opened_npz
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
    """Return the probabilities of an .npz file in split order; None if it holds decisions instead.

    Every clip of the split must be there, and no other.

    Args:
        path: the file.
        split: N clips.
        vocabulary: C classes.
        grid: T segments.

    Returns:
        segment_prob (N, T, 2, C), track_prob (N, 2, C) and clip_prob (N, C).

    Raises:
        DataError: the file is damaged, a clip is missing, twice or unknown, or an array has a wrong
            shape.
    """
    with opened_npz(path) as archive:
        if "segment_prob" not in archive.headers:
            return None
        names, classes = _names(archive, path), len(vocabulary)
        shapes = {
            "segment_prob": (len(names), grid.count, 2, classes),
            "track_prob": (len(names), 2, classes),
            "clip_prob": (len(names), classes),
        }
        arrays = {}
        for key, shape in shapes.items():
            if key not in archive.headers:
                raise DataError(
                    f"array {key} is missing",
                    where=path,
                    hint=f"expected {', '.join(shapes)} and names",
                )
            arrays[key] = _array(archive, key, shape, path)
    rows = _rows_in_order(names, split, path)
    segment, track, clip = (arrays[key][rows] for key in shapes)
    return segment, track, clip


def _rows_in_order(names: Sequence[str], split: Split, path: Path) -> list[int]:
    """Return the row of each clip of the split.

    Raises:
        DataError: a clip is missing, twice or unknown.
    """
    clips = ClipFinder(split)
    outside: list[str] = []
    order = {}
    for row, name in enumerate(names):
        if clips.known(name, outside):
            order[clips.place(name, path)] = row
    absent = [name for index, name in enumerate(split.names) if index not in order]
    if absent or outside:
        raise DataError(
            f"expected the {amount(len(split), 'clip')} of split {split.name}, {len(absent)} are"
            f" missing ({shown(absent) or 'none'}) and {len(outside)} are not in it"
            f" ({shown(outside) or 'none'})",
            where=path,
            hint=clips.hint(outside, "give probabilities of this split's clips and no others"),
        )
    return [order[index] for index in range(len(split))]


def read_decisions(
    path: Path, clips: ClipFinder, vocabulary: Vocabulary, grid: TimeGrid, outside: list[str]
) -> dict[int, NDArray[np.bool_]]:
    """Return the decisions (2, T, C) of an .npz file by the clip's place in the split.

    Args:
        path: the file.
        clips: finds the clip of a name.
        vocabulary: C classes.
        grid: T segments.
        outside: names of unknown clips are added to it.

    Raises:
        DataError: the file is damaged, a clip appears twice, or an array has a wrong shape or other
            values.
    """
    arrays = {}
    with opened_npz(path) as archive:
        names = _names(archive, path)
        for key in ("audio", "visual"):
            if key not in archive.headers:
                raise DataError(
                    f"array {key} is missing", where=path, hint="expected audio, visual and names"
                )
            arrays[key] = _array(archive, key, (len(names), grid.count, len(vocabulary)), path)
    for key, array in arrays.items():
        if not np.isin(array, (0, 1)).all():
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


def _names(archive: Archive, path: Path) -> list[str]:
    header = archive.headers.get("names")
    if header is None or len(header.shape) != 1 or header.dtype.kind != "U":
        raise DataError("expected an array names (clips,) of text", where=path)
    return [str(name) for name in archive.read("names")]


def _array(archive: Archive, key: str, shape: tuple[int, ...], path: Path) -> NDArray[Any]:
    """Return one array, after checking its header.

    Raises:
        DataError: it has another shape or type, or holds NaN or infinity.
    """
    header = archive.headers[key]
    if header.shape != shape:
        raise DataError(
            f"array {key}: expected {_AXES[key]} = {shape}, got {header.shape}", where=path
        )
    if header.dtype.kind not in "buif":
        raise DataError(f"array {key}: expected numbers, got {header.dtype}", where=path)
    array = archive.read(key)
    if not np.isfinite(array).all():
        raise DataError(f"array {key}: expected finite numbers, got NaN or infinity", where=path)
    return array
