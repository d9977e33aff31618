"""A trained parser guided by language, as in parsing, on a split whose features are on disk."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.data import Dataset
from seehear.features import FeatureStore
from seehear.features.windowed import Window, WindowedStore, segments_of, window_starts
from seehear.metrics import evaluate
from seehear.parser.language import StoredLanguage
from seehear.parser.prior import ELSEWHERE, PRIORS, check_prior, mixed
from seehear.parser.trained import open_run
from seehear.runs.description import TrainedRun
from seehear.runs.inputs import find_missing, read_inputs
from seehear.runs.language import starting_logits
from seehear.runs.split import SplitPrediction, predict_with
from seehear.time import Scores, decide


class Judged(NamedTuple):
    """Probabilities of a split, and the prior that they were made with."""

    predicted: SplitPrediction
    prior: str


def predict_beside(
    run: TrainedRun,
    store: FeatureStore,
    dataset: Dataset,
    split: str,
    *,
    prior: str | None = None,
    missing: Literal["error", "empty"] = "error",
) -> Judged:
    """Return the probabilities of every clip of `split`.  Weak labels and truth are never read.

    Args:
        run: a trained parser.
        store: an open features folder.
        dataset: whose clips and vocabulary are meant.
        split: its name.
        prior: see `seehear.parser.prior`; None: that of the run's recipe, or `none` where the
            folder lacks what language needs.
        missing: see `predict_with`.

    Raises:
        ConfigError: no such prior.
        FeatureError: the folder lacks what the prior asked for needs; see `predict_with`.
        DataError: see `predict_with`.
        WeightsError: weights of the text encoder are not in the cache.
    """
    name = prior or run.prior
    check_prior(name)
    if PRIORS[name] is None and not run.takes_prior:
        return Judged(predict_with(run, store, dataset, split, missing=missing), name)
    language = StoredLanguage.of(run.vocabulary)
    if problem := language.unfit(store):
        if prior is not None or run.takes_prior:
            raise problem
        return Judged(predict_with(run, store, dataset, split, missing=missing), "none")
    names, longest = dataset.split(split).names, dataset.grid.count
    absent = find_missing(store, run.features, names) if missing == "empty" else []
    there = ~np.isin(names, absent)
    found = tuple(np.array(names)[there].tolist())
    counts = _counts(store, dataset, split, found)
    words = language.probs(store, found, counts)
    classes = len(run.vocabulary)
    starts = starting_logits(words, longest, classes) if run.takes_prior else None
    predicted = predict_with(run, store, dataset, split, missing=missing, prior=starts)
    if PRIORS[name] is None:
        return Judged(predicted, name)
    beyond = _beyond(run, store, found, counts)
    return Judged(_guided(name, predicted, run, there, (words, beyond)), name)


def evaluate_beside(
    model: str | Path,
    store: FeatureStore,
    dataset: Dataset,
    split: str,
    *,
    prior: str | None = None,
) -> dict[str, float]:
    """Return the ten figures of a trained parser on a split with truth; see `predict_beside`."""
    run = open_run(model)
    *prob, decoding = predict_beside(run, store, dataset, split, prior=prior).predicted
    on = decide(*prob, decoding=decoding, step_s=dataset.grid.step_s)
    truth = dataset.split(split).truth()
    return dict(evaluate(on[:, :, 0], on[:, :, 1], truth.audio, truth.visual).figures())


def _counts(store: FeatureStore, dataset: Dataset, split: str, names: Sequence[str]) -> list[int]:
    """Return how many segments each clip has."""
    longest = dataset.grid.count
    if not dataset.split(split).lengths:
        return [longest] * len(names)
    return [segments_of(store, name) or longest for name in names]


def _guided(
    name: str,
    predicted: SplitPrediction,
    run: TrainedRun,
    there: NDArray[np.bool_],
    beside: tuple[Sequence[NDArray[np.float32]], Sequence[NDArray[np.float64]] | None],
) -> SplitPrediction:
    """Return the probabilities guided by language, where clips have features."""
    limits, elsewhere = PRIORS[name], ELSEWHERE.get(name)
    assert limits is not None
    words, beyond = beside
    if elsewhere is not None and beyond is None:
        limits, elsewhere = elsewhere, None
    segment, track, pooled = (array.copy() for array in predicted[:3])
    for clip, row in enumerate(np.flatnonzero(there)):
        said = words[clip][: segment.shape[1]]
        grid, names = replace(run.grid, count=len(said)), run.vocabulary.names
        network = Scores(segment[row, : len(said)], grid, names, track[row], pooled[row])
        both = limits.guided(network, said)
        if elsewhere is not None and beyond is not None:
            far = beyond[clip][: len(said)]
            both = mixed(both, elsewhere.guided(network, said), far)
        segment[row, : len(said)] = both.segment_prob
        track[row], pooled[row] = both.pooled()
    return SplitPrediction(segment, track, pooled, predicted.decoding)


def _beyond(
    run: TrainedRun, store: FeatureStore, names: Sequence[str], counts: Sequence[int]
) -> list[NDArray[np.float64]] | None:
    """Return how unlike the training clips the segments of each clip are, (T,); None: not known.

    Above zero they are unlike.  A segment has the mean of the windows that hold it.
    """
    likeness = run.likeness()
    if likeness is None:
        return None
    length, found = run.grid.count, []
    for name, count in zip(names, counts, strict=True):
        windows = [Window(name, start, length, count) for start in _starts(count, length)]
        seen = WindowedStore(store, windows)
        of_windows = tuple(window.name for window in windows)
        inputs = read_inputs(seen, run.features, of_windows, length, frames=run.frames)
        total, times = np.zeros((2, max(count, length)))
        for window, value in zip(windows, likeness.unlike(inputs), strict=True):
            total[window.start : window.start + length] += value
            times[window.start : window.start + length] += 1
        found.append((total / times)[:count])
    return found


def _starts(count: int, length: int) -> list[int]:
    return window_starts(count, length, length // 2)
