"""The options that every network over the three streams has."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StreamOptions:
    """Widths of the three streams and of the inner vectors, and the number of classes.

    Args:
        audio_dim, visual_dim: widths of the input features.
        motion_dim: width of the clip (3-D) features, or None for a network without them.
        classes: number of classes.
        width: size of all inner vectors.
    """

    audio_dim: int = 128
    visual_dim: int = 2048
    motion_dim: int | None = 512
    classes: int = 25
    width: int = 512
