"""The figures of audio-visual video parsing, exact and fast.  Numpy only."""

from seehear.metrics.bootstrap import Comparison, Interval, compare, intervals
from seehear.metrics.counts import LEVELS, STREAMS, Counts
from seehear.metrics.exclusive import EXCLUSIVE_KEYS, evaluate_exclusive, exclusive_figures
from seehear.metrics.label_quality import LabelQuality, label_quality
from seehear.metrics.report import CLIP_KEYS, FIGURE_KEYS, Pooled, Report, evaluate
from seehear.metrics.thresholds import best_thresholds
from seehear.metrics.timelines import evaluate_timelines

__all__ = [
    "CLIP_KEYS",
    "EXCLUSIVE_KEYS",
    "FIGURE_KEYS",
    "LEVELS",
    "STREAMS",
    "Comparison",
    "Counts",
    "Interval",
    "LabelQuality",
    "Pooled",
    "Report",
    "best_thresholds",
    "compare",
    "evaluate",
    "evaluate_exclusive",
    "evaluate_timelines",
    "exclusive_figures",
    "intervals",
    "label_quality",
]
