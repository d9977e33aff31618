"""How much a second of sound speaks for each class, by YAMNet's 521 AudioSet scores.

A word is looked up among the AudioSet classes (`lexicon`).  The evidence for it, in logits:

    above   the best of its classes and of those above it: an animal is evidence for a dog
    lead    how far its own classes are ahead of the best other sound, at most 2
    best    the best of its own within nine seconds: a class heard nearby is more likely

Classes that are only like the word count less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seehear.parser.zero_shot.calibration import Calibration, around_max
from seehear.parser.zero_shot.lexicon import Lexicon, Meaning

STREAMS = ("yamnet/logits",)
_UNLIKE = 10.0  # taken off the logit of a class, times what its likeness is short of 1
LEAST = 0.5  # a class of less likeness does not count for the word
_LEAD, _REACH = 2.0, 9  # the highest lead; segments on each side that `best` looks at
_NOTHING = -40.0  # logit of a class that the network does not have, and of a segment without sound
_SCALE = 10.0  # brings logits to the size of the other numbers


@dataclass(frozen=True)
class _Class:
    """A class of the user's among those of the network.

    Args:
        word: indices of the network's n classes that stand for the word.
        markdown: what is taken off the logit of each, (n,), because it is only like the word.
        above: indices of the classes of the concepts above.
    """

    word: list[int]
    markdown: NDArray[np.float32]
    above: list[int]

    @classmethod
    def of(cls, meaning: Meaning) -> "_Class":
        found = zip(meaning.classes, meaning.likeness, strict=True)
        alike = {position: likeness for position, likeness in found if likeness >= LEAST}
        markdown = [_UNLIKE * (1 - likeness) for likeness in alike.values()]
        return cls(list(alike), np.array(markdown, np.float32), list(meaning.above))


class SoundEvidence:
    """Evidence of YAMNet.

    Args:
        meanings: one for each of the C classes.
        lexicon: of AudioSet, in the network's order.
        calibration: of the three numbers.
    """

    streams: tuple[str, ...] = STREAMS

    def __init__(
        self,
        meanings: Sequence[Meaning],
        lexicon: Lexicon,
        calibration: Calibration,
    ) -> None:
        self._calibration = calibration
        self._classes = [_Class.of(meaning) for meaning in meanings]
        self._sounds = lexicon.narrowest()
        own = [np.isin(self._sounds, meaning.classes) for meaning in meanings]
        # (C, sounds): added to the scores of all sounds, it rules out those of the class itself
        self._shut = np.where(own, -np.inf, 0).astype(np.float32)

    def of(self, values: Mapping[str, NDArray[np.floating]]) -> NDArray[np.float32]:
        """Return what is kept of each segment and class, (n, C, 3): best of its own, above, lead.

        Args:
            values: rows of `streams`, (n, 521).
        """
        logits = np.asarray(values[STREAMS[0]], np.float32)
        out = np.full((len(logits), len(self._classes), 3), _NOTHING, np.float32)
        rivals = (logits[:, None, self._sounds] + self._shut).max(axis=2)
        for column, user in enumerate(self._classes):
            if not user.word:
                continue
            raw = (logits[:, user.word] - user.markdown).max(axis=1)
            above = raw
            if user.above:
                above = np.maximum(logits[:, user.above].max(axis=1), raw)
            lead = np.minimum(raw - rivals[:, column], _LEAD)
            out[:, column] = np.stack([raw, above, lead], axis=1)
        return out

    def nothing(self) -> float:
        """Return what stands for a segment without sound."""
        return _NOTHING

    def full(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the three numbers of evidence, (T, C, 3), of those kept."""
        best = around_max(kept[..., 0], _REACH)
        columns = [kept[..., 1], kept[..., 2], best]
        return (np.stack(columns, axis=-1) / _SCALE).astype(np.float32)

    def prob(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities (T, C) of what was kept of a whole clip, (T, C, 3)."""
        return self._calibration.prob(self.full(kept))
