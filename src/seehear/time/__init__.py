"""Time as a value: grid, event, timeline, scores and the one decoding step.  Numpy only."""

from seehear.time.again import decoded, decoding_of
from seehear.time.decode import ABSENT_BELOW, GATES, SURE, Decoding, Gate, decide, decode_scores
from seehear.time.event import ORIGINS, Event, Track
from seehear.time.extent import ABSENT, NOT_PARSED, PARSED, Extent
from seehear.time.grid import TimeGrid
from seehear.time.kept import Kept
from seehear.time.media_file import MediaFile
from seehear.time.raster import rasterise, runs
from seehear.time.scores import TRACKS, Scores
from seehear.time.timeline import KEPT_SUFFIX, SUFFIX, Timeline
from seehear.time.timeline_json import SCHEMA, migrated

__all__ = [
    "ABSENT",
    "ABSENT_BELOW",
    "GATES",
    "KEPT_SUFFIX",
    "NOT_PARSED",
    "ORIGINS",
    "PARSED",
    "SCHEMA",
    "SUFFIX",
    "SURE",
    "TRACKS",
    "Decoding",
    "Event",
    "Extent",
    "Gate",
    "Kept",
    "MediaFile",
    "Scores",
    "TimeGrid",
    "Timeline",
    "Track",
    "decide",
    "decode_scores",
    "decoded",
    "decoding_of",
    "migrated",
    "rasterise",
    "runs",
]
