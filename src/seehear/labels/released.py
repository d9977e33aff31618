"""LSLD's own segment labels, as its repository publishes them, read without running any code.

`refine_label/denoised_label.npz` and `final_label.npz` each hold two pickled dictionaries,
`label_a` and `label_v`: id of a training clip -> tensor (10, 25).  The first has the hard labels,
the second those after the re-weighting.  A pickle can call any function.  This reader accepts only
names that rebuild dictionaries, arrays and tensors, and refuses all others before a call.

Source: fyyCS/LSLD@d34c988, main.py: refineLabel and getVisualCleanLabel write them, train_all_model
reads them; dataloader.py has the order of the classes, LLP's own.
"""

import io
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data import LLP_VOCABULARY, Dataset
from seehear.data.download import digest, git_blob
from seehear.data.releases import LABEL_FILES, LABELS, LABELS_FOLDER, LABELS_LIMIT
from seehear.encoders.torch_file import IN_PICKLES, array_in
from seehear.errors import DataError, WeightsError
from seehear.labels.similarity import Floats
from seehear.labels.store import SegmentLabels

_HINT = f"fetch it again: seehear fetch llp --only {LABELS}"
_MEMBERS = {"audio": "label_a.npy", "visual": "label_v.npy"}
_MAGIC = b"\x93NUMPY"
_KINDS = {"f2": "<f2", "f4": "<f4", "f8": "<f8"}  # of NumPy arrays, which a copy may hold instead


@dataclass(frozen=True)
class Released:
    """The options of a recipe that reads LSLD's published segment labels.

    Args:
        file: of `refine_label` in the dataset folder: `final_label.npz`, or `denoised_label.npz`
            for the hard ones.
        visual, audio: empty, as no encoder is needed.
    """

    file: str = "final_label.npz"
    visual: str = ""
    audio: str = ""

    def __post_init__(self) -> None:
        if self.file not in LABEL_FILES:
            raise ValueError(f"file: expected {' or '.join(LABEL_FILES)}, got {self.file!r}")

    def has(self, track: str) -> bool:
        """Return whether a track gets segment labels: both do."""
        return track in ("audio", "visual")

    def path(self, dataset: Dataset) -> Path:
        """Return where the file lies."""
        return dataset.root / LABELS_FOLDER / self.file

    def missing(self, dataset: Dataset) -> DataError | None:
        """Return the error that says how to get the file, where it is not there."""
        path = self.path(dataset)
        if path.is_file():
            return None
        return DataError(
            "LSLD's own labels are not there",
            where=path,
            hint=f"run: seehear fetch llp --out {dataset.root} --only {LABELS}",
        )


def released_labels(dataset: Dataset, path: Path | str, *, split: str = "train") -> SegmentLabels:
    """Return the labels (N, T, C) of a released file for those clips of a split that it has.

    Args:
        dataset: LLP, or part of it.
        path: `denoised_label.npz` or `final_label.npz`.
        split: its name.

    Raises:
        DataError: the file is missing, damaged, holds anything but arrays, has other shapes than
            the dataset or values outside [0, 1], or has no clip of the split.
    """
    path = Path(path)
    if dataset.vocabulary.names != LLP_VOCABULARY.names:
        raise DataError(
            f"LSLD's labels are of LLP's classes, {dataset.name} has others", where=path
        )
    by_track = read_released(path)
    chosen = dataset.split(split)
    known = set(by_track["audio"]) & set(by_track["visual"])
    rows = [row for row, clip in enumerate(chosen.clips) if clip.id in known]
    if not rows:
        raise DataError(
            f"it has labels of {amount(len(by_track['audio']), 'clip')}, of split {split} none",
            where=path,
        )
    shape = (dataset.grid.count, len(dataset.vocabulary.names))
    clips = [chosen.clips[row] for row in rows]
    arrays = {}
    for track, labels in by_track.items():
        arrays[track] = np.stack([_checked(labels[clip.id], shape, path) for clip in clips])
    blob = git_blob(path)
    provenance = {
        "rule": "lsld-released",
        "file": path.name,
        "sha256": digest(path),
        "as_published": LABEL_FILES.get(path.name) == blob,
        "clips_without": len(chosen.clips) - len(rows),
        "dataset": {"name": dataset.name, "fingerprint": dataset.fingerprint()},
    }
    hard = {track: array >= 0.5 for track, array in arrays.items() if is_hard(array)}
    return SegmentLabels(
        arrays["audio"],
        arrays["visual"],
        tuple(clip.name for clip in clips),
        dataset.vocabulary.names,
        provenance,
        weak=chosen.weak[rows].astype(bool),
        hard=hard,
    )


