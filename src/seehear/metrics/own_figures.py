"""A benchmark's own figures of predictions, each by its own rules, beside the ten of LLP.

They need different things of the predictions: probabilities (LFAV's snippet mAP, VGGSounder's
first classes), events with scores (UnAV-100, ActivityNet), decisions (AVE's accuracy, LFAV's event
F).  A figure is None where something is missing for it, and a note says what.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.data.dataset import Dataset, Split
from seehear.data.truth import Truth
from seehear.metrics.accuracy import one_class, segment_accuracy
from seehear.metrics.clip_labels import clip_figures, decided_figures
from seehear.metrics.detection import detection_map
from seehear.metrics.report import evaluate
from seehear.metrics.snippets import snippet_map
from seehear.time import Event, Track
from seehear.time.raster import runs

_NO_SCORES = "needs probabilities: timelines with scores, an .npz with segment_prob, or a model"
_NO_EVENT_SCORES = "needs a score for every event: timelines, an .npz with segment_prob, or a model"
_STREAMS = ("audio", "visual", "audio_visual")
Figures = dict[str, float | None]


@dataclass(frozen=True, eq=False)
class Given:
    """What there is of the predictions of a split's N clips.

    Args:
        audio, visual: decisions (N, T, C) on the dataset's grid.
        probs: probabilities of each clip, (T, 2, C), any T; None: there are none.
        events: audio-visual events of each clip; None: they are where `audio` and `visual` are on.
        lengths: number of segments of each clip; None for a clip whose length is not known; empty:
            no length is known.
    """

    audio: NDArray[np.bool_]
    visual: NDArray[np.bool_]
    probs: Sequence[NDArray[np.floating]] | None = None
    events: Sequence[Sequence[Event]] | None = None
    lengths: Sequence[int | None] = ()


@dataclass(frozen=True)
class Official:
    """What a benchmark measures.

    Args:
        benchmark: whose figures these are.
        figures: fractions by name; None where one cannot be made.
        notes: what is missing, or how something was taken.
    """

    benchmark: str
    figures: Figures
    notes: list[str] = field(default_factory=list)


def official_figures(
    dataset: Dataset, split: Split, truth: Truth | None, given: Given
) -> Official | None:
    """Return the benchmark's own figures; None where the dataset belongs to no benchmark.

    Args:
        dataset: as opened.
        split: whose clips were predicted.
        truth: of the split, which the predictions are measured against; None: it has no times.
        given: the predictions.
    """
    if dataset.official is None:
        return None
    notes: list[str] = []
    figures = _MEASURES[dataset.official](dataset, split, truth, given, notes)
    return Official(dataset.name, figures, notes)


def _lfav(
    dataset: Dataset, split: Split, truth: Truth | None, given: Given, notes: list[str]
) -> Figures:
    """Return snippet mAP and event F of whole clips, and what LFAV chooses its models by."""
    assert truth is not None
    lengths = _lengths(dataset, split, given)
    inside = np.arange(dataset.grid.count) < np.array(lengths)[:, None]
    cut = [a & inside[:, :, None] for a in (given.audio, given.visual, truth.audio, truth.visual)]
    events = evaluate(*cut).figures()
    out: Figures = {f"event_f/{stream}": events[f"event/{stream}"] for stream in _STREAMS}
    out["event_f/mean"] = events["event/type"]
    names = [f"snippet_map/{name}" for name in (*_STREAMS, "mean")]
    if given.probs is None:
        notes.append(f"snippet mAP {_NO_SCORES}")
        return {**dict.fromkeys(names), **out, "selection": None}
    probs, truths = [], []
    for index, length in enumerate(lengths):
        both = np.stack([truth.audio[index], truth.visual[index]], axis=1)
        probs.append(_of_length(given.probs[index], length))
        truths.append(_of_length(both, length).astype(np.bool_))
    found = snippet_map(probs, truths)
    maps = {f"snippet_map/{name}": value for name, value in found.items()}
    return {**maps, **out, "selection": (found["mean"] + events["event/type"]) / 2}


def _lengths(dataset: Dataset, split: Split, given: Given) -> list[int]:
    """Return how many segments each clip has: as predicted, else as in the tables, else all."""
    told = split.lengths or [None] * len(split)
    own = given.lengths or [None] * len(split)
    pairs = zip(own, told, strict=True)
    return [predicted or table or dataset.grid.count for predicted, table in pairs]


def _of_length(rows: NDArray[Any], length: int) -> NDArray[Any]:
    """Return the first rows, with rows of zeros after them where there are too few."""
    out = np.zeros((length, *rows.shape[1:]), rows.dtype)
    out[: len(rows)] = rows[:length]
    return out


def _ave(
    dataset: Dataset, split: Split, truth: Truth | None, given: Given, notes: list[str]
) -> Figures:
    """Return the accuracy of one class a segment."""
    assert truth is not None
    joint = None
    if given.probs is None:
        notes.append("without probabilities, of several classes that are on the first is taken")
    else:
        count = dataset.grid.count
        joint = np.stack([_of_length(p.prod(axis=1), count) for p in given.probs])
    predicted = one_class(given.audio & given.visual, joint)
    true = one_class(truth.audio & truth.visual)
    return {"segment_accuracy": segment_accuracy(predicted, true)}


def _activitynet(
    dataset: Dataset, split: Split, truth: Truth | None, given: Given, notes: list[str]
) -> Figures:
    """Return mAP at each overlap and their mean, of the events decided on."""
    assert truth is not None
    events = given.events
    if events is None and given.probs is not None:
        events = _events(dataset, given, given.probs)
    scored = events is not None and all(e.score is not None for of in events for e in of)
    if events is None or not scored:
        notes.append(f"mAP {_NO_EVENT_SCORES}")
        return {"map/mean": None}
    found = detection_map(events, truth.audio_intervals).figures()
    return {f"map/{name}": value for name, value in found.items()}


def _events(
    dataset: Dataset, given: Given, probs: Sequence[NDArray[np.floating]]
) -> list[list[Event]]:
    """Return what is heard and seen at once, each event with the mean of its joint probability."""
    grid, names, out = dataset.grid, dataset.vocabulary.names, []
    for on, prob in zip(given.audio & given.visual, probs, strict=True):
        joint = _of_length(prob.prod(axis=1), grid.count)
        found = []
        for c in np.flatnonzero(on.any(axis=0)):
            for start, end in runs(on[:, c]):
                score = float(joint[start:end, c].mean())
                edges = grid.edges(start)[0], grid.edges(end - 1)[1]
                found.append(Event(*edges, Track.AUDIO_VISUAL, names[c], score))
        out.append(found)
    return out


def _vggsounder(
    dataset: Dataset, split: Split, truth: Truth | None, given: Given, notes: list[str]
) -> Figures:
    """Return what the first classes and the decisions of every clip are worth."""
    assert split.track_weak is not None
    heard, seen = split.track_weak.astype(bool).transpose(1, 0, 2)
    on = {"a": given.audio, "v": given.visual, "av": given.audio & given.visual}
    decided: dict[str, NDArray[np.bool_]] = {}
    for name, segments in on.items():
        decided[name] = np.any(segments, axis=1)
    out: Figures = dict(decided_figures(decided, heard, seen))
    if given.probs is None:
        notes.append(f"hit@k, F1@k and modality confusion {_NO_SCORES}")
        return out
    best = []
    for prob in given.probs:
        best.append([prob[:, 0].max(axis=0), prob[:, 1].max(axis=0), prob.prod(axis=1).max(axis=0)])
    scores = dict(zip(("a", "v", "av"), np.stack(best).transpose(1, 0, 2), strict=True))
    notes.append("a class of a clip scores as its best segment; both tracks: the product of theirs")
    return {**clip_figures(scores, heard, seen), **out}


# the figures to look at first, where there is room for few
HEADLINES: Mapping[str, tuple[str, ...]] = {
    "lfav": ("snippet_map/mean", "event_f/mean"),
    "ave": ("segment_accuracy",),
    "activitynet": ("map/0.5", "map/mean"),
    "vggsounder": ("a/hit@1", "v/hit@1", "av/hit@1"),
}
_Measure = Callable[[Dataset, Split, Truth | None, Given, list[str]], Figures]
_MEASURES: Mapping[str, _Measure] = {
    "lfav": _lfav,
    "ave": _ave,
    "activitynet": _activitynet,
    "vggsounder": _vggsounder,
}
