"""How much a second of pictures speaks for each class, by ConSE's space and ImageNet's classes.

The evidence, for a class with prompt q and a segment with ImageNet posteriors p and ConSE vector v:

    sum     log of the posterior of all ImageNet classes that the word means (`lexicon`); where it
            means none, of those whose names are like q
    above   the same with the classes of the concepts above it: an aircraft bears out a helicopter
    margin  cosine of v with q, less that with the nearest other prompt: of the other classes,
            "other", and common concepts that are not like q
    unusual cosine of v with q, against what 1000 ImageNet class names have with q, in standard
            deviations
    near    sum over three seconds
    best    the best sum within nine seconds
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import unit
from seehear.parser.zero_shot.calibration import Calibration, around_max, around_mean
from seehear.parser.zero_shot.lexicon import Meaning

STREAMS = ("conse/logits", "conse/space")
_FLOOR = 0.01  # of a posterior, before the logarithm
_LIKE, _SOFT = 0.6, 0.05  # class names count as like a prompt from this cosine on, smoothly
_FROM, _FULL = 0.4, 0.7  # likeness of concepts at which they begin to count, and count in full
_NEAR, _REACH = 1, 9


class PictureEvidence:
    """Evidence of ConSE.

    Args:
        meanings: one for each of the C classes.
        prompts: unit vectors of the class descriptions, (C, 384).
        other: unit vector of "other", (384,).
        classes: unit vectors of the 1000 ImageNet names.
        common: unit vectors of common concepts, (n, 384).
        calibration: of the six numbers.
    """

    streams: tuple[str, ...] = STREAMS

    def __init__(
        self,
        meanings: Sequence[Meaning],
        prompts: NDArray[np.floating],
        other: NDArray[np.floating],
        classes: NDArray[np.floating],
        common: NDArray[np.floating],
        calibration: Calibration,
    ) -> None:
        self._calibration = calibration
        usual = prompts @ classes.T  # (C, 1000)
        self._mean, self._deviation = usual.mean(axis=1), usual.std(axis=1)
        self._sum = (1 / (1 + np.exp(-(usual - _LIKE) / _SOFT))).astype(np.float32)
        self._above = np.zeros_like(self._sum)
        for row, meaning in enumerate(meanings):
            if meaning.classes:
                weight = np.asarray(meaning.likeness)
                if meaning.how == "likeness":
                    weight = np.clip((weight - _FROM) / (_FULL - _FROM), 0, 1)
                self._sum[row] = 0
                self._sum[row, list(meaning.classes)] = weight
            self._above[row, list(meaning.above)] = 1
        self._prompts = prompts
        count = len(prompts)
        self._against = np.concatenate([prompts, other[None], common])
        # (C, C + 1 + n): whether a prompt is another thing than the class
        self._is_other = np.concatenate(
            [~np.eye(count, dtype=bool), np.ones((count, 1), bool), prompts @ common.T < _LIKE],
            axis=1,
        )

    def of(self, values: Mapping[str, NDArray[np.floating]]) -> NDArray[np.float32]:
        """Return sum, sum above, margin and unusualness of each segment and class, (n, C, 4)."""
        from seehear.encoders.conse import posteriors

        prob = posteriors(np.asarray(values[STREAMS[0]], np.float32))
        space = unit(np.asarray(values[STREAMS[1]]))
        sums = prob @ self._sum.T
        likeness = space @ self._prompts.T
        rivals = space @ self._against.T
        margin = [
            likeness[:, c] - rivals[:, self._is_other[c]].max(axis=1)
            for c in range(len(self._prompts))
        ]
        return np.stack(
            [
                sums,
                np.maximum(prob @ self._above.T, sums),
                np.stack(margin, axis=1),
                (likeness - self._mean) / self._deviation,
            ],
            axis=-1,
        ).astype(np.float32)

    def nothing(self) -> NDArray[np.float32]:
        """Return what stands for a segment without a picture."""
        return np.array([0, 0, -1, -10], np.float32)

    def full(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return all six numbers, (T, C, 6), of the four kept ones."""
        sums = kept[..., 0]
        logs = [
            np.log(x + _FLOOR)
            for x in (sums, kept[..., 1], around_mean(sums, _NEAR), around_max(sums, _REACH))
        ]
        return np.stack([logs[0], logs[1], kept[..., 2], kept[..., 3], logs[2], logs[3]], axis=-1)

    def prob(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities (T, C)."""
        return self._calibration.prob(self.full(kept))
