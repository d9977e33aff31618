"""A parser whose answers are adjusted, class by class, by what people corrected.

The margin of a segment decides: the log-odds of its probability less those of its threshold, and at
most the margin of its gate.  Each class and track has two numbers: the margin is multiplied by one
and shifted by the other.  Linear scorers on encoder rows may add to it.  Then it becomes a
probability again, with a threshold of 0.5.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import AudioEncoder, VisualEncoder
from seehear.parser.linear import Linear
from seehear.parser.scorer import Gathered, Scorer
from seehear.time import TRACKS, Decoding, Scores, TimeGrid
from seehear.time.decode import per_track

# probabilities are kept at least so far from 0 and 1: stored scores have steps of 1/200
_LEAST = 1 / 400
_ADDED = "added to "  # with the track's name after it, the key of what linear scorers add
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Adjustment:
    """How the margins of each track and class are scaled and shifted: margin * scale + shift.

    Args:
        scale, shift: one number for each track and class, (2, C).
    """

    scale: tuple[tuple[float, ...], ...]
    shift: tuple[tuple[float, ...], ...]

    @classmethod
    def none(cls, classes: int) -> "Adjustment":
        """Return the adjustment that changes nothing."""
        return cls(((1.0,) * classes,) * 2, ((0.0,) * classes,) * 2)

    @classmethod
    def of_arrays(cls, scale: Floats, shift: Floats) -> "Adjustment":
        """Return the adjustment of two arrays (2, C)."""
        return cls(_rows(scale), _rows(shift))

    def of(self, margins: Floats) -> Floats:
        """Return margins (..., 2, C) scaled and shifted."""
        moved: Floats = margins * np.asarray(self.scale) + np.asarray(self.shift)
        return moved


def _rows(values: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in np.round(values, 4).tolist())


def margins(scores: Scores, decoding: Decoding) -> Floats:
    """Return how far each segment lies above its threshold and gate, (T, 2, C), in log-odds.

    Args:
        scores: of a clip.
        decoding: has the thresholds and the gate.
    """
    classes = len(scores.vocabulary)
    limits = per_track(decoding.threshold, decoding.visual_threshold, classes)
    out = _odds(scores.segment_prob) - _odds(limits)
    if decoding.gate == "none":
        return out
    track, clip = scores.pooled()
    limits = _odds(per_track(decoding.gate_threshold, decoding.visual_gate_threshold, classes))
    if decoding.gate == "joint":
        gate = _odds(clip)[..., None, :] - limits
    else:
        gate = _odds(track) - limits
        if decoding.gate == "or":
            gate = np.broadcast_to(gate.max(axis=-2, keepdims=True), gate.shape)
    found: Floats = np.minimum(out, gate)
    return found


def decoding_after(decoding: Decoding) -> Decoding:
    """Return the decoding of adjusted scores, given that of the scores before."""
    keep = None
    if decoding.keep_threshold is not None:
        first = np.asarray(decoding.threshold, np.float64).ravel()[0]
        keep = round(float(prob_of(_odds(np.float64(decoding.keep_threshold)) - _odds(first))), 6)
    return replace(
        decoding,
        threshold=0.5,
        visual_threshold=None,
        gate="none",
        gate_threshold=0.5,
        visual_gate_threshold=None,
        keep_threshold=keep,
    )


def adjusted_scores(
    scores: Scores, decoding: Decoding, adjustment: Adjustment, added: Floats | float = 0.0
) -> Scores:
    """Return the scores of a clip with their margins adjusted.

    Args:
        scores: of the clip.
        decoding: how they were decided before.
        adjustment: how margins are scaled and shifted.
        added: added to the margins after that, (T, 2, C).
    """
    moved = adjustment.of(margins(scores, decoding)) + added
    prob = prob_of(moved).astype(np.float32)
    return Scores(prob, scores.grid, scores.vocabulary, present=scores.present)


class Adjusted:
    """A scorer whose answers are adjusted.

    Args:
        base: the scorer.
        adjustment: of its classes.
        card: what timelines say of it, as JSON values.
        linear: the linear scorers that add to margins; None: there are none.
    """

    def __init__(
        self,
        base: Scorer,
        adjustment: Adjustment,
        card: Mapping[str, Any],
        linear: Linear | None = None,
    ) -> None:
        self._base, self._adjustment, self._card = base, adjustment, dict(card)
        self._linear = linear
        self.vocabulary, self.decoding = base.vocabulary, decoding_after(base.decoding)
        self.step_s, self.keep_frames = base.step_s, base.keep_frames
        self.streams = base.streams | frozenset(linear.streams if linear else ())
        self.audio: Mapping[str, AudioEncoder] = base.audio
        self.visual: Mapping[str, VisualEncoder] = base.visual

    def keep(
        self,
        kept: Gathered,
        encoder: str,
        values: Mapping[str, NDArray[np.float32]],
        places: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Keep what the base needs, and what the linear scorers add."""
        self._base.keep(kept, encoder, values, places)
        if self._linear is None:
            return
        for track, stream in enumerate(self._linear.streams):
            if stream in values and self._linear.reads(track):
                added = self._linear.of(track, values[stream])
                kept.add(_ADDED + TRACKS[track], places[stream], added)

    def scores(self, kept: Gathered, grid: TimeGrid, present: tuple[bool, bool]) -> Scores:
        """Return the adjusted probabilities of the base."""
        scores = self._base.scores(kept, grid, present)
        added = np.zeros(scores.segment_prob.shape)
        for track, name in enumerate(TRACKS):
            rows = kept.array(_ADDED + name, grid.count, 0.0)
            if rows is not None:
                added[:, track] = rows
        return adjusted_scores(scores, self._base.decoding, self._adjustment, added)

    def about(self) -> dict[str, Any]:
        """Return what the base is, and how it was adjusted."""
        decided = self._base.decoding.to_dict()
        taught = {**self._card, "before": decided, **asdict(self._adjustment)}
        return {**self._base.about(), "taught": taught}

    def doubts(self) -> list[str]:
        """Return a line for each class that the base may have misunderstood."""
        return self._base.doubts()


def _odds(prob: NDArray[np.floating] | np.floating) -> Floats:
    inside = np.clip(np.asarray(prob, np.float64), _LEAST, 1 - _LEAST)
    odds: Floats = np.log(inside) - np.log1p(-inside)
    return odds


def prob_of(odds: Floats) -> Floats:
    """Return log-odds as probabilities."""
    prob: Floats = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return prob
