"""The protocol of encoders: what an encoder needs from the media, and what it returns."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeGuard, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Outputs = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class EncoderCard:
    """What is known of an encoder without loading it.

    Args:
        id: the name by which options choose it, such as `clap`.
        track: `audio` or `visual`.
        outputs: name -> length of a row.  `feature` is what networks are trained on, `space` the
            vector in the space shared with language, `logits` class scores.
        weights: ids in the table of weights.
        licence: of the weights.
        paper: where it is described.
        summary: one line.
        extra: the EXTRA of `pip install 'seehear[EXTRA]'` that it needs.
        language: id of the text tower that shares the encoder's space; None: there is none.
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


class Encoder(Protocol):
    """What every encoder has, whichever track it is for."""

    @property
    def card(self) -> EncoderCard:
        """What is known of it without loading it."""

    def encode(self, media: NDArray[Any], /) -> Outputs:
        """Return {output: (n, D) float32} of n pictures or pieces of sound."""

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features, for the manifest."""


@runtime_checkable
class VisualEncoder(Encoder, Protocol):
    """Pictures in, rows out.

    `encode` takes prepared frames, uint8: (n, h, w, 3) where one frame makes a row, else
    (n, frames_per_row, h, w, 3).
    """

    @property
    def fps(self) -> int:
        """Frames sampled a second."""

    @property
    def frames_per_row(self) -> int:
        """Frames that make one row: 1 for image networks, more for 3-D networks."""

    def prepare(self, rgb: NDArray[np.uint8], /) -> NDArray[np.uint8]:
        """Return a frame (H, W, 3), RGB, resized and cropped to the (h, w, 3) of `encode`.

        Runs in the decoding process and needs no weights.
        """


@runtime_checkable
class AudioEncoder(Encoder, Protocol):
    """Pieces of sound in, one row out for each.

    `encode` takes mono pieces (n, samples), float32 in [-1, 1] at `rate_hz`; a piece is a segment
    with `context_s` seconds on each side.
    """

    @property
    def rate_hz(self) -> int:
        """Samples a second."""

    @property
    def context_s(self) -> float:
        """Seconds of sound wanted before and after a segment."""


@runtime_checkable
class Loads(Protocol):
    """An optional method of encoders: reading the weights before they first encode.

    It is called from another thread, perhaps while `encode` runs.
    """

    def load(self) -> None:
        """Read the weights, unless they have been read."""


AnyEncoder: TypeAlias = AudioEncoder | VisualEncoder


class EncoderLoader(Protocol):
    """Gives an encoder by its id and options, as `load_encoder` does."""

    def __call__(self, id_: str, /, **options: Any) -> AnyEncoder:
        """Return the encoder."""


def is_visual(encoder: Encoder) -> TypeGuard[VisualEncoder]:
    """Return whether an encoder takes pictures."""
    return encoder.card.track != "audio"


def is_audio(encoder: Encoder) -> TypeGuard[AudioEncoder]:
    """Return whether an encoder takes sound."""
    return encoder.card.track == "audio"


class TextTower(Protocol):
    """Words in, vectors of length 1 in the shared space out."""

    @property
    def id(self) -> str:
        """Its id, which encoders' cards name as `language`."""

    @property
    def dim(self) -> int:
        """How many numbers a vector has."""

    def encode(self, texts: list[str], /) -> NDArray[np.float32]:
        """Return L2-normalised vectors (n, dim)."""


class TextTowerLoader(Protocol):
    """Gives a text tower by its id, as `load_text` does."""

    def __call__(self, id_: str, /) -> TextTower:
        """Return the tower."""


T = TypeVar("T")


class Lazy(Generic[T]):
    """A value made on first use, and once only, however many threads ask for it.

    Pickled for another process, it takes `make` along and not the value.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._making = threading.Lock()

    def get(self) -> T:
        """Return the value, making it now if need be."""
        with self._making:
            if not self._made:
                self._made.append(self._make())
        return self._made[0]

    def __reduce__(self) -> tuple[type["Lazy[T]"], tuple[Callable[[], T]]]:
        return Lazy, (self._make,)


def unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return rows (..., D) scaled to length 1; a zero row stays zero."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: NDArray[np.float32] = (rows / np.where(length > 0, length, 1)).astype(np.float32)
    return scaled
