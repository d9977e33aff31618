"""The zero-shot scorer: evidence of one encoder a track, no training on the user's classes."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.data import Vocabulary
from seehear.parser.scorer import Kept
from seehear.parser.zero_shot.lexicon import Meaning
from seehear.time import TRACKS, Decoding, Scores, TimeGrid


class Evidence(Protocol):
    """What one encoder says about each class; `streams` are the outputs it reads."""

    streams: tuple[str, ...]

    def of(self, values: Mapping[str, NDArray[np.floating]]) -> NDArray[np.float32]:
        """Return what is kept of segments, (n, C, ...)."""

    def nothing(self) -> Any:
        """Return what stands for a segment that has none."""

    def prob(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities (T, C) of a whole clip."""


class ZeroShot:
    """Scores any vocabulary by words.

    Args:
        vocabulary: the user's classes.
        encoders: the audio and the visual encoder.
        evidence: of each, same order.
        meanings: what each class means to each, for the record.
        decoding: how probabilities become decisions.
        step_s: length of a segment.
        notes: further lines for the record.
    """

    keep_frames = False

    def __init__(
        self,
        vocabulary: Vocabulary,
        encoders: tuple[Any, Any],
        evidence: tuple[Evidence, Evidence],
        meanings: tuple[Sequence[Meaning], Sequence[Meaning]],
        *,
        decoding: Decoding,
        step_s: float = 1.0,
        notes: Mapping[str, Any] | None = None,
    ) -> None:
        self.vocabulary, self.decoding, self.step_s = vocabulary, decoding, step_s
        self.audio: Mapping[str, Any] = {encoders[0].card.id: encoders[0]}
        self.visual: Mapping[str, Any] = {encoders[1].card.id: encoders[1]}
        self._evidence = dict(
            zip((encoders[0].card.id, encoders[1].card.id), evidence, strict=True)
        )
        self._meanings = meanings
        self._notes = dict(notes or {})

    def keep(
        self,
        kept: Kept,
        encoder: str,
        values: Mapping[str, NDArray[np.float32]],
        places: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Keep the evidence of a piece."""
        evidence = self._evidence[encoder]
        kept.add(encoder, places[evidence.streams[0]], evidence.of(values))

    def scores(self, kept: Kept, grid: TimeGrid, present: tuple[bool, bool]) -> Scores:
        """Return the probabilities on the grid, of what is kept so far."""
        prob = np.zeros((grid.count, len(TRACKS), len(self.vocabulary)), np.float32)
        for track, (encoder, evidence) in enumerate(self._evidence.items()):
            rows = kept.array(encoder, grid.count, evidence.nothing())
            if rows is not None:
                prob[:, track] = evidence.prob(rows)
        return Scores(prob, grid, self.vocabulary.names, present=present)

    def about(self) -> dict[str, Any]:
        """Return how it scores: what each class was taken for, and the notes of the preset."""
        words = {
            name: {
                f"{track} as": (
                    list(meaning[index].shown)
                    + ([] if meaning[index].how == "name" else [f"(by {meaning[index].how})"])
                )
                for track, meaning in zip(("heard", "seen"), self._meanings, strict=True)
            }
            for index, name in enumerate(self.vocabulary.names)
        }
        return {**self._notes, "words": words}

    def doubts(self) -> list[str]:
        """Return a line for each class that no name fits, and what was taken for it."""
        kinds = (("heard", "sound"), ("seen", "picture"))
        return [
            f"{name}: no {kind} class has this name; what is {track} as"
            f" {', '.join(meaning[index].shown)} counts"
            for index, name in enumerate(self.vocabulary.names)
            for (track, kind), meaning in zip(kinds, self._meanings, strict=True)
            if meaning[index].how == "likeness"
        ]
