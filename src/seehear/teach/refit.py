"""Linear scorers on what the encoders made of the clips, added to calibrated margins.

Margins are calibrated first (`calibrate`).  To that of class c on a track, w_c x + b_c is added: x
is the encoder's row of the segment, brought to length 1, in the directions in which the rows of the
library differ most, and a whole row is 1 long on average.  w and b are logistic regressions on what
a person said, held at 0 as strongly as the folds by clip find best: where nothing was said, or
little, nothing is added.  A segment with a class counts as much as sqrt(q) segments without it,
if there are q of those for each one with it.

Source: none; the numbers were chosen on restaged's folds (`benchmarks/teach_curve.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seehear.parser.adjusted import Adjustment
from seehear.teach.calibrate import calibrate
from seehear.teach.evidence import ClipEvidence
from seehear.teach.learnt import Refit
from seehear.teach.lesson import Lesson, learn
from seehear.teach.rows import Reduced

Floats = NDArray[np.float64]
HELD = (1.0, 0.3, 0.1)  # how strongly; the folds choose
_HELD_SHIFT = 1.0
_STEPS = 25
_ENOUGH = 1e-4  # a step that lowers the loss by less is the last


@dataclass(frozen=True)
class Refitting:
    """A way to teach (`lesson.Teach`): calibrate, then add linear scorers held at 0.

    Args:
        held: how strongly.
    """

    held: float

    def __call__(self, clips: Sequence[ClipEvidence], classes: int) -> Refit:
        """Return how margins are moved and what is added to them.

        Args:
            clips: what is known; those without rows or review serve the calibration alone.
            classes: C.
        """
        adjustment = calibrate(clips, classes)
        reviewed = [clip for clip in clips if clip.rows is not None and clip.known.any()]
        if not reviewed:
            return Refit(adjustment, np.zeros((2, 1, classes)))
        tracks = [self._track(reviewed, adjustment, track) for track in range(2)]
        return Refit(adjustment, np.stack(tracks))

    def _track(self, clips: Sequence[ClipEvidence], adjustment: Adjustment, track: int) -> Floats:
        """Return the weights of a track, (K + 1, C); 0 of a class that nobody spoke of."""
        rows = np.concatenate([clip.rows[track] for clip in clips if clip.rows is not None])
        x = np.concatenate([rows, np.ones((len(rows), 1))], 1)
        offset = np.concatenate([adjustment.of(clip.margins)[:, track] for clip in clips])
        truth = np.concatenate([clip.truth[:, track] for clip in clips])
        known = np.concatenate([clip.known[:, track] for clip in clips])
        weights = np.zeros((x.shape[1], known.shape[1]))
        for column in np.flatnonzero(known.any(axis=0)):
            at = known[:, column]
            weights[:, column] = _fit(x[at], offset[at, column], truth[at, column], self.held)
        return weights


def refit(reduced: Reduced) -> Lesson:
    """Return what is learnt from a library's corrections and its kept features.

    Args:
        reduced: what is known, with rows.
    """
    lessons = [learn(reduced.known, Refitting(held)) for held in HELD]
    best = max(lessons, key=lambda lesson: lesson.after[lesson.judge])
    assert isinstance(best.learnt, Refit)
    return replace(best, linear=reduced.linear(best.learnt.weights))


def _fit(x: Floats, offset: Floats, truth: NDArray[np.bool_], held: float) -> Floats:
    """Return the weights of a logistic regression, by Newton's method."""
    y = truth.astype(np.float64)
    hold = np.full(x.shape[1], held)
    hold[-1] = _HELD_SHIFT
    weights = np.zeros(x.shape[1])
    count = _balance(truth)

    def loss_of(weights: Floats) -> float:
        z = offset + x @ weights
        return float((count * (np.logaddexp(0, z) - y * z)).sum() + (hold * weights**2).sum() / 2)

    loss = loss_of(weights)
    for _ in range(_STEPS):
        prob = 1 / (1 + np.exp(-np.clip(offset + x @ weights, -30, 30)))
        slope = x.T @ (count * (prob - y)) + hold * weights
        bend = (x * (count * prob * (1 - prob))[:, None]).T @ x + np.diag(hold)
        step = np.linalg.solve(bend, slope)
        size = 1.0
        while (now := loss_of(weights - size * step)) > loss and size > 1e-3:
            size /= 2
        if now >= loss - _ENOUGH:
            break
        weights, loss = weights - size * step, now
    return weights


def _balance(truth: NDArray[np.bool_]) -> Floats:
    """Return how much each segment counts: more if the class is there, as that is rarer."""
    there = truth.sum()
    return np.where(truth, np.sqrt((len(truth) - there + 1) / (there + 1)), 1.0)
