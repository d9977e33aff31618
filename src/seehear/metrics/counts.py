"""True positives, false positives and false negatives of every clip, stream and class, at both levels.

Input are the decisions and the truth of N clips, boolean (N, T, C) for each track.  The audio-visual stream is their
product.  Counts are whole numbers and additive: over classes, clips and tracks.

Segment level: over the T segments, TP = predicted and true, FP = predicted only, FN = true only.

Event level: events are maximal runs of ones.  A predicted event is a TP if it has an intersection over union of at
least one half with *some* true event of its class, else an FP; a true event is an FN if *no* predicted event has it
with it.  Exactly one half counts, and is decided in whole numbers: with I segments in common and lengths P and G,
I / (P + G - I) >= 1/2 iff 3 I >= P + G.  On a common grid this rule and one-to-one matching agree, because two
disjoint runs cannot each have half of their union in common with the same third run.

Source: official evaluation of LLP (Tian et al., ECCV 2020); identical in all eleven releases that were compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seehear.metrics.runs import Runs, find_runs, spaced

Level = Literal["segment", "event"]
LEVELS: tuple[Level, ...] = ("segment", "event")
STREAMS = ("audio", "visual", "audio_visual")

_CELLS = 1_500_000  # segments x classes x clips worked on at a time: keeps temporary memory small and in cache


@dataclass(frozen=True)
class Counts:
    """What one level counted.

    Args:
        tp: (N, S, C) int32, streams in the order of `STREAMS`.
        fp: likewise.
        fn: likewise.
    """

    tp: NDArray[np.int32]
    fp: NDArray[np.int32]
    fn: NDArray[np.int32]

    def of(self, stream: str) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Return (tp, fp, fn) of one stream, each (N, C); `event` adds those of the audio and visual tracks."""
        if stream == "event":
            return self.tp[:, 0] + self.tp[:, 1], self.fp[:, 0] + self.fp[:, 1], self.fn[:, 0] + self.fn[:, 1]
        index = STREAMS.index(stream)
        return self.tp[:, index], self.fp[:, index], self.fn[:, index]


def count(
    pred_audio: NDArray[np.bool_], pred_visual: NDArray[np.bool_],
    true_audio: NDArray[np.bool_], true_visual: NDArray[np.bool_],
) -> dict[Level, Counts]:
    """Return the counts of both levels; arrays are (N, T, C), any T and C."""
    clips, segments, classes = pred_audio.shape
    out = {level: Counts(*(np.empty((clips, len(STREAMS), classes), np.int32) for _ in range(3))) for level in LEVELS}
    size = max(1, _CELLS // max(1, segments * classes))
    for first in range(0, clips, size):
        part = slice(first, first + size)
        pred, true = _streams(pred_audio[part], pred_visual[part]), _streams(true_audio[part], true_visual[part])
        for index, (p, t) in enumerate(zip(pred, true, strict=True)):
            rows = len(p)
            found, real, common = find_runs(p), find_runs(t), find_runs(p & t)
            for level, rule in _RULES.items():
                tp, fp, fn = (n.reshape(-1, classes) for n in rule(found, real, common, rows))
                out[level].tp[part, index], out[level].fp[part, index], out[level].fn[part, index] = tp, fp, fn
    return out


def _streams(audio: NDArray[np.bool_], visual: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], ...]:
    a, v = spaced(audio), spaced(visual)
    return a, v, a & v


def _segments(found: Runs, real: Runs, common: Runs, rows: int) -> tuple[NDArray[np.int32], ...]:
    tp = common.cells(rows)
    return tp, found.cells(rows) - tp, real.cells(rows) - tp


def _events(found: Runs, real: Runs, common: Runs, rows: int) -> tuple[NDArray[np.int32], ...]:
    # the predicted and the true run that each common run lies in: the last one to start no later
    in_found = np.searchsorted(found.start, common.start, "right") - 1
    in_real = np.searchsorted(real.start, common.start, "right") - 1
    match = 3 * common.length >= found.length[in_found] + real.length[in_real]
    hit, seen = np.zeros(len(found.row), np.bool_), np.zeros(len(real.row), np.bool_)
    hit[in_found[match]] = True
    seen[in_real[match]] = True
    return found.count(rows, hit), found.count(rows, ~hit), real.count(rows, ~seen)


_RULES: dict[Level, Callable[[Runs, Runs, Runs, int], tuple[NDArray[np.int32], ...]]] = {
    "segment": _segments, "event": _events,
}
