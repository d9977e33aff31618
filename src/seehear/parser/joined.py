"""A parser and a network that was trained beside it: a weighted mean of their margins decides.

The network is a trained run like any other (`trained`); it has no gate here, because its seconds
were learnt one by one.  The mean becomes a probability again, with a threshold of 0.5.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import AudioEncoder, VisualEncoder
from seehear.errors import ConfigError
from seehear.parser.adjusted import decoding_after, margins, prob_of
from seehear.parser.scorer import Gathered, Scorer, keep_of_each
from seehear.time import Decoding, Scores, TimeGrid

PLAIN = Decoding(threshold=0.5, gate="none")  # how the network's seconds are decided
Floats = NDArray[np.float64]


def weighed(margins: Floats, network: Floats, weight: Floats) -> Floats:
    """Return the weighted mean of the margins of both, (..., 2, C).

    Args:
        margins: of the parser.
        network: margins of the network.
        weight: of the network for each class on each track, from 0 to 1, (2, C).
    """
    both: Floats = (1 - weight) * margins + weight * network
    return both


class Joined:
    """A scorer and a network as one.

    Args:
        base: the scorer.
        network: of the same classes.
        weight: of the network for each class on each track, from 0 to 1, (2, C).
        about: what timelines say of the network, as JSON values.

    Raises:
        ConfigError: their classes or segments differ.
    """

    def __init__(
        self, base: Scorer, network: Scorer, weight: Floats, about: Mapping[str, Any]
    ) -> None:
        if base.vocabulary.names != network.vocabulary.names or base.step_s != network.step_s:
            raise ConfigError(
                "its network was made for other classes or segments", hint="teach it again"
            )
        self._base, self._network, self._weight = base, network, weight
        self._about = dict(about)
        self.vocabulary, self.decoding = base.vocabulary, decoding_after(base.decoding)
        self.step_s = base.step_s
        self.keep_frames = base.keep_frames or network.keep_frames
        self.streams = base.streams | network.streams
        self.audio: Mapping[str, AudioEncoder] = {**network.audio, **base.audio}
        self.visual: Mapping[str, VisualEncoder] = {**network.visual, **base.visual}

    def keep(
        self,
        kept: Gathered,
        encoder: str,
        values: Mapping[str, NDArray[np.float32]],
        places: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Keep what each of them needs."""
        keep_of_each((self._base, self._network), kept, encoder, values, places)

    def scores(self, kept: Gathered, grid: TimeGrid, present: tuple[bool, bool]) -> Scores:
        """Return the probabilities of both together."""
        base = self._base.scores(kept, grid, present)
        network = self._network.scores(kept, grid, present)
        both = weighed(margins(base, self._base.decoding), margins(network, PLAIN), self._weight)
        prob = prob_of(both).astype(np.float32)
        return Scores(prob, grid, base.vocabulary, present=base.present)

    def about(self) -> dict[str, Any]:
        """Return what the base is, and the network."""
        return {**self._base.about(), "network": self._about}

    def doubts(self) -> list[str]:
        """Return a line for each class that the base may have misunderstood."""
        return self._base.doubts()
