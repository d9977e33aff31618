"""Time as a value: grid, event, timeline, scores and the one decoding step.  Numpy only."""

from seehear.time.decode import GATES, Decoding, Gate, decide, decode_scores
from seehear.time.event import Event, Track
from seehear.time.grid import TimeGrid
from seehear.time.raster import rasterise, runs
from seehear.time.scores import TRACKS, Scores
from seehear.time.timeline import ABSENT, PARSED, SCHEMA, SUFFIX, Timeline

__all__ = [
    "ABSENT",
    "GATES",
    "PARSED",
    "SCHEMA",
    "SUFFIX",
    "TRACKS",
    "Decoding",
    "Event",
    "Gate",
    "Scores",
    "TimeGrid",
    "Timeline",
    "Track",
    "decide",
    "decode_scores",
    "rasterise",
    "runs",
]
