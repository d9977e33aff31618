"""How much a second of sound speaks for each of the user's classes, by YAMNet's 521 AudioSet
scores.

A word is looked up among the AudioSet classes (`lexicon`).  The evidence for it, in logits:

    raw     the best of its classes; one that is only like the word is marked down
    above   the best of raw and the classes above it: an animal bears out a dog
    lead    how far raw is ahead of the best sound that is something else, at most 2
    near    mean of raw over three seconds
    best    the best raw within nine seconds: what sounded before is believed sooner
    rare    length of the class's weights: rare AudioSet classes never score high
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.parser.zero_shot.calibration import Calibration, around_max, around_mean
from seehear.parser.zero_shot.lexicon import Lexicon, Meaning

STREAMS = ("yamnet/logits",)
_UNLIKE = 10.0  # logits taken off a class per unit of likeness that it lacks
LEAST = 0.5  # likeness: below it a class is not the word at all
_LEAD, _NEAR, _REACH = 2.0, 1, 9
_NOTHING = -40.0  # logit of what is not there
_SCALE = 10.0  # brings logits to the size of the other numbers


class SoundEvidence:
    """Evidence of YAMNet.

    Args:
        meanings: one for each of the C classes.
        lexicon: of AudioSet, in the network's order.
        norms: (521,), see `encoders.yamnet.class_norms`.
        calibration: of the six numbers.
    """

    streams: tuple[str, ...] = STREAMS

    def __init__(
        self,
        meanings: Sequence[Meaning],
        lexicon: Lexicon,
        norms: NDArray[np.floating],
        calibration: Calibration,
    ) -> None:
        self._calibration = calibration
        self._words = [
            [
                (c, _UNLIKE * (1 - v))
                for c, v in zip(m.classes, m.likeness, strict=True)
                if v >= LEAST
            ]
            for m in meanings
        ]
        self._above = [list(m.above) for m in meanings]
        sounds = lexicon.narrowest()
        self._rivals = [[i for i in sounds if i not in m.classes] for m in meanings]
        self._rare = np.array(
            [norms[w[0][0]] if w else norms.max() for w in self._words], np.float32
        )

    def of(self, values: Mapping[str, NDArray[np.floating]]) -> NDArray[np.float32]:
        """Return raw, above and lead of each segment and class, (n, C, 3)."""
        logits = np.asarray(values[STREAMS[0]], np.float32)
        out = np.full((len(logits), len(self._words), 3), _NOTHING, np.float32)
        for column, (word, above, rivals) in enumerate(
            zip(self._words, self._above, self._rivals, strict=True)
        ):
            if word:
                raw = (
                    logits[:, [c for c, _ in word]] - np.array([m for _, m in word], np.float32)
                ).max(axis=1)
                out[:, column, 0] = raw
                out[:, column, 1] = np.maximum(logits[:, above].max(axis=1), raw) if above else raw
                out[:, column, 2] = np.minimum(raw - logits[:, rivals].max(axis=1), _LEAD)
        return out

    def nothing(self) -> float:
        """Return what stands for a segment without sound."""
        return _NOTHING

    def full(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return all six numbers, (T, C, 6), of the three kept ones."""
        raw = kept[..., 0]
        rare = np.broadcast_to(self._rare, raw.shape)
        columns = [
            raw,
            kept[..., 1],
            kept[..., 2],
            around_mean(raw, _NEAR),
            around_max(raw, _REACH),
            rare,
        ]
        return (np.stack(columns, axis=-1) / _SCALE).astype(np.float32)

    def prob(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities (T, C)."""
        return self._calibration.prob(self.full(kept))
