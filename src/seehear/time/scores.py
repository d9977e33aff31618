"""Scores of one clip: probabilities on a grid, before any decision."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from seehear.time.grid import TimeGrid

TRACKS = ("audio", "visual")  # order of the track axis everywhere: 0 audio, 1 visual


@dataclass(frozen=True)
class Scores:
    """Probabilities of every class, segment and track of one clip.

    Args:
        segment_prob: float array (T, 2, C), track axis 0 audio, 1 visual.
        grid: when each of the T rows happens.
        vocabulary: the C class names.
        track_prob: pooled probability of each track, (2, C), which the gates `own` and `or` read;
            None: the maximum over time. For clips parsed in windows (T, 2, C): each segment has
            the gate of its windows.
        clip_prob: pooled probability of the clip, (C,), which the gate `joint` reads; None: the
            maximum over tracks. For clips parsed in windows (T, C).
        present: whether the clip has an audio and a visual track; an absent track yields no event.
        notes: a line for each thing that a reader of the scores should know, such as that the
            parser was trained on other footage.

    Raises:
        ValueError: an array of another shape.
    """

    segment_prob: NDArray[np.floating]
    grid: TimeGrid
    vocabulary: tuple[str, ...]
    track_prob: NDArray[np.floating] | None = None
    clip_prob: NDArray[np.floating] | None = None
    present: tuple[bool, bool] = field(default=(True, True))
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        expected = (self.grid.count, len(TRACKS), len(self.vocabulary))
        if self.segment_prob.shape != expected:
            raise ValueError(
                f"segment_prob: expected shape (segments, 2, classes) = {expected}, "
                f"got {self.segment_prob.shape}"
            )
        if self.track_prob is not None and self.track_prob.shape not in (expected, expected[1:]):
            raise ValueError(
                f"track_prob: expected shape {expected[1:]} or {expected}, got"
                f" {self.track_prob.shape}"
            )
        rows = (expected[0], expected[2])
        if self.clip_prob is not None and self.clip_prob.shape not in (rows, expected[2:]):
            raise ValueError(
                f"clip_prob: expected shape {expected[2:]} or {rows}, got {self.clip_prob.shape}"
            )

    def pooled(self) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Return `track_prob` and `clip_prob`, with the maximum in place of one that is None."""
        track, clip = self.track_prob, self.clip_prob
        if track is None:
            track = self.segment_prob.max(axis=0, initial=0.0)
        if clip is None:
            clip = track.max(axis=-2)
        return track, clip
