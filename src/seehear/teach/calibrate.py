"""Scales and shifts of a parser's margins, from what is known: logistic regressions, held back.

For every track the margins m of class c become (1 + a + a_c) m + b + b_c.  All four are held at 0,
the more strongly the less is known, so few corrections change little; a and b are shared by the
classes of a track, and what one class says helps the others.  A segment counts a fifth, because
neighbours are right or wrong together.

Clips that nobody spoke of are fitted to what the parser said of them; together they count as much
as fifty segments.  So few corrections, perhaps of odd clips, do not spoil the answers elsewhere.

Where only a catalogue names the classes of a clip, its surest segment of each track stands for the
clip.  A class that is not named counts there as False on both tracks.  A class that is named counts
as True on the surer track; which one that is and the fit are found in turns.

Source: none; the numbers were chosen on restaged's folds (`benchmarks/teach_curve.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.parser.adjusted import Adjustment
from seehear.teach.evidence import ClipEvidence

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HeldBack:
    """How strongly a fit is held at changing nothing.

    Args:
        scale, shift: shared by the classes of a track.
        class_scale, class_shift: of each class.
        each: how much one segment counts.
    """

    scale: float = 5.0
    shift: float = 1.0
    class_scale: float = 5.0
    class_shift: float = 0.3
    each: float = 0.2


HELD = HeldBack()
WEAKLY_HELD = HeldBack(class_shift=1.0, each=1.0)  # where nobody has reviewed anything
_NAMED = 3.0  # what the surest segment of a class that is named counts, of one that is not 1
_TURNS = 3
_STEPS = 50
_OTHERS = 10.0  # how much all clips of which nothing is known count together
_FAR = 6.0  # margin of what was not parsed


def calibrate(clips: Sequence[ClipEvidence], classes: int) -> Adjustment:
    """Return how margins should be scaled and shifted.

    Args:
        clips: what is known; clips of which nothing is known hold the fit at the parser's answers.
        classes: C.
    """
    if not any(clip.spoken_of for clip in clips):
        return Adjustment.none(classes)
    reviewed = any(clip.known.any() for clip in clips)
    held = HELD if reviewed else WEAKLY_HELD
    rows = _Rows(clips, classes, others=_OTHERS / held.each)
    fits = [_Fit(rows, track, held) for track in range(2)]
    turns = _TURNS if rows.named.any() else 1
    for _ in range(turns):
        rows.expect(np.stack([fit.margins() for fit in fits], 1))
        for fit in fits:
            fit.solve()
    numbers = [fit.numbers() for fit in fits]
    scales, shifts = zip(*numbers, strict=True)
    return Adjustment.of_arrays(np.stack(scales), np.stack(shifts))


class _Rows:
    """What is fitted to, end to end: margins, targets and weights, (N, 2, C).

    First the segments of all clips, then a row for each clip of a catalogue.

    Attributes:
        named: which rows and classes are of a clip where the class is named, (N, C).
    """

    def __init__(self, clips: Sequence[ClipEvidence], classes: int, *, others: float) -> None:
        self._margins, self._target = [np.zeros((0, 2, classes))], [np.zeros((0, 2, classes))]
        self._weight, self._named = [np.zeros((0, 2, classes))], [np.zeros((0, classes), bool)]
        unknown = sum(len(clip.margins) for clip in clips if not clip.spoken_of)
        for clip in clips:
            if clip.spoken_of:
                self._add(clip.margins, clip.truth, clip.known)
            else:
                prob = 1 / (1 + np.exp(-np.clip(clip.margins, -30, 30)))
                share = min(others / unknown, 1.0)
                self._add(clip.margins, prob, clip.there[..., None] * share)
        for clip in clips:
            if clip.weak is not None and clip.margins.size:
                unsaid = ~clip.known.any(axis=(0, 1))
                surest = np.where(clip.there[..., None], clip.margins, -_FAR).max(axis=0)[None]
                self._add(surest, np.zeros(1), unsaid & ~clip.weak, unsaid & clip.weak)
        self.margins, self.target = np.concatenate(self._margins), np.concatenate(self._target)
        self.weight, self.named = np.concatenate(self._weight), np.concatenate(self._named)

    def _add(self, margins: Floats, target: Any, weight: Any, named: Any = False) -> None:
        """Add rows of margins; what they are fitted to and count is spread over them."""
        self._margins.append(margins)
        for parts, part in ((self._target, target), (self._weight, weight)):
            parts.append(np.broadcast_to(part, margins.shape).astype(np.float64))
        self._named.append(np.broadcast_to(named, (len(margins), margins.shape[2])))

    def expect(self, margins: Floats) -> None:
        """Set the targets of named classes: True on the track that is surer, none on the other."""
        surer = margins.argmax(axis=1)  # (N, C)
        for track in range(2):
            here = self.named & (surer == track)
            self.target[:, track][here] = 1.0
            self.weight[:, track][here] = _NAMED
            self.weight[:, track][self.named & ~here] = 0.0


class _Fit:
    """The logistic regressions of one track, fitted together by Newton's method."""

    def __init__(self, rows: _Rows, track: int, held: HeldBack) -> None:
        self._x, self._rows, self._track = rows.margins[:, track], rows, track
        self._each = held.each
        classes = self._x.shape[1]
        shared, own = [held.scale, held.shift], [held.class_scale, held.class_shift]
        self._hold = np.array([shared, *[own] * classes])  # (1 + C, 2): scale, shift
        self._theta = np.zeros_like(self._hold)

    def numbers(self) -> tuple[Floats, Floats]:
        """Return the scales and shifts, (C,) each."""
        both = self._theta[0] + self._theta[1:]
        # a scale below 0 would reverse the parser's answers
        return np.maximum(1 + both[:, 0], 0.05), both[:, 1]

    def margins(self) -> Floats:
        """Return the margins with the numbers so far, (N, C)."""
        scale, shift = self.numbers()
        return self._x * scale + shift

    def solve(self) -> None:
        """Fit to the targets as they stand."""
        loss = self._loss(self._theta)
        for _ in range(_STEPS):
            step = self._step()
            size = 1.0
            while (now := self._loss(self._theta - size * step)) > loss and size > 1e-4:
                size /= 2
            if now >= loss - 1e-6:
                return
            self._theta, loss = self._theta - size * step, now

    def _odds(self, theta: Floats) -> Floats:
        both = theta[0] + theta[1:]
        odds: Floats = self._x * (1 + both[:, 0]) + both[:, 1]
        return odds

    def _loss(self, theta: Floats) -> float:
        z, y, weight = self._odds(theta), *self._given()
        rows = weight * (np.logaddexp(0, z) - y * z)
        return float(rows.sum() + (self._hold * theta**2).sum() / 2)

    def _given(self) -> tuple[Floats, Floats]:
        track = self._track
        return self._rows.target[:, track], self._each * self._rows.weight[:, track]

    def _step(self) -> Floats:
        """Return Newton's step; classes are coupled only by the shared numbers."""
        y, weight = self._given()
        prob = 1 / (1 + np.exp(-np.clip(self._odds(self._theta), -30, 30)))
        x = np.stack([self._x, np.ones_like(self._x)], 2)  # (N, C, 2)
        slopes = np.einsum("nc,ncj->cj", weight * (prob - y), x)
        bends = np.einsum("nc,ncj,nck->cjk", weight * prob * (1 - prob), x, x)
        gradient = self._hold * self._theta + np.vstack([slopes.sum(0), slopes])
        size = self._hold.size
        hessian = np.diag(self._hold.ravel())
        hessian[:2, :2] += bends.sum(0)
        for number, bend in enumerate(bends, 1):
            place = slice(2 * number, 2 * number + 2)
            hessian[place, place] += bend
            hessian[:2, place] += bend
            hessian[place, :2] += bend
        step: Floats = np.linalg.solve(hessian, gradient.ravel()).reshape(size // 2, 2)
        return step
