"""Segment labels in memory and on disk: float32 arrays, and JSON that says how they were made.

    LABELS/audio.npy    (N, T, C) float32 in [0, 1]; absent where the audio track was not labelled
    LABELS/visual.npy   likewise
    LABELS/labels.json  clip names, class names, and the provenance: rule, prompts, encoders and
                        digests, alpha, beta
    LABELS/weak.npy     (N, C) bool, the labels of the clips that they were made of
    LABELS/audio.hard.npy, visual.hard.npy  (N, T, C) bool, the labels before they were softened

weak.npy and the `.hard` files are written where the rule gives them, so that a report shows the
labels that were used, even after the dataset has changed.

The arrays are loaded without unpickling.  (Label files that LSLD released are pickled dictionaries
of GPU tensors; `seehear.labels.released` reads those.)
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import DataError, SeehearError
from seehear.files import Json, aside_of, refused
from seehear.foreign.arrays import is_of, read_npy
from seehear.foreign.forms import (
    Wrong,
    anything,
    items,
    record,
    shortened,
    table,
    text,
    whole,
)
from seehear.foreign.texts import read_json
from seehear.time import TRACKS

SCHEMA = "seehear.labels/1"
ABOUT = "labels.json"  # written last: where it is, the labels are whole
_WEAK, _HARD = "weak", ".hard"
_ARRAYS = (*TRACKS, _WEAK, *(f"{track}{_HARD}" for track in TRACKS))


@dataclass(frozen=True)
class SegmentLabels:
    """Labels of every segment of every clip, per track.

    Args:
        audio, visual: (N, T, C) float32 in [0, 1], or None where the track keeps its weak labels.
        names: N clip names (the full `filename` column), unique.
        vocabulary: C class names.
        provenance: how the labels were made, as JSON values.
        weak: (N, C) bool, the weak labels that they were made of; None: not known.
        hard: (N, T, C) bool by track, the labels before they were softened, where that is known.

    Raises:
        ValueError: shapes that do not fit, values outside [0, 1], or names that are not unique.
    """

    audio: NDArray[np.float32] | None
    visual: NDArray[np.float32] | None
    names: tuple[str, ...]
    vocabulary: tuple[str, ...]
    provenance: Mapping[str, Json] = field(default_factory=dict)
    weak: NDArray[np.bool_] | None = None
    hard: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.names):
            raise ValueError("expected unique clip names")
        for track in TRACKS:
            array = self.get(track)
            if array is not None:
                self._check(track, array)
        clips, classes = len(self.names), len(self.vocabulary)
        if self.weak is not None and self.weak.shape != (clips, classes):
            raise ValueError(f"weak: expected ({clips}, {classes}), got {self.weak.shape}")
        for track, before in self.hard.items():
            if before.ndim != 3 or before.shape[::2] != (clips, classes):
                raise ValueError(
                    f"{track}{_HARD}: expected ({clips}, T, {classes}), got {before.shape}"
                )

    def _check(self, track: str, array: NDArray[np.float32]) -> None:
        clips, classes = len(self.names), len(self.vocabulary)
        if array.ndim != 3 or array.shape[::2] != (clips, classes):
            raise ValueError(f"{track}: expected ({clips}, T, {classes}), got {array.shape}")
        inside = array.min(initial=0) >= 0 and array.max(initial=0) <= 1  # not so for NaN
        if array.dtype != np.float32 or not inside:
            raise ValueError(f"{track}: expected float32 labels in [0, 1]")

    def get(self, track: str) -> NDArray[np.float32] | None:
        """Return the array of `audio` or `visual`, or None."""
        return {"audio": self.audio, "visual": self.visual}[track]

    def select(self, names: Sequence[str]) -> "SegmentLabels":
        """Return the labels of these clips, in this order.

        Raises:
            DataError: a clip has no labels.
        """
        row = {name: i for i, name in enumerate(self.names)}
        missing = [name for name in names if name not in row]
        if missing:
            raise DataError(
                f"no segment labels for {amount(len(missing), 'clip')}, the first is {missing[0]}",
                hint="run: seehear denoise on the split that is trained on",
            )
        order = [row[name] for name in names]
        audio = None if self.audio is None else self.audio[order]
        visual = None if self.visual is None else self.visual[order]
        chosen = replace(self, audio=audio, visual=visual, names=tuple(names), weak=None, hard={})
        if self.weak is not None:
            chosen = replace(chosen, weak=self.weak[order])
        return replace(chosen, hard={track: array[order] for track, array in self.hard.items()})

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array by the name of its file."""
        out: dict[str, NDArray[Any]] = {}
        for track in TRACKS:
            if (array := self.get(track)) is not None:
                out[track] = array
        out |= {f"{track}{_HARD}": array for track, array in self.hard.items()}
        return out if self.weak is None else {**out, _WEAK: self.weak}


