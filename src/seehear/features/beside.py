"""Where the features of a timeline's clip are kept; `kept` reads and writes them."""

from pathlib import Path

from seehear.time import KEPT_SUFFIX, SUFFIX


def kept_path(timeline: Path) -> Path:
    """Return the path, beside a timeline's file, of the features kept of its clip.

    Examples:
        >>> kept_path(Path("a.timeline.json")).name
        'a.features.npz'
    """
    return timeline.with_name(timeline.name.removesuffix(SUFFIX) + KEPT_SUFFIX)
