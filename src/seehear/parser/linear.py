"""Linear scorers on an encoder's rows: what a segment adds to the margin of each class.

The rows are scaled to length 1 first.  `linear.npz` holds an array for each track, (D + 1, C); its
last row is added to every segment.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.encoders.base import unit
from seehear.errors import WeightsError
from seehear.files import atomic_path
from seehear.foreign.arrays import opened_npz
from seehear.time import TRACKS

FILE = "linear.npz"
_MOST = 64_000_000  # numbers of a track
_AGAIN = "teach it again"


@dataclass(frozen=True)
class Linear:
    """Weights of both tracks.

    Args:
        streams: the rows that each track reads, `ENCODER/OUTPUT`.
        weights: of each track, (D + 1, C).
    """

    streams: tuple[str, ...]
    weights: tuple[NDArray[np.float32], ...]

    def reads(self, track: int) -> bool:
        """Whether it was learnt from rows of a track."""
        return len(self.weights[track]) > 1

    def of(self, track: int, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what rows (n, D) of a track add, (n, C)."""
        weights = self.weights[track]
        added: NDArray[np.float32] = unit(rows) @ weights[:-1] + weights[-1]
        return added

    def then(self, scale: Sequence[Sequence[float]], more: "Linear | None") -> "Linear":
        """Return these scorers after margins are scaled and other scorers are added.

        Args:
            scale: factor of each track and class, (2, C).
            more: scorers on the same rows; None: none.
        """
        factors = np.asarray(scale, np.float32)
        scaled = [w * factor for w, factor in zip(self.weights, factors, strict=True)]
        if more is not None:
            scaled = [w + new for w, new in zip(scaled, more.weights, strict=True)]
        return Linear(self.streams, tuple(scaled))

    def digest(self) -> str:
        """Return the SHA-256 of the numbers."""
        found = hashlib.sha256(" ".join(self.streams).encode())
        for weights in self.weights:
            found.update(np.ascontiguousarray(weights, np.float32).tobytes())
        return found.hexdigest()

    def write(self, folder: Path) -> None:
        """Write the file into the folder of a taught parser."""
        with atomic_path(folder / FILE) as part, part.open("wb") as file:
            audio, visual = self.weights
            np.savez(file, audio=audio, visual=visual)


def read_linear(folder: Path, said: Mapping[str, str], classes: int) -> Linear:
    """Return the linear scorers of a taught parser.

    Args:
        folder: of it.
        said: by track, the stream that is read; and `digest`, the SHA-256 of the numbers.
        classes: C.

    Raises:
        WeightsError: the file is missing or damaged, or its numbers have another digest.
    """
    path = folder / FILE
    found = []
    with opened_npz(path, kind=WeightsError, hint=_AGAIN) as archive:
        for track in TRACKS:
            header = archive.headers.get(track)
            if header is None or str(header.dtype) != "float32" or len(header.shape) != 2:
                raise WeightsError(f"expected the numbers of {track}", where=path, hint=_AGAIN)
            if header.shape[1] != classes or not classes <= header.size // 4 <= _MOST:
                expected = (
                    f"{track}: expected numbers of {amount(classes, 'class')}, got {header.shape}"
                )
                raise WeightsError(expected, where=path, hint=_AGAIN)
            found.append(archive.read(track))
    linear = Linear(tuple(said.get(track, "") for track in TRACKS), tuple(found))
    if linear.digest() != said.get("digest"):
        raise WeightsError("its numbers are not those of taught.json", where=path, hint=_AGAIN)
    return linear
