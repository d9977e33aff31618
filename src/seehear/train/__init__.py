"""Training: one loop for every recipe, a run folder that says what it is, and prediction."""

from seehear.runs.predicted import Predicted
from seehear.runs.split import SplitPrediction
from seehear.train.folder import RunFolder
from seehear.train.model import Run, load_run
from seehear.train.options import RunOptions
from seehear.train.predict import evaluate_split, predict_split
from seehear.train.prepare import Prepared, prepare
from seehear.train.run import load_labels, run, run_seeds, summarise

Options = RunOptions  # the old name, of version 0.1

__all__ = [
    "Options",
    "Predicted",
    "Prepared",
    "Run",
    "RunFolder",
    "RunOptions",
    "SplitPrediction",
    "evaluate_split",
    "load_labels",
    "load_run",
    "predict_split",
    "prepare",
    "run",
    "run_seeds",
    "summarise",
]
