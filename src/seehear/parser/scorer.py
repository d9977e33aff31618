"""What a scorer is, and what it keeps of a clip while the clip is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.data import Vocabulary
from seehear.encoders import AudioEncoder, VisualEncoder
from seehear.time import Decoding, Scores, TimeGrid


@dataclass
class Gathered:
    """What a scorer keeps of a clip: rows in the order they came, with their places in the clip."""

    _parts: dict[str, list[tuple[NDArray[np.int64], NDArray[np.float32]]]] = field(
        default_factory=dict
    )

    def add(self, key: str, places: NDArray[np.int64], values: NDArray[np.float32]) -> None:
        """Keep rows (n, ...) whose places in the clip are (n,)."""
        self._parts.setdefault(key, []).append((places, values))

    def array(
        self, key: str, rows: int, fill: float | NDArray[np.float32]
    ) -> NDArray[np.float32] | None:
        """Return the rows in their places, (rows, ...); None if nothing was kept under `key`.

        Args:
            key: as in `add`.
            rows: how many places there are; rows beyond them are left out.
            fill: put where no row came.
        """
        parts = self._parts.get(key)
        if not parts:
            return None
        out = np.empty((rows, *parts[0][1].shape[1:]), np.float32)
        out[:] = fill
        for places, values in parts:
            inside = places < rows
            out[places[inside]] = values[inside]
        return out


class Scorer(Protocol):
    """From encoder rows to probabilities.

    Args:
        vocabulary: the classes it scores.
        visual, audio: its encoders by id.
        step_s: length of a segment.
        keep_frames: whether it also reads the rows of single frames.
        streams: the outputs of its encoders that it reads, `ENCODER/OUTPUT`.
        decoding: how its probabilities become decisions, unless a caller says otherwise.
    """

    vocabulary: Vocabulary
    visual: Mapping[str, VisualEncoder]
    audio: Mapping[str, AudioEncoder]
    step_s: float
    keep_frames: bool
    streams: frozenset[str]
    decoding: Decoding

    def keep(
        self,
        kept: Gathered,
        encoder: str,
        values: Mapping[str, NDArray[np.float32]],
        places: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Keep what the scores need of the rows of a piece.

        Args:
            kept: where it is kept.
            encoder: id of the encoder.
            values: by stream, its rows, (n, D).
            places: by stream, their places in the clip, (n,).
        """

    def scores(self, kept: Gathered, grid: TimeGrid, present: tuple[bool, bool]) -> Scores:
        """Return the probabilities on the grid, of what is kept so far.

        Args:
            kept: of the clip.
            grid: its T segments.
            present: whether it has an audio and a visual track.
        """

    def about(self) -> dict[str, Any]:
        """Return how it scores, for the timeline, as JSON values."""

    def doubts(self) -> list[str]:
        """Return a line for each class that it may have misunderstood."""


def keep_of_each(
    scorers: Iterable[Scorer],
    kept: Gathered,
    encoder: str,
    values: Mapping[str, NDArray[np.float32]],
    places: Mapping[str, NDArray[np.int64]],
) -> None:
    """Let each scorer that has an encoder keep what it needs of its rows."""
    for scorer in scorers:
        if encoder in scorer.audio or encoder in scorer.visual:
            scorer.keep(kept, encoder, values, places)
