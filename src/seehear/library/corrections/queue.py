"""What of a library a person should look at next.

By doubt: moments whose probability lies near the threshold, and moments where one track is sure of
a class that the other is sure against.  At random: whole clips, of which figures hold for the
library, because nothing chose them.  What was reviewed is not asked again.
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

LEAST = 0.5  # doubt of a segment that is asked for
_SURE, _APART = 0.8, 0.6  # of one track, and from there down to the other, where they contradict
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
        start_s, end_s: from when to when.
        doubt: from 0 to 1.
        why: in words.
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
        doubt: the mean of its most doubtful segments of each class and track.
        duration_s: its length.
    """

    name: str
    source: str
    doubt: float
    duration_s: float


def doubts(timeline: Timeline) -> NDArray[np.float32] | None:
    """Return the doubt of every segment, (2, C, T); 0 where a person was, None without scores.

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
    """Return which segments need no look, (2, C, T): reviewed, a person's, or never parsed."""
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
    """Return how much a clip is in doubt; None: all of it was reviewed, or it keeps no scores."""
    unseen = _unreviewed(timeline)
    if not unseen:
        return None
    doubt = doubts(timeline)
    value = 0.0
    if doubt is not None and doubt.size:
        value = float(np.sort(doubt.max(axis=2).ravel())[-_MOST:].mean())
    return ClipDoubt(name, timeline.source, round(value, 4), timeline.duration_s)


_MOST = 5  # classes and tracks of a clip that its doubt is the mean of


def whole(name: str, timeline: Timeline) -> Moment | None:
    """Return a clip as one moment; None: all of it was reviewed."""
    spans = _unreviewed(timeline)
    if not spans:
        return None
    start_s, end_s = spans[0][0], spans[-1][1]
    return Moment(name, timeline.source, start_s, end_s, 0.0, UNSEEN)


def _unreviewed(timeline: Timeline) -> list[tuple[float, float]]:
    """Return what of a clip was reviewed on no track that it has, or not on all of them."""
    clip = [(timeline.grid.start_s, max(timeline.duration_s, timeline.grid.start_s))]
    out: list[tuple[float, float]] = []
    for extent in timeline.tracks.values():
        if not extent.absent:
            out += difference(clip, extent.reviewed)
    return sorted(out)


def _against(timeline: Timeline, prob: NDArray[Any]) -> NDArray[np.float64]:
    """Return how much the tracks contradict each other, of the track that is sure, (2, C, T)."""
    out = np.zeros(prob.shape)
    if any(extent.absent for extent in timeline.tracks.values()):
        return out
    apart = prob - prob[::-1]
    out = np.where((prob >= _SURE) & (apart >= _APART), apart, 0.0)
    found: NDArray[np.float64] = np.where(settled(timeline).any(axis=0), 0.0, out)
    return found


def _classes(timeline: Timeline, decoding: Decoding) -> int:
    """Return for how many classes there are thresholds; a person may have added classes."""
    for value in (decoding.threshold, decoding.visual_threshold):
        if isinstance(value, tuple):
            return len(value)
    return len(timeline.vocabulary)


def _widened(limits: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    more = classes - limits.shape[1]
    return np.pad(limits, ((0, 0), (0, max(more, 0))), constant_values=1.0)[:, :classes]


def ordered(found: Iterable[Moment], *, most: int) -> list[Moment]:
    """Return the most doubtful moments first, clip by clip where they are as doubtful."""
    return sorted(found, key=lambda one: (-one.doubt, one.name, one.start_s))[:most]
