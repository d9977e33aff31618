"""How much a segment speaks for a class in a space shared with language (CLIP, SigLIP, CLAP).

Each class is compared with many common things that are something else, and with "other", one class
at a time:

    p(class) = e(class) / (e(class) + sum over the others of e(other)),  e(x) = exp(s cos(v, x))

so a class's probability does not depend on which other classes the user asks for, and several may
be true at once.  A lexicon says which things are something else: those that share no class of the
network with it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import TextTower, unit
from seehear.parser.zero_shot.lexicon import Concept, Lexicon, Meaning


class SpaceEvidence:
    """Evidence of an encoder with language.

    Args:
        stream: the encoder's output in the shared space.
        prompts: unit vectors of the class prompts (C, D).
        others: unit vectors of the background prompts (n, D).
        rival: (C, n), whether a background prompt is something else than the class.
        scale: what cosines are multiplied by before the exponential, as the encoder was trained.
    """

    def __init__(
        self,
        stream: str,
        prompts: NDArray[np.floating],
        others: NDArray[np.floating],
        rival: NDArray[np.bool_],
        scale: float,
    ) -> None:
        self.streams: tuple[str, ...] = (stream,)
        self._prompts, self._others, self._scale = prompts, others, scale
        self._shut = np.where(rival, 0.0, -np.inf)

    def of(self, values: Mapping[str, NDArray[np.floating]]) -> NDArray[np.float32]:
        """Return the log-odds of each segment and class, (n, C)."""
        space = unit(np.asarray(values[self.streams[0]]))
        against = self._scale * (space @ self._others.T)  # (n, others)
        rows = against[:, None, :] + self._shut  # (n, C, others)
        most = rows.max(axis=2)
        log_sum = most + np.log(np.exp(rows - most[..., None]).sum(axis=2))
        odds: NDArray[np.float32] = (self._scale * (space @ self._prompts.T) - log_sum).astype(
            np.float32
        )
        return odds

    def nothing(self) -> float:
        """Return what stands for a segment without sound or picture."""
        return -30.0

    def prob(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities (T, C)."""
        return (1 / (1 + np.exp(-np.clip(kept, -30, 30)))).astype(np.float32)


def space_evidence(
    stream: str,
    tower: TextTower,
    descriptions: Sequence[str],
    meanings: Sequence[Meaning],
    lexicon: Lexicon,
    *,
    template: str,
    scale: float,
) -> SpaceEvidence:
    """Return the evidence of an encoder for classes, each compared with common concepts.

    Args:
        stream: the encoder's output in the shared space.
        tower: the text side of the space.
        descriptions, meanings: of the C classes.
        lexicon: whose common concepts are the background.
        template: of prompts, with one `{}`.
        scale: see `SpaceEvidence`.
    """
    background = [c for c in lexicon.concepts[: lexicon.common] if c.sound]
    titles = [concept.title for concept in background]
    texts = [*descriptions, *titles, "other"]
    rows = tower.encode([template.replace("{}", text) for text in texts])
    count = len(descriptions)
    rival = np.ones((count, len(background) + 1), bool)
    for row, meaning in zip(rival, meanings, strict=True):
        for column, concept in enumerate(background):
            row[column] = _is_other(concept, meaning)
    return SpaceEvidence(stream, rows[:count], rows[count:], rival, scale)


def _is_other(concept: Concept, meaning: Meaning) -> bool:
    """Return whether a concept is something else than what a word means."""
    apart = set(meaning.classes).isdisjoint(concept.classes)
    return apart and concept.title not in meaning.shown
