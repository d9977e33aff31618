"""From counts to figures: the ten that papers report; and figures per clip, per class and pooled.

A class is *counted* in a clip if any of TP, FP, FN is not zero.  The clip's score of a stream is
the mean over counted classes of F = 2TP / (2TP + FP + FN), and **1 if no class is counted**.
`event` first adds the counts of the audio and visual tracks per class.  A figure is the mean over
clips with equal weight; `type` is the mean of the audio, visual and audio-visual figures.  So this
is neither a micro nor a macro F over the set, and empty clips matter: predicting nothing scores
10.1 % on the visual track of LLP's test split.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.metrics.counts import LEVELS, STREAMS, Counts, Level, Whole, count

_KINDS = ("audio", "visual", "audio_visual", "type", "event")
CLIP_KEYS = tuple(f"{level}/{stream}" for level in LEVELS for stream in STREAMS)
FIGURE_KEYS = tuple(f"{level}/{kind}" for level in LEVELS for kind in _KINDS)
Floats = NDArray[np.float64]
_CLIPS = 10_000  # scored at a time: bounds temporary memory


@dataclass(frozen=True, eq=False)
class Pooled:
    """Precision, recall and F of counts that were added up before dividing; NaN where the divisor
    is 0.

    Args:
        precision: TP / (TP + FP).
        recall: TP / (TP + FN).
        f1: 2TP / (2TP + FP + FN).
        predicted: TP + FP, the number of predicted segments or events.
        true: TP + FN, the number of true ones.
    """

    precision: Floats
    recall: Floats
    f1: Floats
    predicted: NDArray[Any]
    true: NDArray[Any]

    @classmethod
    def of(cls, tp: NDArray[Any], fp: NDArray[Any], fn: NDArray[Any]) -> "Pooled":
        """Return the figures of added counts, of any shape."""
        return cls(
            _ratio(tp, tp + fp),
            _ratio(tp, tp + fn),
            _ratio(2 * tp, 2 * tp + fp + fn),
            tp + fp,
            tp + fn,
        )


@dataclass(frozen=True, eq=False)
class Report:
    """What `evaluate` found.

    Args:
        counts: by level.
    """

    counts: Mapping[Level, Counts]

    def __len__(self) -> int:
        return len(self.counts["segment"].tp)

    def figures(self) -> dict[str, float]:
        """Return the ten figures, fractions in [0, 1], by `FIGURE_KEYS`."""
        return dict(zip(FIGURE_KEYS, self.matrix().mean(axis=0).tolist(), strict=True))

    def per_clip(self) -> dict[str, Floats]:
        """Return the scores of every clip, (N,) each, by `CLIP_KEYS`, which leave out `type`."""
        return {key: self._scores[:, index].copy() for index, key in enumerate(CLIP_KEYS)}

    def matrix(self) -> Floats:
        """Return what each clip adds to each figure, (N, 10); a figure is its column's mean."""
        scores = self._scores.reshape(len(self), len(LEVELS), len(STREAMS))
        kind = scores[:, :, :3].sum(axis=2, keepdims=True) / 3
        columns = np.concatenate([scores[:, :, :3], kind, scores[:, :, 3:]], axis=2)
        return columns.reshape(len(self), len(FIGURE_KEYS))

    def per_class(self) -> dict[str, Pooled]:
        """Return precision, recall and F of every class, (C,) each, counts added over clips."""
        return self._pooled_over((0,))

    def per_class_clip_mean(self) -> dict[str, Floats]:
        """Return the mean of each class's F over the clips where it is counted, (C,).

        A class that no clip counts is NaN.
        """
        out = {}
        for level, counts in self.counts.items():
            f, counted = _f1(counts.tp, counts.fp, counts.fn)
            mean = _ratio(f.sum(axis=0), counted.sum(axis=0))
            out.update({f"{level}/{stream}": mean[index] for index, stream in enumerate(STREAMS)})
        return out

    def pooled(self) -> dict[str, Pooled]:
        """Return precision, recall and F with counts added over clips and classes, 0-d each."""
        return self._pooled_over((0, 2))

    def _pooled_over(self, axes: tuple[int, ...]) -> dict[str, Pooled]:
        """Return the figures of counts added over clips (axis 0) and perhaps classes (axis 2)."""
        out = {}
        for level in LEVELS:
            of_level = self.counts[level]
            for index, stream in enumerate(STREAMS):
                found = [n.sum(axis=axes, dtype=np.int64)[index] for n in of_level.each()]
                out[f"{level}/{stream}"] = Pooled.of(*found)
        return out

    @cached_property
    def _scores(self) -> Floats:
        """The score of every clip by `CLIP_KEYS`, (N, 8)."""
        scores = np.empty((len(self), len(CLIP_KEYS)))
        for first in range(0, len(self), _CLIPS):
            part = slice(first, first + _CLIPS)
            of_levels = [_clip_scores(self.counts[level], part) for level in LEVELS]
            scores[part] = np.concatenate(of_levels, axis=1)
        return scores


