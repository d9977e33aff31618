"""What one track tells of the other: a class that is seen is more likely heard, and vice versa.

For each second and class, heard and seen are 0 or 1, and they are likely to be the same:

    p(heard, seen) ~ exp(a heard + v seen + k heard seen)

where a and v are the logits of each track alone.  So the other track adds between 0 and k to a
track's logit: the more, the surer it is.  What it adds on average is taken off again, so that a
track's threshold stays in place.  In LLP's val split 63 % of the audible seconds of a class are
visible, too, and 83 % of the visible ones audible, so k is positive on real footage; it is shared
by all classes, like every other number of the calibration.  A clip of one track gets the bias only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SURE = 30.0  # logits beyond this are as good as certain
_USUAL = 0.15  # share of `pull` that is taken off: what the other track adds on average


@dataclass(frozen=True)
class Coupling:
    """How much the tracks pull each other.

    Args:
        pull: the most that the other track adds to the logit of audio and of visual.
        bias: added to the logits of audio and visual in the end, so that 0.5 is the best threshold.
    """

    pull: tuple[float, float]
    bias: tuple[float, float]

    def prob(self, prob: NDArray[np.float32], present: tuple[bool, bool]) -> NDArray[np.float32]:
        """Return the coupled probabilities, (T, 2, C).

        Args:
            prob: those of each track alone, (T, 2, C).
            present: whether the clip has an audio and a visual track.
        """
        with np.errstate(divide="ignore"):
            alone = np.log(prob.astype(np.float64)) - np.log1p(-prob.astype(np.float64))
        alone = np.clip(alone, -_SURE, _SURE)
        logits = alone + np.asarray(self.bias)[:, None]
        if all(present):
            for track, pull in enumerate(self.pull):
                other = alone[:, 1 - track]
                gain = np.logaddexp(0, other + pull) - np.logaddexp(0, other)
                logits[:, track] += gain - _USUAL * pull
        found: NDArray[np.float32] = (1 / (1 + np.exp(-logits))).astype(np.float32)
        return found
