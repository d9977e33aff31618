"""True and false positives and false negatives of every clip, stream and class, at both levels.

The input is the decisions and the truth of N clips, boolean (N, T, C) for each track.  The stream
`audio_visual` is where both tracks are on; the stream `event` adds the counts of the audio and
visual tracks.  Counts are whole numbers and can be added.

Segment level: over the T segments, TP = predicted and true, FP = predicted only, FN = true only.

Event level: events are maximal runs of ones.  A predicted event is a TP if it has an intersection
over union of at least one half with *some* true event of its class, else an FP; a true event is an
FN if *no* predicted event has that with it.  Three facts turn this into a scan over time that does
every clip and class at once:

- A predicted and a true run overlap in exactly one maximal run of *prediction and truth*, so the
  runs of the conjunction are the pairs to look at.
- With I segments in common and lengths P and G, I / (P + G - I) >= 1/2 is the same as
  3 I >= P + G: a comparison of whole numbers, in which exactly one half counts.
- Two runs of one row cannot both match the same third run: each would have to share half of it at
  least, but the gap between them lies inside it.  So the matching pairs are at once the matched
  predictions and the matched truths.

Source: official evaluation of LLP (Tian et al., ECCV 2020); identical in all eleven releases that
were compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Level = Literal["segment", "event"]
LEVELS: tuple[Level, ...] = ("segment", "event")
STREAMS = ("audio", "visual", "audio_visual", "event")

# clips x segments x classes worked on at a time: small enough to stay in the processor's cache
_CELLS = 100_000
Bools = NDArray[np.bool_]
Whole = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, eq=False)
class Counts:
    """What one level counted.

    Args:
        tp: (N, 4, C) whole numbers, streams in the order of `STREAMS`.
        fp: likewise.
        fn: likewise.
    """

    tp: Whole
    fp: Whole
    fn: Whole

    def each(self) -> tuple[Whole, Whole, Whole]:
        """Return the three, in this order."""
        return self.tp, self.fp, self.fn


def count(
    pred_audio: Bools, pred_visual: Bools, true_audio: Bools, true_visual: Bools
) -> Mapping[Level, Counts]:
    """Return the counts of both levels.

    Args:
        pred_audio, pred_visual: the decisions, (N, T, C), any T and C.
        true_audio, true_visual: the truth, of the same shape.
    """
    clips, segments, classes = pred_audio.shape
    dtype = np.min_scalar_type(-4 * segments - 1)  # no number below exceeds four times T
    shape = (clips, len(STREAMS), classes)
    out = {level: Counts(*np.empty((3, *shape), dtype)) for level in LEVELS}
    size = max(1, _CELLS // max(1, segments * classes))
    for first in range(0, clips, size):
        part = slice(first, first + size)
        pred = _streams(pred_audio[part], pred_visual[part])
        true = _streams(true_audio[part], true_visual[part])
        common = pred & true
        segments_on = [rows.sum(axis=0, dtype=dtype) for rows in (common, pred, true)]
        _fill(out["segment"], part, *segments_on)
        matches = _matches(pred, true, common, dtype)
        _fill(out["event"], part, matches, _runs(pred, dtype), _runs(true, dtype))
    return out


def _streams(audio: Bools, visual: Bools) -> Bools:
    """Return audio, visual and audio-visual rows with time first, (T, N, 3, C)."""
    clips, segments, classes = audio.shape
    out = np.empty((segments, clips, 3, classes), np.bool_)
    out[:, :, 0] = audio.transpose(1, 0, 2)
    out[:, :, 1] = visual.transpose(1, 0, 2)
    np.logical_and(out[:, :, 0], out[:, :, 1], out=out[:, :, 2])
    return out


def _fill(counts: Counts, part: slice, tp: Whole, predicted: Whole, true: Whole) -> None:
    for whole, values in ((counts.tp, tp), (counts.fp, predicted - tp), (counts.fn, true - tp)):
        whole[part, :3] = values
        whole[part, 3] = values[:, 0] + values[:, 1]


def _runs(rows: Bools, dtype: np.dtype[Any]) -> Whole:
    """Return the number of runs of ones, (N, 3, C): segments that are on after one that is off."""
    begun = (rows[1:] & ~rows[:-1]).sum(axis=0, dtype=dtype)
    number: Whole = begun + rows[:1].sum(axis=0, dtype=dtype)  # on from the first segment
    return number


def _matches(pred: Bools, true: Bools, common: Bools, dtype: np.dtype[Any]) -> Whole:
    """Return the number of pairs of runs with at least half of their union in common, (N, 3, C)."""
    ends = common.copy()
    ends[:-1] &= ~common[1:]  # each pair is judged once, where its common run ends
    met = 3 * _so_far(common, dtype) >= _lengths(pred, dtype) + _lengths(true, dtype)
    number: Whole = (ends & met).sum(axis=0, dtype=dtype)
    return number


def _so_far(rows: Bools, dtype: np.dtype[Any]) -> Whole:
    """Return for each segment how long its run has lasted, itself included; 0 where it is off."""
    out = rows.astype(dtype)
    for t in range(1, len(rows)):
        out[t] += out[t - 1]
        out[t] *= rows[t]
    return out


def _lengths(rows: Bools, dtype: np.dtype[Any]) -> Whole:
    """Return for each segment the length of its whole run; 0 where it is off."""
    out = _so_far(rows, dtype)
    for t in range(len(rows) - 2, -1, -1):
        np.maximum(out[t], out[t + 1] * rows[t], out=out[t])
    return out