def evaluate(
    pred_audio: ArrayLike, pred_visual: ArrayLike, true_audio: ArrayLike, true_visual: ArrayLike
) -> Report:
    """Return how good decisions are, at segment and event level.

    Args:
        pred_audio: (clips, segments, classes) of 0 and 1 (any type); what is predicted to be heard.
        pred_visual: what is predicted to be seen, same shape.
        true_audio: the truth, same shape.
        true_visual: the truth, same shape.

    Raises:
        ValueError: shapes differ, are not three-dimensional, hold no clip, or values other than 0
            and 1.

    Differs:
        Nothing from the official evaluation of LLP on a common grid: every clip within 1e-9
            (tested).

    Examples:
        >>> import numpy as np
        >>> truth = np.ones((1, 10, 2))
        >>> evaluate(truth, 0 * truth, truth, 0 * truth).figures()["segment/type"]
        1.0
    """
    named = {
        "pred_audio": pred_audio,
        "pred_visual": pred_visual,
        "true_audio": true_audio,
        "true_visual": true_visual,
    }
    arrays = {name: binary(array, name) for name, array in named.items()}
    expected = arrays["true_audio"].shape
    for name, array in arrays.items():
        if array.shape != expected:
            raise ValueError(
                f"{name}: expected the shape of true_audio, (clips, segments, classes) ="
                f" {expected}, got {array.shape}"
            )
    if expected[0] == 0:
        raise ValueError("expected at least one clip, got none")
    return Report(count(*arrays.values()))


def binary(array: ArrayLike, name: str) -> NDArray[np.bool_]:
    """Return an array (clips, segments, classes) of 0 and 1 as booleans.

    Raises:
        ValueError: it is anything else; the message calls it `name`.
    """
    values = np.asarray(array)
    if values.ndim != 3:
        raise ValueError(
            f"{name}: expected an array (clips, segments, classes), got shape {values.shape}"
        )
    if values.dtype == np.bool_:
        return values
    if values.dtype.kind not in "iuf":
        raise ValueError(f"{name}: expected numbers, got {values.dtype}")
    as_bool = values.astype(np.bool_)
    if values.dtype.kind == "u" and values.max(initial=0) <= 1:
        return as_bool
    if not np.array_equal(as_bool, values):
        odd = values[as_bool != values].flat[0]
        raise ValueError(
            f"{name}: expected 0 and 1 only, got {odd}; decide probabilities first"
            " (seehear.time.decide)"
        )
    return as_bool


def _f1(tp: Whole, fp: Whole, fn: Whole) -> tuple[Floats, NDArray[np.bool_]]:
    whole = 2 * tp + fp + fn
    # in double precision whatever the counts are stored as
    return np.divide(2 * tp, np.maximum(whole, 1), dtype=np.float64), whole > 0


def _clip_scores(counts: Counts, part: slice) -> Floats:
    f, counted = _f1(counts.tp[part], counts.fp[part], counts.fn[part])
    classes = counted.sum(axis=2)
    score: Floats = np.where(classes > 0, f.sum(axis=2) / np.maximum(classes, 1), 1.0)
    return score


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    out: Floats = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=out, where=np.asarray(whole) > 0)
    return out
