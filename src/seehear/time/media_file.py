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
        frame_rate: mean frames a second; None: not known, or no picture.
        start_timecode: what the file says its first frame is, `HH:MM:SS:FF`; None: nothing.
    """

    path: str
    bytes: int
    hash: str
    duration_s: float
    frame_rate: float | None = None
    start_timecode: str | None = None
