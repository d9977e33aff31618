"""Which streams a network reads, by role."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FeatureSet:
    """Inputs of a network.

    Args:
        name: the value of the setting `features` that chooses it.
        summary: one line.
        audio, visual: streams, concatenated in this order.
        motion: streams of the third input (3-D networks); empty: the network is built without it.
        standardise: scale each dimension to mean 0 and deviation 1 over the training clips; means
            and deviations are stored with the trained parser.
    """

    name: str
    summary: str
    audio: tuple[str, ...]
    visual: tuple[str, ...]
    motion: tuple[str, ...] = ()
    standardise: bool = False

    @property
    def streams(self) -> tuple[str, ...]:
        """Every stream, each once."""
        return tuple(dict.fromkeys((*self.audio, *self.visual, *self.motion)))

    @property
    def encoders(self) -> tuple[str, ...]:
        """Identifiers of the encoders, each once."""
        return tuple(dict.fromkeys(stream.split("/")[0] for stream in self.streams))
