"""Training: one loop for every recipe, a run folder that says what it is, and prediction."""

from seehear.recipes.contract import Predicted
from seehear.train.model import Run, load_run
from seehear.train.predict import SplitPrediction, evaluate_split, predict_split
from seehear.train.run import Options, Prepared, load_labels, prepare, run, run_seeds, summarise

__all__ = [
    "Options",
    "Predicted",
    "Prepared",
    "Run",
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