def save(labels: SegmentLabels, folder: Path | str) -> None:
    """Write labels to a folder.

    Each file is written whole or not at all.  labels.json comes last and holds the digests of the
    arrays, so a mix of old and new files (after a kill) is noticed when it is loaded.

    Raises:
        SeehearError: the folder holds something else, the disk is full, or it cannot be written.
    """
    folder = Path(folder)
    _refuse_strange_files(folder)
    arrays = labels.arrays()
    digests = {name: _describe(array) for name, array in arrays.items()}
    about = {
        "schema": SCHEMA,
        "names": list(labels.names),
        "vocabulary": list(labels.vocabulary),
        "tracks": _of_tracks(digests, True),
        "kept": _of_tracks(digests, False),
        "provenance": dict(labels.provenance),
    }
    text = json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for track, array in arrays.items():
            _replace(folder / f"{track}.npy", partial(_write_array, array))
        _replace(folder / ABOUT, lambda file: file.write(text.encode()))
        for name in _ARRAYS:
            if name not in arrays:  # files of an earlier run must not be taken for ours
                (folder / f"{name}.npy").unlink(missing_ok=True)
    except OSError as error:
        wanted = sum(array.nbytes for array in arrays.values()) + len(text)
        raise refused(error, folder, wanted=wanted) from None


def _refuse_strange_files(folder: Path) -> None:
    if not folder.is_dir():
        return
    own = {ABOUT, *(f"{name}.npy" for name in _ARRAYS)}
    others = sorted(p.name for p in folder.iterdir() if p.name not in own and p.suffix != ".part")
    if others:
        raise SeehearError(
            f"expected a new or empty folder, or one of labels, this one holds {others[0]}",
            where=folder,
            hint="choose another one",
        )


def is_labels(folder: Path) -> bool:
    """Return whether a folder holds labels that were written to the end."""
    return (folder / ABOUT).exists()


def load(folder: Path | str) -> SegmentLabels:
    """Return the labels of a folder.

    Raises:
        DataError: not a labels folder, damaged, or of a newer schema.
    """
    folder = Path(folder)
    path = folder / ABOUT
    if not path.exists():
        raise _missing(folder, ABOUT)
    found = read_json(path, _SCHEMA, hint=_AGAIN)
    if found["schema"] != SCHEMA:
        raise DataError(
            f"expected {SCHEMA}, got {shortened(found['schema'])}",
            where=path,
            hint="another version of seehear wrote these labels",
        )
    try:
        about = _FORM(found)
        arrays = {}
        kinds = {**dict.fromkeys(_ARRAYS, "bool"), **dict.fromkeys(TRACKS, "float32")}
        for name, expected in {**about["tracks"], **about.get("kept", {})}.items():
            file = folder / f"{name}.npy"
            if not file.exists():
                raise _missing(folder, file.name)
            check = is_of(tuple(expected["shape"]), kinds[name])
            arrays[name] = read_npy(file, check, hint=_AGAIN)
            if _describe(arrays[name]) != expected:
                raise Wrong(f"{file.name} is not the array that {ABOUT} describes")
        hard = {track: f"{track}{_HARD}" for track in TRACKS}
        return SegmentLabels(
            arrays.get("audio"),
            arrays.get("visual"),
            tuple(about["names"]),
            tuple(about["vocabulary"]),
            about["provenance"],
            arrays.get(_WEAK),
            {track: arrays[name] for track, name in hard.items() if name in arrays},
        )
    except ValueError as error:  # raised by a form (`Wrong`) and by `SegmentLabels`
        raise DataError(f"damaged labels ({error})", where=folder, hint=_AGAIN) from None


_AGAIN = "run seehear denoise again"
_SCHEMA = record({"schema": text})
_ARRAY = record({"shape": items(whole(), least=2, most=3), "sha256": text}, others=False)
_FORM = record(
    {
        "names": items(text),
        "vocabulary": items(text),
        "tracks": record({}, dict.fromkeys(TRACKS, _ARRAY), others=False),
        "provenance": table(anything),
    },
    {"kept": record({}, dict.fromkeys(_ARRAYS, _ARRAY), others=False)},
)


def _missing(folder: Path, name: str) -> DataError:
    return DataError(
        f"expected {ABOUT} and its arrays, {name} is missing",
        where=folder,
        hint="make labels with seehear denoise",
    )


def _describe(array: NDArray[Any]) -> dict[str, Json]:
    return {
        "shape": list(array.shape),
        "sha256": hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest(),
    }


def _write_array(array: NDArray[Any], file: BinaryIO) -> None:
    np.save(file, array, allow_pickle=False)


def _replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    aside = aside_of(path)
    try:
        with aside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _of_tracks(digests: Mapping[str, Json], wanted: bool) -> dict[str, Json]:
    """Return the entries of the tracks themselves, or (not `wanted`) all others."""
    return {name: value for name, value in digests.items() if (name in TRACKS) == wanted}
