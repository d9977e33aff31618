"""A trained parser over the clips of a split whose features are on disk."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data import Dataset
from seehear.data.vocabulary import mostly_unlike, unlike
from seehear.errors import DataError, FeatureError
from seehear.features import FeatureStore
from seehear.features.reader import of_other_clips
from seehear.runs.description import TrainedRun
from seehear.runs.inputs import PRIOR, find_missing, read_inputs, require_streams
from seehear.runs.predicted import Predicted
from seehear.runs.whole import predict_whole
from seehear.time import Decoding


class SplitPrediction(NamedTuple):
    """Probabilities of a split's clips in table order, and how to decide.

    Args:
        segment_prob, track_prob, clip_prob: (N, T, 2, C), (N, 2, C), (N, C).
        decoding: of the parser.
    """

    segment_prob: NDArray[np.float32]
    track_prob: NDArray[np.float32]
    clip_prob: NDArray[np.float32]
    decoding: Decoding


def predict_with(
    run: TrainedRun,
    store: FeatureStore,
    dataset: Dataset,
    split: str,
    *,
    missing: Literal["error", "empty"] = "error",
    prior: NDArray[np.float32] | None = None,
) -> SplitPrediction:
    """Return the probabilities of every clip of `split`.  Weak labels and truth are never read.

    Args:
        run: a trained parser.
        store: an open features folder.
        dataset: whose clips and vocabulary are meant.
        split: its name.
        missing: what to do about clips without features: `error` raises, `empty` leaves their rows
            at zero (`inputs.find_missing` says which clips these are).
        prior: logits of a zero-shot parser, (n, T, 2, C), for the n clips that have features; for
            a network that starts from them.

    Raises:
        DataError: no such split, or a dataset with another vocabulary or grid than the parser's.
        FeatureError: clips without features, features of another encoder or other weights, or a
            prior that does not fit the network.
    """
    names = dataset.split(split).names
    whole = bool(dataset.split(split).lengths)  # clips of any length, in windows
    _require_same(run, dataset, whole=whole)
    require_streams(run.features, store, run.path)
    run.check_encoders(store.encoders(), store.path)
    absent = find_missing(store, run.features, names) if missing == "empty" else []
    there = np.array([name not in set(absent) for name in names])
    found = tuple(name for name, has in zip(names, there, strict=True) if has)
    if absent and not found:
        raise FeatureError(
            f"none of the {amount(len(names), 'clip')} of split {split} has features",
            where=store.path,
            hint=of_other_clips(store),
        )
    if whole:
        predicted = predict_whole(run, store, found, dataset.grid.count, prior=prior)
    else:
        inputs = read_inputs(store, run.features, found, dataset.grid.count, frames=run.frames)
        if prior is not None:
            inputs[PRIOR] = prior
        predicted = run.predict_arrays(inputs)
    if absent:
        predicted = Predicted(*(_spread(array, there) for array in predicted))
    return SplitPrediction(*predicted, run.decoding)


def _require_same(run: TrainedRun, dataset: Dataset, *, whole: bool) -> None:
    """Refuse a dataset of other classes or, unless clips are parsed whole, of other segments."""
    if dataset.vocabulary.names != run.vocabulary.names:
        odd = unlike(run.vocabulary.names, dataset.vocabulary, "the parser")
        hint = "train a parser on these classes"
        if mostly_unlike(run.vocabulary.names, dataset.vocabulary):
            hint = f"it seems to be trained on another dataset: name its parser, or {hint}"
        raise DataError(
            f"the dataset has other classes than the parser; {odd}", where=dataset.root, hint=hint
        )
    same = whole or dataset.grid.count == run.grid.count
    if not same or dataset.grid.step_s != run.grid.step_s:
        raise DataError(
            f"expected the {amount(run.grid.count, 'segment')} of {run.grid.step_s:g} s of"
            f" training, the dataset has {dataset.grid.count} of {dataset.grid.step_s:g} s",
            where=dataset.root,
        )


def _spread(found: NDArray[np.float32], there: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the rows of the clips that are there, among rows of zeros for the others."""
    out = np.zeros((len(there), *found.shape[1:]), np.float32)
    out[there] = found
    return out
