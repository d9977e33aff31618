"""A trained parser beside language over a split whose features are on disk, as parsing has it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.data import Dataset, Split, Vocabulary
from seehear.errors import FeatureError
from seehear.features import FeatureStore
from seehear.features.reader import read_segments
from seehear.metrics import evaluate
from seehear.parser.prior import ELSEWHERE, PRIORS, check_prior, mixed
from seehear.parser.trained import open_run
from seehear.parser.zero_shot.scorer import TrackEvidence
from seehear.runs.description import TrainedRun
from seehear.runs.inputs import find_missing, held, read_inputs
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
        prior: see `seehear.parser.prior`; None: as the run's recipe has it, and none where the
            folder has not what language needs, or clips differ in length.
        missing: see `predict_with`.

    Raises:
        ConfigError: no such prior.
        FeatureError: the folder has not what a prior that was asked for needs; see `predict_with`.
        DataError: see `predict_with`.
        WeightsError: the weights that words are read with are not in the cache.
    """
    name = prior or run.prior
    check_prior(name)
    predicted = predict_with(run, store, dataset, split, missing=missing)
    if PRIORS[name] is None:
        return Judged(predicted, name)
    from seehear.parser.zero_shot.offline import picture_evidence, sound_evidence

    evidence = (sound_evidence(run.vocabulary)[0], picture_evidence(run.vocabulary)[0])
    if problem := _unfit(store, evidence, dataset.split(split)):
        if prior is None:
            return Judged(predicted, "none")
        raise problem
    names = dataset.split(split).names
    absent = find_missing(store, run.features, names) if missing == "empty" else []
    there = ~np.isin(names, absent)
    found = tuple(np.array(names)[there].tolist())
    words = _language(store, evidence, found, run.vocabulary, dataset.grid.count)
    beyond = _beyond(run, store, found)
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


def _guided(
    name: str,
    predicted: SplitPrediction,
    run: TrainedRun,
    there: NDArray[np.bool_],
    beside: tuple[NDArray[np.float32], NDArray[np.float64] | None],
) -> SplitPrediction:
    """Return probabilities with language beside them, of the clips that are there."""
    limits, elsewhere = PRIORS[name], ELSEWHERE.get(name)
    assert limits is not None
    words, beyond = beside
    if elsewhere is not None and beyond is None:
        limits, elsewhere = elsewhere, None
    segment, track, pooled = (array.copy() for array in predicted[:3])
    for clip, row in enumerate(np.flatnonzero(there)):
        names, probs = run.vocabulary.names, (track[row], pooled[row])
        network = Scores(segment[row], run.grid, names, *probs)
        both = limits.guided(network, words[clip])
        if elsewhere is not None and beyond is not None:
            far = np.full(run.grid.count, beyond[clip])
            both = mixed(both, elsewhere.guided(network, words[clip]), far)
        segment[row] = both.segment_prob
        track[row], pooled[row] = both.pooled()
    return SplitPrediction(segment, track, pooled, predicted.decoding)


def _unfit(
    store: FeatureStore, evidence: tuple[TrackEvidence, TrackEvidence], split: Split
) -> FeatureError | None:
    """Return why language cannot stand beside a run here; None: it can."""
    if split.lengths:
        return FeatureError(
            "a prior works only with clips of one length",
            where=store.path,
            hint="take the prior none, or evaluate what seehear parse makes of the videos",
        )
    needed = [stream for track in evidence for stream in track.streams]
    lacking = [stream for stream in needed if stream not in store.streams]
    if not lacking:
        return None
    return FeatureError(
        f"expected {', '.join(lacking)} for the prior, the folder holds {held(store)}",
        where=store.path,
        hint="extract with yamnet and conse, or take the prior none",
    )


def _beyond(
    run: TrainedRun, store: FeatureStore, names: tuple[str, ...]
) -> NDArray[np.float64] | None:
    """Return how far clips are beyond what is like the training clips; None: nothing can tell."""
    likeness = run.likeness()
    if likeness is None:
        return None
    inputs = read_inputs(store, run.features, names, run.grid.count, frames=run.frames)
    return likeness.unlike(inputs)


def _language(
    store: FeatureStore,
    evidence: tuple[TrackEvidence, TrackEvidence],
    names: tuple[str, ...],
    vocabulary: Vocabulary,
    segments: int,
) -> NDArray[np.float32]:
    """Return the probabilities of the preset `offline`, (N, T, 2, C)."""
    from seehear.parser.zero_shot.offline import COUPLING

    tracks = []
    for track in evidence:
        rows = {stream: read_segments(store, stream, names, segments) for stream in track.streams}
        tracks.append(rows)
    out = np.zeros((len(names), segments, 2, len(vocabulary)), np.float32)
    for clip in range(len(names)):
        present = []
        for number, (track, rows) in enumerate(zip(evidence, tracks, strict=True)):
            values = {stream: array[clip] for stream, array in rows.items()}
            out[clip, :, number], there = _track(track, values)
            present.append(there)
        out[clip] = COUPLING.prob(out[clip], (present[0], present[1]))
    return out


def _track(
    evidence: TrackEvidence, values: Mapping[str, NDArray[np.float32]]
) -> tuple[NDArray[np.float32], bool]:
    """Return the probabilities of one track of a clip, and whether anything of it is there."""
    some = values[evidence.streams[0]].any(axis=1)
    kept = evidence.of(values)
    kept[~some] = evidence.nothing()
    return (
        (evidence.prob(kept), True) if some.any() else (np.zeros(kept.shape[:2], np.float32), False)
    )
