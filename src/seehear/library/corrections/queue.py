"""What a person should look at next in a library.

By doubt: moments whose probability lies near the threshold, and moments where one track surely has
a class and the other surely has not.  At random: whole clips; figures from these hold for the whole
library, because they were chosen by chance.  What was reviewed is not asked again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError
from seehear.time import TRACKS, Decoding, Extent, Timeline, decoding_of, runs
from seehear.time.decode import per_track
from seehear.time.spans import difference

LEAST = 0.5  # doubt from which on a segment is asked for
_SURE, _APART = 0.8, 0.6  # tracks contradict: the one has at least 0.8, the other 0.6 less
NEAR, AGAINST = (
    "near the threshold",
    ("one track is sure of it, the other sure that it is not there"),
)
UNSEEN = "not reviewed yet"


@dataclass(frozen=True)
class Moment:
    """A stretch of a clip that a person should look at.

    Args:
        name: of its timeline, a path below the library.
        source: what its video is called.
        start_s, end_s: seconds.
        doubt: in [0, 1].
        why: the reason, in words.
        track, label: what is in doubt; None: everything.
        score: the mean probability.
    """

    name: str
    source: str
    start_s: float
    end_s: float
    doubt: float
    why: str
    track: str | None = None
    label: str | None = None
    score: float | None = None


@dataclass(frozen=True)
class ClipDoubt:
    """How much a clip is in doubt.

    Args:
        name: of its timeline.
        source: what its video is called.
        doubt: in [0, 1]: the mean over the most doubtful pairs of class and track, each counted by
            its most doubtful segment.
        duration_s: its length in seconds.
    """

    name: str
    source: str
    doubt: float
    duration_s: float


def doubts(timeline: Timeline) -> NDArray[np.float32] | None:
    """Return the doubt of every segment, (2, C, T); 0 where reviewed; None without scores.

    It is 1 at the threshold and falls to 0 at the probabilities 0 and 1.
    """
    if timeline.kept is None:
        return None
    try:
        decoding = decoding_of(timeline)
    except DataError:
        decoding = Decoding(gate="none")
    limits = per_track(decoding.threshold, decoding.visual_threshold, _classes(timeline, decoding))
    limits = _widened(limits, len(timeline.vocabulary))[:, :, None]
    prob = timeline.kept.segments / timeline.kept.LEVELS
    room = np.where(prob >= limits, 1 - limits, limits)
    out = np.clip(1 - np.abs(prob - limits) / np.maximum(room, 1e-6), 0, 1).astype(np.float32)
    return np.where(settled(timeline), np.float32(0), out)


def settled(timeline: Timeline) -> NDArray[np.bool_]:
    """Return which segments need no review, (2, C, T): reviewed, set by a person, or not parsed."""
    shape = (len(TRACKS), len(timeline.vocabulary), timeline.grid.count)
    out = np.zeros(shape, np.bool_)
    for track, name in enumerate(TRACKS):
        for column, label in enumerate(timeline.vocabulary):
            persons = [e for e in timeline.on(name, label) if e.origin != "parser"]
            spans = [(e.start_s, e.end_s) for e in persons]
            spans += timeline.reviewed(name, label)
            out[track, column] = Extent.of(*spans).segments(timeline.grid)
        out[track] |= ~timeline.tracks[name].segments(timeline.grid)
    for event in timeline.removed:
        if event.track in TRACKS and event.label in timeline.vocabulary:
            place = TRACKS.index(event.track), timeline.vocabulary.index(event.label)
            out[place] |= Extent.of((event.start_s, event.end_s)).segments(timeline.grid)
    return out


def moments(name: str, timeline: Timeline) -> Iterator[Moment]:
    """Yield the doubtful moments of a clip.

    Args:
        name: of its timeline.
        timeline: the clip.
    """
    doubt = doubts(timeline)
    if doubt is None or timeline.kept is None:
        return
    prob = timeline.kept.segments / timeline.kept.LEVELS
    against = _against(timeline, prob)
    for track, heard in enumerate(TRACKS):
        for column, word in enumerate(timeline.vocabulary):
            for why, row in ((NEAR, doubt[track, column]), (AGAINST, against[track, column])):
                for first, last in runs(row >= LEAST):
                    start_s = timeline.grid.edges(first)[0]
                    end_s = min(timeline.grid.edges(last - 1)[1], timeline.duration_s)
                    score = round(float(prob[track, column, first:last].mean()), 3)
                    sure = round(float(row[first:last].max()), 3)
                    yield Moment(
                        name, timeline.source, start_s, end_s, sure, why, heard, word, score
                    )


def clip_doubt(name: str, timeline: Timeline) -> ClipDoubt | None:
    """Return how doubtful a clip is, 0 if it keeps no scores; None if all of it was reviewed."""
    unseen = _unreviewed(timeline)
    if not unseen:
        return None
    doubt = doubts(timeline)
    value = 0.0
    if doubt is not None and doubt.size:
        value = float(np.sort(doubt.max(axis=2).ravel())[-_MOST:].mean())
    return ClipDoubt(name, timeline.source, round(value, 4), timeline.duration_s)


_MOST = 5  # pairs of class and track that a clip's doubt is the mean of


def whole(name: str, timeline: Timeline) -> Moment | None:
    """Return a clip as one moment; None: all of it was reviewed."""
    spans = _unreviewed(timeline)
    if not spans:
        return None
    start_s, end_s = spans[0][0], spans[-1][1]
    return Moment(name, timeline.source, start_s, end_s, 0.0, UNSEEN)


def _unreviewed(timeline: Timeline) -> list[tuple[float, float]]:
    """Return the stretches of a clip that were not reviewed on all of its tracks."""
    clip = [(timeline.grid.start_s, max(timeline.duration_s, timeline.grid.start_s))]
    out: list[tuple[float, float]] = []
    for extent in timeline.tracks.values():
        if not extent.absent:
            out += difference(clip, extent.reviewed)
    return sorted(out)


def _against(timeline: Timeline, prob: NDArray[Any]) -> NDArray[np.float64]:
    """Return how much the tracks contradict each other, on the track that is sure, (2, C, T)."""
    out = np.zeros(prob.shape)
    if any(extent.absent for extent in timeline.tracks.values()):
        return out
    apart = prob - prob[::-1]
    out = np.where((prob >= _SURE) & (apart >= _APART), apart, 0.0)
    found: NDArray[np.float64] = np.where(settled(timeline).any(axis=0), 0.0, out)
    return found


def _classes(timeline: Timeline, decoding: Decoding) -> int:
    """Return the number of classes with thresholds; those that a person added have none."""
    for value in (decoding.threshold, decoding.visual_threshold):
        if isinstance(value, tuple):
            return len(value)
    return len(timeline.vocabulary)


def _widened(limits: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    more = classes - limits.shape[1]
    return np.pad(limits, ((0, 0), (0, max(more, 0))), constant_values=1.0)[:, :classes]


def ordered(found: Iterable[Moment], *, most: int) -> list[Moment]:
    """Return the moments, the most doubtful first; equally doubtful ones stay clip by clip."""
    return sorted(found, key=lambda one: (-one.doubt, one.name, one.start_s))[:most]
