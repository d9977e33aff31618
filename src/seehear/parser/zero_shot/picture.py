"""How much a second of pictures speaks for each class, by ConSE's space and ImageNet's classes.

The evidence, for a class with prompt q and a segment with ImageNet posteriors p and ConSE vector v:

    sum     log of the posterior of all ImageNet classes that the word means (`lexicon`); where it
            means none, of those whose names are like q
    above   the same with the classes of the concepts above it: an animal is evidence for a dog
    margin  cosine of v with q, less that with the nearest other prompt: of the other classes,
            "other", and common concepts that are not like q
    best    the best sum within nine seconds

A posterior of n classes is first divided by (n / 10)^0.35.  Whatever is shown, 118 breeds of dogs
together take a larger share of the posterior than two kinds of chickens.  Without the division,
words of many classes would be seen too often and words of few classes too seldom.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import unit
from seehear.parser.zero_shot.calibration import Calibration, around_max
from seehear.parser.zero_shot.lexicon import Meaning

STREAMS = ("conse/logits", "conse/space")
_FLOOR = 0.005  # added to a posterior before its logarithm
_USUAL, _SIZE = 10.0, 0.35  # the 10 and the 0.35 of (n / 10)^0.35
_LIKE, _SOFT = 0.6, 0.05  # class names count as like a prompt from this cosine on, smoothly
_FROM, _FULL = 0.4, 0.7  # likeness of concepts at which they begin to count, and count in full
_REACH = 9  # segments on each side that `best` looks at


class PictureEvidence:
    """Evidence of ConSE.

    Args:
        meanings: one for each of the C classes.
        prompts: unit vectors of the class descriptions, (C, 384).
        other: unit vector of "other", (384,).
        classes: unit vectors of the 1000 ImageNet names.
        common: unit vectors of common concepts, (n, 384).
        calibration: of the four numbers above.
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
        self._scale = _share(self._sum.sum(axis=1))
        self._scale_above = np.maximum(_share(self._above.sum(axis=1)), self._scale)
        self._prompts = prompts
        count = len(prompts)
        self._against = np.concatenate([prompts, other[None], common])
        # (C, C + 1 + n): whether a prompt is another thing than the class
        is_other = np.concatenate(
            [~np.eye(count, dtype=bool), np.ones((count, 1), bool), prompts @ common.T < _LIKE],
            axis=1,
        )
        # added to the likeness of all prompts, it rules out those that are not something else
        self._shut = np.where(is_other, 0, -np.inf).astype(np.float32)

    def of(self, values: Mapping[str, NDArray[np.floating]]) -> NDArray[np.float32]:
        """Return what is kept of each segment and class, (n, C, 3): sum, sum above and margin.

        The sums are not yet divided, and have no logarithm.

        Args:
            values: rows of `streams`, (n, D) each.
        """
        from seehear.encoders.conse import posteriors

        prob = posteriors(np.asarray(values[STREAMS[0]], np.float32))
        space = unit(np.asarray(values[STREAMS[1]]))
        sums = prob @ self._sum.T
        likeness = space @ self._prompts.T
        rivals = space @ self._against.T
        margin = likeness - (rivals[:, None] + self._shut).max(axis=2)
        return np.stack(
            [
                sums,
                np.maximum(prob @ self._above.T, sums),
                margin,
            ],
            axis=-1,
        ).astype(np.float32)

    def nothing(self) -> NDArray[np.float32]:
        """Return what stands for a segment without a picture."""
        return np.array([0, 0, -1], np.float32)

    def full(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the four numbers of evidence, (T, C, 4), of those kept, (T, C, 3)."""
        sums, above = kept[..., 0], kept[..., 1]
        best = around_max(sums, _REACH)
        logs = [np.log(sums / self._scale + _FLOOR), np.log(above / self._scale_above + _FLOOR)]
        logs.append(np.log(best / self._scale + _FLOOR))
        found: NDArray[np.float32] = np.stack([logs[0], logs[1], kept[..., 2], logs[2]], axis=-1)
        return found

    def prob(self, kept: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities (T, C) of what was kept of a whole clip, (T, C, 3)."""
        return self._calibration.prob(self.full(kept))


def _share(count: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the number that the posterior of so many classes is divided by."""
    share: NDArray[np.float32] = ((np.maximum(count, 1) / _USUAL) ** _SIZE).astype(np.float32)
    return share
