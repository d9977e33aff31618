"""Probabilities and figures of a trained parser on a split whose features are on disk."""

from pathlib import Path
from typing import Literal, NamedTuple

from seehear.data import Dataset
from seehear.features import FeatureStore, open_features
from seehear.features.windowed import lengths_of
from seehear.metrics import evaluate
from seehear.metrics.own_figures import Given, official_figures
from seehear.metrics.told import told
from seehear.runs.split import SplitPrediction, predict_with
from seehear.time import decide
from seehear.train.model import Run, load_run


def predict_split(
    run: Run | str | Path,
    features: FeatureStore | str | Path,
    dataset: Dataset,
    split: str,
    *,
    device: str = "cpu",
    missing: Literal["error", "empty"] = "error",
) -> SplitPrediction:
    """Return the probabilities of every clip of `split`.  Weak labels and truth are never read.

    Args:
        run: a run folder, a model file, or one already loaded.
        features: a features folder, or an open store.
        dataset: the dataset of the clips.
        split: name of the split.
        device: where to compute.
        missing: what to do about clips without features: `error` raises, `empty` leaves their rows
            at zero (`seehear.runs.inputs.find_missing` lists them).

    Raises:
        DataError: no such split, or a dataset with another vocabulary or grid than the parser's.
        FeatureError: clips without features, or features of another encoder.
        WeightsError: the run cannot be read.
    """
    if not isinstance(run, Run):
        run = load_run(run, device=device)
    store = open_features(features) if isinstance(features, str | Path) else features
    return predict_with(run, store, dataset, split, missing=missing)


class Measured(NamedTuple):
    """The figures of a trained parser on a split.

    Args:
        figures: the ten, in [0, 1]; None for those that this truth cannot give.
        own: figures of the benchmark's own evaluation; empty if it has none.
    """

    figures: dict[str, float | None]
    own: dict[str, float | None]


def measure(
    predicted: SplitPrediction, store: FeatureStore, dataset: Dataset, split: str
) -> Measured:
    """Return the figures of what a trained parser predicted for a split with truth.

    Args:
        predicted: by `predict_split`.
        store, dataset: the features and clips that it was given.
        split: name of the split.

    Raises:
        DataError: no such split, or one without truth.
    """
    *prob, decoding = predicted
    on = decide(*prob, decoding=decoding, step_s=dataset.grid.step_s)
    chosen = dataset.split(split)
    truth, lengths = chosen.truth(), lengths_of(store, dataset, chosen)
    figures = evaluate(on[:, :, 0], on[:, :, 1], truth.audio, truth.visual).figures()
    given = Given(on[:, :, 0], on[:, :, 1], list(prob[0]), lengths=lengths)
    found = official_figures(dataset, chosen, truth, given)
    return Measured(told(figures, joint=dataset.joint), {} if found is None else found.figures)


def evaluate_split(
    run: Run | str | Path,
    features: FeatureStore | str | Path,
    dataset: Dataset,
    split: str,
    *,
    device: str = "cpu",
) -> dict[str, float]:
    """Return the ten figures of a trained parser on a split with truth; see `predict_split`."""
    *prob, decoding = predict_split(run, features, dataset, split, device=device)
    on = decide(*prob, decoding=decoding, step_s=dataset.grid.step_s)
    truth = dataset.split(split).truth()
    return dict(evaluate(on[:, :, 0], on[:, :, 1], truth.audio, truth.visual).figures())
