"""The protocol of encoders: what one needs from the media, and what it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Outputs = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class EncoderCard:
    """What is known of an encoder without loading it.

    Args:
        id: the name options take.
        track: `audio` or `visual`.
        outputs: name -> numbers a row.  `feature` is what networks are trained on, `space` the
            vector in the space shared with language, `logits` class scores.
        weights: ids in the table of weights.
        licence: of the weights.
        paper: where it is described.
        summary: one line.
        extra: what `pip install 'seehear[EXTRA]'` must bring.
        language: id of the text tower that shares the space of output `space`; None: no language.
    """

    id: str
    track: str
    outputs: Mapping[str, int]
    weights: tuple[str, ...]
    licence: str
    paper: str
    summary: str
    extra: str
    language: str | None = None


@runtime_checkable
class VisualEncoder(Protocol):
    """Pictures in, rows out.

    `fps` frames a second are sampled; `frames_per_row` is 1 for image networks, more for 3-D ones.
    """

    card: EncoderCard
    fps: int
    frames_per_row: int

    def prepare(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return one frame (H, W, 3) resized and cropped; runs in the decoding process, needs no
        weights.
        """

    def encode(self, frames: NDArray[np.uint8]) -> Outputs:
        """Return {output: (n, D)} of prepared frames (n, h, w, 3), or (n, frames_per_row, h, w,
        3).
        """

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features, for the manifest."""


@runtime_checkable
class AudioEncoder(Protocol):
    """Pieces of sound in, one row each out; a piece is a segment with `context_s` seconds on each
    side.
    """

    card: EncoderCard
    rate_hz: int
    context_s: float

    def encode(self, pieces: NDArray[np.float32]) -> Outputs:
        """Return {output: (n, D)} of mono pieces (n, samples)."""

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features, for the manifest."""


class TextTower(Protocol):
    """Words in, unit vectors in the shared space out."""

    id: str
    dim: int

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Return L2-normalised vectors (n, dim)."""


@dataclass
class Lazy:
    """A value made on first use; the recipe survives the trip to another process, the value does
    not.
    """

    make: Any
    _value: Any = field(default=None, repr=False)

    def get(self) -> Any:
        """Return the value, making it now if need be."""
        if self._value is None:
            self._value = self.make()
        return self._value

    def __getstate__(self) -> dict[str, Any]:
        return {"make": self.make, "_value": None}


def unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return rows scaled to length 1; a zero row stays zero."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return (rows / np.where(length > 0, length, 1)).astype(np.float32)
