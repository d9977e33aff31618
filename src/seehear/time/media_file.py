"""Which media file a timeline speaks of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MediaFile:
    """A media file as it was when it was parsed; `seehear.media.identify` makes one.

    Args:
        path: relative, with `/` between folders: below the folder that was parsed, or the file's
            name.
        bytes: its size.
        hash: of its content; survives renaming.
        duration_s: how long it lasts.
    """

    path: str
    bytes: int
    hash: str
    duration_s: float
