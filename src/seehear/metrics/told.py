"""Which figures can be measured against a truth.

A truth of both tracks gives all ten.  A truth that marks only what is heard and seen at once (AVE,
UnAV-100) says nothing of what is heard or seen alone.  Figures of one track, and those that include
them, would measure what nobody labelled.
"""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def told(figures: Mapping[str, T], *, joint: bool) -> dict[str, T | None]:
    """Return the figures, with None in place of those that this truth cannot give.

    Args:
        figures: by key, such as `segment/audio`.
        joint: whether the truth marks only what is heard and seen at once.

    Examples:
        >>> told({"segment/audio": 0.5, "segment/audio_visual": 0.4}, joint=True)
        {'segment/audio': None, 'segment/audio_visual': 0.4}
    """
    out: dict[str, T | None] = dict(figures)
    out |= dict.fromkeys(key for key in figures if not is_told(key, joint=joint))
    return out


def is_told(key: str, *, joint: bool) -> bool:
    """Return whether the truth can give one figure; see `told`."""
    return not joint or key.endswith("/audio_visual")


def headline(level: str, *, joint: bool) -> str:
    """Return the figure to look at first, at `segment` or `event` level."""
    return f"{level}/audio_visual" if joint else f"{level}/type"
