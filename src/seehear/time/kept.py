"""The probabilities of one clip as a timeline keeps them: a byte each.

A probability is cut down to a multiple of 1/200 and never rounded up, so whether it reaches a
threshold that is such a multiple does not change.  In JSON the bytes are deflated and written in
base64.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from seehear.files import Json
from seehear.foreign.packed import packed, unpacked
from seehear.time.grid import TimeGrid
from seehear.time.scores import TRACKS, Scores

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Kept:
    """Probabilities in steps of 1/`LEVELS`, uint8; time last, so that a class lies in one piece.

    Args:
        segments: (2, C, T), track 0 audio, 1 visual; 0 where a track was not parsed.
        tracks: what the gates of the tracks read, (2, C), or (2, C, T) where they change with time;
            None: the largest of `segments`.
        clip: what the joint gate reads, (C,) or (C, T); None: the larger of `tracks`.
    """

    LEVELS: ClassVar[int] = 200

    segments: Bytes
    tracks: Bytes | None = None
    clip: Bytes | None = None

    @classmethod
    def of(cls, scores: Scores) -> Self:
        """Return what is kept of scores."""
        segments = _levels(np.moveaxis(scores.segment_prob, 0, -1))
        return cls(segments, _gate_levels(scores.track_prob, 2), _gate_levels(scores.clip_prob, 1))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Kept):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    @property
    def audio(self) -> Bytes:
        """Of the audio track, (C, T)."""
        audio: Bytes = self.segments[0]
        return audio

    @property
    def visual(self) -> Bytes:
        """Of the visual track, (C, T)."""
        visual: Bytes = self.segments[1]
        return visual

    def scores(
        self, grid: TimeGrid, vocabulary: tuple[str, ...], present: tuple[bool, bool]
    ) -> Scores:
        """Return the scores of a clip, ready to be decided on; float64.

        Args:
            grid: of the clip.
            vocabulary: its classes.
            present: whether it has an audio and a visual track.
        """
        segments = _prob(np.moveaxis(self.segments, -1, 0))
        tracks, clip = _gate_prob(self.tracks, 2), _gate_prob(self.clip, 1)
        return Scores(segments, grid, vocabulary, tracks, clip, present)

    def prob(self, track: str) -> NDArray[np.float32]:
        """Return the probabilities of one track, (T, C)."""
        return _prob(self.segments[TRACKS.index(track)].T).astype(np.float32)

    def crop(self, first: int, last: int) -> Self:
        """Return what is kept of the segments from `first` to before `last`."""
        cut = slice(first, last)
        tracks, clip = self.tracks, self.clip
        if tracks is not None and tracks.ndim == 3:
            tracks = tracks[..., cut]
        if clip is not None and clip.ndim == 2:
            clip = clip[..., cut]
        return type(self)(self.segments[..., cut], tracks, clip)

    def to_dict(self) -> dict[str, Json]:
        """Return it as JSON."""
        parts = {"segments": self.segments, "tracks": self.tracks, "clip": self.clip}
        there = {name: part for name, part in parts.items() if part is not None}
        changing = [name for name, part in there.items() if part.ndim == _AXES[name]]
        texts = {name: packed(part.tobytes()) for name, part in there.items()}
        return {"levels": self.LEVELS, "by_segment": changing, **texts}

    @classmethod
    def from_dict(cls, value: Mapping[str, Json], segments: int, classes: int) -> Self:
        """Return what a timeline of so many segments and classes keeps.

        Raises:
            ValueError: the steps are others than 1/`LEVELS`, or there are too many or too few
                numbers.
        """
        if value["levels"] != cls.LEVELS:
            raise ValueError(f"scores.levels: expected {cls.LEVELS}, got {value['levels']}")
        parts = {}
        for name, axes in _AXES.items():
            if name not in value:
                continue
            whole = (2, classes, segments)[-axes:]
            shape = whole if name in value["by_segment"] else whole[:-1]
            try:
                content = unpacked(value[name], math.prod(shape))
            except ValueError as error:
                raise ValueError(f"scores.{name}: {error}") from None
            parts[name] = np.frombuffer(content, np.uint8).reshape(shape)
            if parts[name].max(initial=0) > cls.LEVELS:
                raise ValueError(f"scores.{name}: expected numbers up to {cls.LEVELS}")
        return cls(**parts)


_AXES = {"segments": 3, "tracks": 3, "clip": 2}  # time among them


def _levels(prob: NDArray[np.floating]) -> Bytes:
    """Return the step that each probability reaches."""
    exact = np.clip(np.asarray(prob, np.float64), 0, 1)
    level = np.floor(exact * Kept.LEVELS)
    # the product may be off by an error of rounding: the step is the last that is not above it
    level += (level + 1) / Kept.LEVELS <= exact
    level -= level / Kept.LEVELS > exact
    return np.ascontiguousarray(level.astype(np.uint8))


def _prob(levels: Bytes) -> NDArray[np.float64]:
    return levels / np.float64(Kept.LEVELS)


def _gate_levels(prob: NDArray[np.floating] | None, axes: int) -> Bytes | None:
    """Return the steps of a gate of so many axes, and one of time, put last, if it changes."""
    if prob is None:
        return None
    return _levels(np.moveaxis(prob, 0, -1) if prob.ndim > axes else prob)


def _gate_prob(levels: Bytes | None, axes: int) -> NDArray[np.float64] | None:
    if levels is None:
        return None
    return _prob(np.moveaxis(levels, -1, 0) if levels.ndim > axes else levels)
