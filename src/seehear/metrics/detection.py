"""mAP of events in time at overlaps of 0.1 to 0.9: the measure of UnAV-100 and ActivityNet.

For each class, the predicted events of all clips are ranked by score.  In this order each takes a
true event of its clip: of those that are still free and that it overlaps enough (intersection over
union of at least the threshold), the one that it overlaps most.  It is right if there is one.  A
true event that appears twice (same class, both ends within a thousandth of a second) counts once.
The mAP at a threshold is the mean over the classes that the truth has; a class without a prediction
adds 0.  `mean` is the mean over the thresholds.

Source: ttgeng233/UnAV 1609deb, libs/utils/metrics.py:13-28 (duplicates), 221-301 (matching),
libs/datasets/unav100.py:75 (thresholds); ActivityNet 82304fa, Evaluation/eval_detection.py:182-260.

Differs:
    Predictions of a class that is nowhere in the truth are left out; UnAV's code may give them the
        number of another class.
    Events without length are refused (`seehear.time.Event`); in UnAV's code two of them overlap by
        NaN, which passes every threshold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.metrics.ranked import average_precision, by_score
from seehear.time import Event

THRESHOLDS = tuple(round(0.1 * step, 1) for step in range(1, 10))
_SAME_S = 1e-3


@dataclass(frozen=True, eq=False)
class DetectionScore:
    """What `detection_map` found.

    Args:
        classes: the C classes that the truth has.
        thresholds: the K overlaps, intersection over union.
        precisions: average precision, (K, C).
    """

    classes: tuple[str, ...]
    thresholds: tuple[float, ...]
    precisions: NDArray[np.float64]

    def figures(self) -> dict[str, float]:
        """Return the mAP at each threshold, `0.5` and so on, and their `mean`."""
        means = self.precisions.mean(axis=1)
        out = {f"{t:g}": float(m) for t, m in zip(self.thresholds, means, strict=True)}
        return {**out, "mean": float(means.mean())}


def detection_map(
    predicted: Sequence[Sequence[Event]],
    true: Sequence[Sequence[Event]],
    *,
    thresholds: Sequence[float] = THRESHOLDS,
) -> DetectionScore:
    """Return how well scored events find the true ones.

    Args:
        predicted: events of each clip, each with a score.
        true: events of the same clips; their tracks play no part.
        thresholds: overlaps (intersection over union) from which an event counts as found.

    Raises:
        ValueError: different numbers of clips, no true event, or a prediction without a score.
    """
    if len(predicted) != len(true):
        raise ValueError(f"expected {amount(len(true), 'clip')}, got {len(predicted)}")
    real = [without_repeats(events) for events in true]
    classes = tuple(dict.fromkeys(event.label for events in real for event in events))
    if not classes:
        raise ValueError("expected at least one true event, got none")
    of_class = _by_class(predicted)
    precisions = np.zeros((len(thresholds), len(classes)))
    for c, label in enumerate(classes):
        spans = [_spans(events, label) for events in real]
        found = of_class.get(label, [])
        if found:
            precisions[:, c] = _precisions(found, spans, np.array(thresholds))
    return DetectionScore(classes, tuple(thresholds), precisions)


def without_repeats(events: Sequence[Event]) -> list[Event]:
    """Return the true events of a clip without repeats.

    Two events are the same where their class is and both ends lie within a thousandth of a second.
    """
    kept: list[Event] = []
    for event in events:
        if not any(_same(event, other) for other in kept):
            kept.append(event)
    return kept


def _same(one: Event, other: Event) -> bool:
    starts, ends = abs(one.start_s - other.start_s), abs(one.end_s - other.end_s)
    return one.label == other.label and starts <= _SAME_S and ends <= _SAME_S


class _Scored(NamedTuple):
    """A predicted event of the class that is looked at."""

    clip: int
    start_s: float
    end_s: float
    score: float


def _by_class(predicted: Sequence[Sequence[Event]]) -> Mapping[str, list[_Scored]]:
    out: dict[str, list[_Scored]] = {}
    for clip, events in enumerate(predicted):
        for event in events:
            if event.score is None:
                raise ValueError(f"expected a score, got none for {event.label} of clip {clip}")
            found = _Scored(clip, event.start_s, event.end_s, event.score)
            out.setdefault(event.label, []).append(found)
    return out


def _spans(events: Sequence[Event], label: str) -> NDArray[np.float64]:
    """Return starts and ends of a class, (events, 2)."""
    spans = [(event.start_s, event.end_s) for event in events if event.label == label]
    return np.array(spans, np.float64).reshape(-1, 2)


def _precisions(
    found: Sequence[_Scored], spans: Sequence[NDArray[np.float64]], thresholds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the average precision of one class at each threshold."""
    free = [np.ones((len(thresholds), len(of_clip)), np.bool_) for of_clip in spans]
    right = np.zeros((len(thresholds), len(found)), np.bool_)
    scores = np.array([event.score for event in found])
    for place, index in enumerate(by_score(scores)):
        event = found[index]
        clip = event.clip
        if not len(spans[clip]):
            continue
        overlap = _overlaps(event.start_s, event.end_s, spans[clip])
        order = by_score(overlap)
        enough = free[clip][:, order] & (overlap[order] >= thresholds[:, None])
        hit = enough.any(axis=1)
        taken = order[enough.argmax(axis=1)]
        free[clip][hit, taken[hit]] = False
        right[hit, place] = True
    positives = sum(map(len, spans))
    return np.array([average_precision(row, positives) for row in right])


def _overlaps(start_s: float, end_s: float, spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return intersection over union with each of some spans."""
    common = np.minimum(end_s, spans[:, 1]) - np.maximum(start_s, spans[:, 0])
    common = np.maximum(common, 0)
    union = (spans[:, 1] - spans[:, 0]) + (end_s - start_s) - common
    out: NDArray[np.float64] = np.zeros(len(spans))
    np.divide(common, union, out=out, where=union > 0)
    return out
