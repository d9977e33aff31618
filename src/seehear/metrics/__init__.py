"""The figures of audio-visual video parsing, exact and fast.  Numpy only."""

from seehear.metrics.counts import LEVELS, STREAMS, Counts
from seehear.metrics.report import CLIP_KEYS, FIGURE_KEYS, Pooled, Report, evaluate

__all__ = ["CLIP_KEYS", "FIGURE_KEYS", "LEVELS", "STREAMS", "Counts", "Pooled", "Report", "evaluate"]
