"""Media files in: what a file holds, frames at moments asked for, mono sound at the rate asked for.

Streaming throughout: an hour of video never lies in memory.  Local files only; what is degraded is
a warning.
"""

from seehear.data import MEDIA_SUFFIXES
from seehear.media.audio import iter_audio
from seehear.media.files import find_media
from seehear.media.frames import iter_frames
from seehear.media.probe import AudioInfo, MediaInfo, VisualInfo, probe

__all__ = [
    "MEDIA_SUFFIXES",
    "AudioInfo",
    "MediaInfo",
    "VisualInfo",
    "find_media",
    "iter_audio",
    "iter_frames",
    "probe",
]
