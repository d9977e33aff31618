"""The evaluation written out step by step, one clip, class and event at a time.

It is slow, and tests compare the fast one with it.  A row is a vector of T numbers, an event is a
vector of its own with ones where it lasts, and sets of events are compared pair by pair.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.int64]


def true_positives(pred: Row, true: Row) -> int:
    """Return the number of segments that are on in both rows, (T,) each."""
    return int(np.sum(pred * true))


def false_positives(pred: Row, true: Row) -> int:
    """Return the number of segments that are on in the prediction only."""
    return int(np.sum(pred * (1 - true)))


def false_negatives(pred: Row, true: Row) -> int:
    """Return the number of segments that are on in the truth only."""
    return int(np.sum((1 - pred) * true))


def extract_events(row: Row) -> list[Row]:
    """Return each maximal run of ones as a row of its own."""
    events: list[Row] = []
    begin = None
    for t in range(len(row) + 1):
        on = t < len(row) and row[t] == 1
        if on and begin is None:
            begin = t
        if not on and begin is not None:
            event = np.zeros(len(row), np.int64)
            event[begin:t] = 1
            events.append(event)
            begin = None
    return events


def matches(a: Row, b: Row) -> bool:
    """Return whether two events have at least half of their union in common."""
    union = int(np.sum(np.maximum(a, b)))
    return int(np.sum(np.minimum(a, b))) >= 0.5 * union


def match_events(pred: list[Row], true: list[Row]) -> tuple[int, int, int]:
    """Return (TP, FP, FN): predictions with a match, predictions without, true events without.

    An event may match several others.
    """
    tp = sum(1 for p in pred if has_match(p, true))
    fn = sum(1 for t in true if not has_match(t, pred))
    return tp, len(pred) - tp, fn


def has_match(event: Row, others: list[Row]) -> bool:
    """Return whether an event has at least half of its union in common with some other."""
    return any(matches(event, other) for other in others)


def class_mean(counts: list[tuple[int, int, int]]) -> float:
    """Return the mean of F = 2TP / (2TP + FP + FN) over classes with any count, 1 without any."""
    scores = [2 * tp / (2 * tp + fp + fn) for tp, fp, fn in counts if tp + fp + fn > 0]
    return sum(scores) / len(scores) if scores else 1.0


def score_clip(
    pred_audio: NDArray[Any],
    pred_visual: NDArray[Any],
    true_audio: NDArray[Any],
    true_visual: NDArray[Any],
) -> dict[str, float]:
    """Return the eight scores of one clip from arrays (T, C) of 0 and 1."""
    pred = {"audio": np.asarray(pred_audio, np.int64), "visual": np.asarray(pred_visual, np.int64)}
    true = {"audio": np.asarray(true_audio, np.int64), "visual": np.asarray(true_visual, np.int64)}
    pred["audio_visual"] = pred["audio"] * pred["visual"]
    true["audio_visual"] = true["audio"] * true["visual"]
    scores = {}
    for level in ("segment", "event"):
        counts: dict[str, list[tuple[int, int, int]]] = {}
        for stream in ("audio", "visual", "audio_visual"):
            counts[stream] = []
            for c in range(pred[stream].shape[1]):
                p, t = pred[stream][:, c], true[stream][:, c]
                if level == "segment":
                    counts[stream].append(
                        (true_positives(p, t), false_positives(p, t), false_negatives(p, t))
                    )
                else:
                    counts[stream].append(match_events(extract_events(p), extract_events(t)))
            scores[f"{level}/{stream}"] = class_mean(counts[stream])
        pooled = [
            (a[0] + v[0], a[1] + v[1], a[2] + v[2])
            for a, v in zip(counts["audio"], counts["visual"], strict=True)
        ]
        scores[f"{level}/event"] = class_mean(pooled)
    return scores


def evaluate(
    pred_audio: NDArray[Any],
    pred_visual: NDArray[Any],
    true_audio: NDArray[Any],
    true_visual: NDArray[Any],
) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Return (the ten figures, the eight scores of every clip) of arrays (N, T, C) of 0 and 1."""
    each = zip(pred_audio, pred_visual, true_audio, true_visual, strict=True)
    clips = [score_clip(*arrays) for arrays in each]
    per_clip: dict[str, list[float]] = {}
    for key in clips[0]:
        per_clip[key] = [clip[key] for clip in clips]
    figures = {key: sum(values) / len(values) for key, values in per_clip.items()}
    for level in ("segment", "event"):
        streams = ("audio", "visual", "audio_visual")
        figures[f"{level}/type"] = sum(figures[f"{level}/{s}"] for s in streams) / 3
    return figures, per_clip
