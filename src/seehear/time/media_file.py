"""Which media file a timeline speaks of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MediaFile:
    """A media file as it was when it was parsed; `seehear.media.identify` makes one.

    Args:
        path: where it lies below the folder that was parsed, with `/` between folders; for a file
            parsed alone, its name.
        bytes: its size.
        hash: of its content; it stays the same when the file is renamed.
        duration_s: how long it lasts, in seconds.
        frame_rate: frames a second on average; None: not known, or no picture.
        start_timecode: the time code of its first frame, `HH:MM:SS:FF`; None: the file has none.
    """

    path: str
    bytes: int
    hash: str
    duration_s: float
    frame_rate: float | None = None
    start_timecode: str | None = None
