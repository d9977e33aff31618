"""Where the features of a timeline's clip are kept; reading them is `kept`."""

from pathlib import Path

from seehear.time import KEPT_SUFFIX, SUFFIX


def kept_path(timeline: Path) -> Path:
    """Return where the rows of a timeline's clip are kept.

    Examples:
        >>> kept_path(Path("a.timeline.json")).name
        'a.features.npz'
    """
    return timeline.with_name(timeline.name.removesuffix(SUFFIX) + KEPT_SUFFIX)
