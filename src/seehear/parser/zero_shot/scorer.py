"""The zero-shot scorer: one encoder for each track, and no training on the user's classes."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.data import LLP_VOCABULARY, Vocabulary
from seehear.encoders import AudioEncoder, VisualEncoder
from seehear.parser.scorer import Gathered
from seehear.parser.zero_shot.coupling import Coupling
from seehear.parser.zero_shot.lexicon import Meaning
from seehear.time import TRACKS, Decoding, Scores, TimeGrid


class TrackEvidence(Protocol):
    """What one encoder says about each class."""

    @property
    def streams(self) -> tuple[str, ...]:
        """The outputs it reads, as `ENCODER/OUTPUT`."""

    def of(self, values: Mapping[str, NDArray[np.floating]]) -> NDArray[np.float32]:
        """Return what is kept of n segments, (n, C, ...), of their rows by stream, (n, D)."""

    def nothing(self) -> float | NDArray[np.float32]:
        """Return what is kept of a segment that has no rows."""

    def prob(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities (T, C) of a whole clip."""


class ZeroShot:
    """Scores any vocabulary by words.

    Args:
        vocabulary: the user's classes.
        encoders: the audio and the visual encoder.
        evidence: of each encoder, in the same order.
        meanings: what each class means to each encoder, for the record.
        decoding: how probabilities become decisions.
        coupling: what one track tells of the other; None: nothing.
        step_s: length of a segment.
        notes: further lines for the record.
    """

    keep_frames = False

    def __init__(
        self,
        vocabulary: Vocabulary,
        encoders: tuple[AudioEncoder, VisualEncoder],
        evidence: tuple[TrackEvidence, TrackEvidence],
        meanings: tuple[Sequence[Meaning], Sequence[Meaning]],
        *,
        decoding: Decoding,
        coupling: Coupling | None = None,
        step_s: float = 1.0,
        notes: Mapping[str, Any] | None = None,
    ) -> None:
        self.vocabulary, self.decoding, self.step_s = vocabulary, decoding, step_s
        audio, visual = encoders
        self.audio: Mapping[str, AudioEncoder] = {audio.card.id: audio}
        self.visual: Mapping[str, VisualEncoder] = {visual.card.id: visual}
        self._evidence = {audio.card.id: evidence[0], visual.card.id: evidence[1]}
        self.streams = frozenset((*evidence[0].streams, *evidence[1].streams))
        self._meanings, self._coupling = meanings, coupling
        self._notes = dict(notes or {})

    def keep(
        self,
        kept: Gathered,
        encoder: str,
        values: Mapping[str, NDArray[np.float32]],
        places: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Keep the evidence of a piece."""
        evidence = self._evidence[encoder]
        kept.add(encoder, places[evidence.streams[0]], evidence.of(values))

    def scores(self, kept: Gathered, grid: TimeGrid, present: tuple[bool, bool]) -> Scores:
        """Return the probabilities on the grid, of what is kept so far."""
        prob = np.zeros((grid.count, len(TRACKS), len(self.vocabulary)), np.float32)
        for track, (encoder, evidence) in enumerate(self._evidence.items()):
            rows = kept.array(encoder, grid.count, evidence.nothing())
            if rows is not None:
                prob[:, track] = evidence.prob(rows)
        if self._coupling is not None:
            prob = self._coupling.prob(prob, present)
        return Scores(prob, grid, self.vocabulary.names, present=present)

    def about(self) -> dict[str, Any]:
        """Return how it scores: what each class was taken for, and the notes of the preset."""
        words = {}
        for name, heard, seen in zip(self.vocabulary.names, *self._meanings, strict=True):
            words[name] = {"heard as": _taken_for(heard), "seen as": _taken_for(seen)}
        return {**self._notes, "words": words}

    def doubts(self) -> list[str]:
        """Return a line for each word of the user for which other words were taken.

        There are none for LLP's classes, which the user did not name.
        """
        return [] if self.vocabulary == LLP_VOCABULARY else list(self._doubts)

    @cached_property
    def _doubts(self) -> list[str]:
        lines = []
        for name, heard, seen in zip(self.vocabulary.names, *self._meanings, strict=True):
            for kind, meaning in (("sound", heard), ("picture", seen)):
                told = _doubt(meaning, kind)
                if told is not None:
                    lines.append(f"{name}: {told}")
        return lines


def _doubt(meaning: Meaning, kind: str) -> str | None:
    """Return what a word was taken for if no class has this name, else None."""
    shown = meaning.shown[1:] if meaning.how == "above" else meaning.shown
    ones, used = ("one", "is used") if len(shown) == 1 else ("ones", "are used")
    if meaning.how == "name":
        if not meaning.renamed:
            return None
        if (
            not meaning.classes
        ):  # a concept that the network has no class of, as silence in pictures
            return f"no {kind} class shows it; class names that are like it are used instead"
        return f"taken for the {kind} class {' or '.join(shown)}"
    nearest = {
        "likeness": f"the most similar {ones}",
        "above": f"the broader {ones}",
        "part": f'the {ones} for "{meaning.known}"',
    }[meaning.how]
    meant = f" (did you mean {meaning.meant}?)" if meaning.meant else ""
    return (
        f"no {kind} class has this name{meant}; {nearest} {used} instead: {', '.join(shown)};"
        " if that is not what you mean, try other words"
    )


def _taken_for(meaning: Meaning) -> list[str]:
    """Return the titles a class was taken for, and how they were found if not by name."""
    if meaning.how == "name":
        return list(meaning.shown)
    return [*meaning.shown, f"(by {meaning.how})"]