def labels_of(dataset: Dataset, options: Released) -> SegmentLabels:
    """Return the released labels that lie in the dataset folder.

    Raises:
        DataError: there are none, or as `released_labels`.
    """
    if (fault := options.missing(dataset)) is not None:
        raise fault
    return released_labels(dataset, options.path(dataset))


def is_hard(array: Floats) -> bool:
    """Return whether labels are 0 or 1 throughout."""
    return bool(((array == 0) | (array == 1)).all())


def read_released(path: Path) -> dict[str, dict[str, NDArray[np.generic]]]:
    """Return the arrays of a released file by track and by id of the clip, (T, C) each.

    Raises:
        DataError: the file is missing, damaged, or holds anything but dictionaries of arrays.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {track: _dictionary(_member(archive, name)) for track, name in _MEMBERS.items()}
    except (FileNotFoundError, IsADirectoryError):
        raise DataError("no such file", where=path, hint=_HINT) from None
    except WeightsError as error:  # of the reader of tensors
        raise DataError(f"refused: {error.problem}", where=path, hint=_HINT) from None
    except Exception as error:  # a damaged pickle can raise almost any error
        told = f"not readable as LSLD's labels ({type(error).__name__}: {error})"
        raise DataError(f"{told:.300}", where=path, hint=_HINT) from None


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        data = file.read(LABELS_LIMIT + 1)
    if len(data) > LABELS_LIMIT:
        raise WeightsError(f"{name} has more than {LABELS_LIMIT:,} bytes")
    return data


def _dictionary(data: bytes) -> dict[str, NDArray[np.generic]]:
    """Return the dictionary that an array of one object holds."""
    start = 10 + int.from_bytes(data[8:10], "little")
    if data[:7] != _MAGIC + b"\x01" or b"'|O'" not in data[:start]:
        raise WeightsError("expected an array of one object, as LSLD saves a dictionary")
    whole = _LabelsReader(io.BytesIO(data[start:])).load()
    if not isinstance(whole, _Array) or not isinstance(whole.content, list):
        raise WeightsError("expected an array of one object, as LSLD saves a dictionary")
    value = whole.content[0] if len(whole.content) == 1 else None
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise WeightsError("expected a dictionary of clips")
    return {id_: _as_array(one) for id_, one in value.items()}


class _Kind:
    """Stands in for `numpy.dtype`."""

    def __init__(self, name: str, *_ignored: object) -> None:
        self.name = name
        self.order = "<"

    def __setstate__(self, state: tuple[object, ...]) -> None:
        self.order = str(state[1])


class _Array:
    """Stands in for an array that is being rebuilt: its objects, or its bytes."""

    def __init__(self, *_ignored: object) -> None:
        self.shape: object = None
        self.kind: object = None
        self.fortran: object = None
        self.content: object = None

    def __setstate__(self, state: tuple[object, ...]) -> None:
        self.shape, self.kind = state[1:3]
        self.fortran, self.content = state[3:5]


class _LabelsReader(pickle.Unpickler):
    """An unpickler that builds dictionaries and descriptions of arrays, and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        """Return what a name of the pickle stands for; every other name is refused."""
        if (module, name) in IN_PICKLES:
            return IN_PICKLES[module, name]
        if module in ("numpy.core.multiarray", "numpy._core.multiarray"):
            module = "numpy"
        known = {"_reconstruct": _Array, "ndarray": _Array, "dtype": _Kind}
        if module == "numpy" and name in known:
            return known[name]
        raise WeightsError(f"it asks for {module}.{name}; only arrays and tensors are read")


def _as_array(value: object) -> NDArray[np.generic]:
    if not isinstance(value, _Array):
        return array_in(value)
    kind = value.kind
    plain = isinstance(kind, _Kind) and kind.name in _KINDS and kind.order == "<"
    if not plain or not isinstance(value.content, bytes) or value.fortran:
        raise WeightsError("expected arrays of numbers, row by row")
    assert isinstance(kind, _Kind)
    if not isinstance(value.shape, tuple) or not all(type(n) is int for n in value.shape):
        raise WeightsError("an array without a shape")
    return np.frombuffer(value.content, _KINDS[kind.name]).reshape(value.shape)


def _checked(array: NDArray[np.generic], shape: tuple[int, ...], path: Path) -> Floats:
    """Return the labels of one clip as float32.

    Raises:
        DataError: they have another shape, or values outside [0, 1].
    """
    if array.shape != shape:
        raise DataError(f"expected labels {shape} of each clip, got {array.shape}", where=path)
    labels = array.astype(np.float32)
    if not (labels.min(initial=0) >= 0 and labels.max(initial=0) <= 1):
        raise DataError("expected labels from 0 to 1", where=path)
    return labels
