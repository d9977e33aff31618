"""Media files in: what a file holds, frames at the moments asked for, mono sound at any rate.

Everything is streamed: an hour of video is never in memory at once.  Local files only.  Damage that
leaves something to read raises nothing: a reader's `problems` say what it was.
"""

from seehear.data import MEDIA_SUFFIXES
from seehear.media.audio import iter_audio
from seehear.media.files import find_media
from seehear.media.frames import iter_frames
from seehear.media.identity import content_hash, identify
from seehear.media.probe import AudioInfo, MediaInfo, VisualInfo, probe
from seehear.media.track import Frame, Sound, TrackReader

__all__ = [
    "MEDIA_SUFFIXES",
    "AudioInfo",
    "Frame",
    "MediaInfo",
    "Sound",
    "TrackReader",
    "VisualInfo",
    "content_hash",
    "find_media",
    "identify",
    "iter_audio",
    "iter_frames",
    "probe",
]
