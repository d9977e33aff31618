"""Clips whose rows stay in the features folder: each batch is read when it is needed.

The next batch is read while the network works on this one, so two batches are in memory, however
many clips there are.  Order and numbers are those of training in memory: rows are averaged and
standardised clip by clip.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.errors import FeatureError
from seehear.features import FeatureStore
from seehear.features.feature_set import FeatureSet
from seehear.recipes.contract import ClipInputs
from seehear.runs.inputs import ROLES, read_role, require_inputs, roles_of

CHUNK = 256  # clips read at a time when all clips are read once

Inputs = dict[str, Tensor | None]


def chunks(clips: ClipInputs, step: int = 1) -> Iterator[tuple[int, Inputs]]:
    """Yield index of the first clip and inputs, `CHUNK` clips at a time.

    Args:
        clips: read from the first to the last.
        step: 1 takes all clips, 2 every second one.
    """
    size = CHUNK * step
    for start in range(0, len(clips), size):
        yield start, clips.inputs(slice(start, min(start + size, len(clips)), step))


@dataclass(frozen=True)
class StreamedClips:
    """The clips of one split, read batch by batch.

    Args:
        store: an open features folder.
        features: which streams of it.
        names: clip names, N.
        weak: (N, C) float32.
        segments: T.
        frames: whether the visual stream stays as single frames, (T*F, D) a clip.
        normalisation: `ROLE.mean`, `ROLE.deviation` for standardising rows; empty: they are not.
        partners: by role, (N,): index of the clip whose rows each clip gets; other roles keep their
            own.
        prior: logits of a zero-shot parser, (N, T, 2, C), in memory, or None.
    """

    store: FeatureStore
    features: FeatureSet
    names: tuple[str, ...]
    weak: Tensor
    segments: int
    frames: bool = False
    normalisation: Mapping[str, Tensor] = field(default_factory=dict)
    partners: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    prior: Tensor | None = None
    _ahead: "_Ahead" = field(default_factory=lambda: _Ahead(), repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.names)

    def inputs(self, index: Tensor | slice) -> Inputs:
        """Return the network inputs of some clips; wait for them if they are being read ahead.

        Raises:
            FeatureError: a clip has no rows, or NaN or infinite values.
        """
        rows = np.arange(len(self))[index if isinstance(index, slice) else index.cpu().numpy()]
        read = self._ahead.take(rows)
        return self._read(rows) if read is None else read

    def read_ahead(self, index: Tensor) -> None:
        """Begin to read the clips that will be needed next."""
        rows = index.cpu().numpy()
        self._ahead.begin(rows, lambda: self._read(rows))

    def select(self, index: Tensor) -> "StreamedClips":
        """Return some of the clips; not possible after `exchanged`."""
        assert not self.partners
        names = tuple(self.names[row] for row in index.tolist())
        prior = None if self.prior is None else self.prior[index]
        return replace(self, names=names, weak=self.weak[index], prior=prior, _ahead=_Ahead())

    def exchanged(self, partner: NDArray[np.int64], roles: Sequence[str]) -> "StreamedClips":
        """Return the same clips with the inputs of these roles taken from other clips."""
        partners = {**self.partners, **dict.fromkeys(roles, partner)}
        return replace(self, partners=partners, _ahead=_Ahead())

    def standardised(self, numbers: Mapping[str, Tensor]) -> "StreamedClips":
        """Return the clips with each dimension standardised; without numbers, unchanged."""
        return replace(self, normalisation=numbers, _ahead=_Ahead())

    def check(self) -> None:
        """Read every clip once, so that a damaged one is found before training begins.

        Raises:
            FeatureError: a clip has no rows, another number of rows than the others, or NaN or
                infinite values.
        """
        require_inputs(self.store, self.features, self.names, frames=self.frames)
        shapes = None
        for start, inputs in chunks(self):
            found = {role: rows.shape[1:] for role, rows in inputs.items() if rows is not None}
            if shapes is None:
                shapes = found
            if found != shapes:
                raise FeatureError(
                    f"expected rows {_told(shapes)} a clip, got {_told(found)} from clip"
                    f" {self.names[start]} on",
                    where=self.store.path,
                    hint="were all clips extracted on one grid?",
                )

    def _read(self, rows: NDArray[np.int64]) -> Inputs:
        inputs: Inputs = dict.fromkeys(ROLES)
        for role in roles_of(self.features):
            whose = self.partners[role][rows] if role in self.partners else rows
            names = [self.names[row] for row in whose]
            array = torch.from_numpy(
                read_role(self.store, self.features, role, names, self.segments, self.frames)
            )
            if f"{role}.mean" in self.normalisation:
                array.sub_(self.normalisation[f"{role}.mean"])
                array.div_(self.normalisation[f"{role}.deviation"])
            inputs[role] = array
        if self.prior is not None:
            inputs["prior"] = self.prior[torch.from_numpy(rows)]
        return inputs


class _Ahead:
    """One batch that a thread reads ahead of its turn."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._batch: Future[Inputs] | None = None

    def begin(self, rows: NDArray[np.int64], read: Callable[[], Inputs]) -> None:
        """Begin to read these clips."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "seehear-features")
        self._rows, self._batch = rows, self._pool.submit(read)

    def take(self, rows: NDArray[np.int64]) -> Inputs | None:
        """Return these clips if they were read ahead; None if others were, or none."""
        batch, self._batch = self._batch, None
        if batch is None:
            return None
        inputs = batch.result()  # waits even for other clips: one thread at a time reads the folder
        return inputs if np.array_equal(rows, self._rows) else None


def _told(shapes: Mapping[str, torch.Size]) -> str:
    return ", ".join(f"{role} {tuple(shape)}" for role, shape in shapes.items())
