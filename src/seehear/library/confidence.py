"""How sure an answer is: the scores of a query's classes, combined second by second.

"And" is the product of its conditions, "or" the largest.  "Not" is strict, because a dog whose
score flickers is there throughout: with m the largest score within `NEAR_S`, it is (1 - m)^2.
Beside a "not", a dip of one segment in the other conditions is filled.  The score of a moment is
the mean over its seconds.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.library.levels import Levels, Row
from seehear.library.query import And, Node, Not, Or, Presence
from seehear.library.spans import Line, Spans
from seehear.time import TRACKS, Kept

Floats = NDArray[np.float32]
NEAR_S = 2.0


class Confidence:
    """Scores of all segments S of a library, clip after clip as in `Levels`.

    Args:
        levels: the scores.
        line: where the clips lie.
        clips: columns of the index, one entry a clip: `grid_start_s`, `step_s`, `segments`,
            `scores_at`, `scored`.
        spellings: label of a query -> those of the index.
    """

    def __init__(
        self,
        levels: Levels,
        line: Line,
        clips: Mapping[str, NDArray[Any]],
        spellings: Callable[[str], list[str]],
    ) -> None:
        self.levels, self.line, self.spellings = levels, line, spellings
        self.start_s, self.step_s = clips["grid_start_s"], clips["step_s"]
        self.count, self.at, self.scored = clips["segments"], clips["scores_at"], clips["scored"]
        self._rows: dict[tuple[str, str | None], Row] = {}
        self._same: dict[int, NDArray[np.bool_]] = {}

    def row(self, track: str, label: str | None) -> Row:
        """Return the levels (S,) of a class; None: the largest of any class."""
        key = track, label
        if key not in self._rows:
            spelled = [None] if label is None else self.spellings(label)
            rows = [self.levels.of(track, one) for one in spelled]
            self._rows[key] = rows[0] if len(rows) == 1 else np.maximum.reduce(rows)
        return self._rows[key]

    def put(self, label: str, levels: NDArray[np.uint8]) -> None:
        """Add the levels (2, S) of a class that the index does not have."""
        for track, row in zip(TRACKS, levels, strict=True):
            self._rows[track, label] = np.zeros(self.levels.count, np.uint8)
            self._rows[track, label][: len(row)] = row

    def of(self, node: Node, spans: Spans) -> NDArray[np.float64]:
        """Return how sure a condition is in each stretch, (n,) in [0, 1]."""
        if not len(spans) or not self.levels.count:
            return np.ones(len(spans))
        scores = self._scores(node)
        total = np.zeros(len(scores) + 1)
        np.cumsum(scores, out=total[1:], dtype=np.float64)
        clip, *edges = self.line.get(spans)
        at, count = self.at[clip], self.count[clip]
        sums, places = [], []
        for seconds in edges:
            place = np.clip((seconds - self.start_s[clip]) / self.step_s[clip], 0, count)
            whole = np.minimum(place.astype(np.int64), np.maximum(count - 1, 0))
            inside = np.minimum(at + whole, len(scores) - 1)
            sums.append(total[at + whole] + (place - whole) * scores[inside])
            places.append(place)
        length = places[1] - places[0]
        mean = (sums[1] - sums[0]) / np.where(length > 0, length, 1)
        last = np.clip(at + count - 1, 0, len(scores) - 1)  # if it ends beyond the last
        mean = np.where(length > 0, mean, scores[last])
        return np.where(count > 0, np.clip(mean, 0, 1), 1.0)

    def _scores(self, node: Node, *, filled: bool = False) -> Floats:
        """Return how sure a condition is, (S,); `filled`: with dips of one segment filled."""
        if isinstance(node, Not):
            absence: Floats = (1 - self._around(self._scores(node.child))) ** 2
            return absence
        if isinstance(node, And):
            filled = filled or asks_for_absence(node)
            parts = [self._scores(child, filled=filled) for child in node.children]
            product: Floats = np.prod(parts, axis=0)
            return product
        if isinstance(node, Or):
            parts = [self._scores(child, filled=filled) for child in node.children]
            largest: Floats = np.maximum.reduce(parts)
            return largest
        if not isinstance(node, Presence):
            return self._scores(node.child, filled=filled)
        scores: Floats = (self._levels(node) / np.float32(Kept.LEVELS)).astype(np.float32)
        return self._without_dips(scores) if filled else scores

    def _around(self, scores: Floats) -> Floats:
        """Return the largest score within `NEAR_S` in the same clip."""
        alike = np.ptp(self.step_s) == 0 if len(self.step_s) else True
        out = scores.copy()
        for away in range(1, int(NEAR_S / min(self.step_s, default=1.0) + 1e-6) + 1):
            both = self._same_kept(away)
            if not alike:
                both = both & (away * self._by_segment(self.step_s)[:-away] <= NEAR_S + 1e-6)
            np.maximum(out[:-away], scores[away:], out=out[:-away], where=both)
            np.maximum(out[away:], scores[:-away], out=out[away:], where=both)
        return out

    def _without_dips(self, scores: Floats) -> Floats:
        """Return the scores; one between two higher ones becomes the lower of these."""
        out = scores.copy()
        between = self._same_kept(2)
        lower = np.minimum(scores[:-2], scores[2:])
        np.maximum(out[1:-1], lower, out=out[1:-1], where=between)
        return out

    def _same_kept(self, away: int) -> NDArray[np.bool_]:
        """Return whether segments s and s + away are of one clip that keeps scores, (S - away,)."""
        same = self._same_clip(away)
        if not self.scored.all():
            same = same & self._by_segment(self.scored)[:-away]
        return same

    @cached_property
    def _clip(self) -> NDArray[np.int32]:
        """The clip of each segment, (S,); -1 for a clip that is no longer there."""
        there = np.flatnonzero(self.count > 0)
        first, last = self.at[there], self.at[there] + self.count[there]
        edges = np.sort(np.concatenate([[0], first, last[last < self.levels.count]]))
        edges = edges[np.diff(edges, prepend=-1) > 0]  # `np.unique` would import more of numpy
        owner = np.full(len(edges), -1, np.int32)
        owner[np.searchsorted(edges, first)] = there
        begins = np.zeros(self.levels.count, np.int8)
        begins[edges[edges < self.levels.count]] = 1
        clips: NDArray[np.int32] = owner[np.cumsum(begins, dtype=np.int32) - 1]
        return clips

    def _by_segment(self, values: NDArray[Any]) -> NDArray[Any]:
        return values[self._clip]

    def _same_clip(self, away: int) -> NDArray[np.bool_]:
        """Return whether segments s and s + away are of one clip, (S - away,)."""
        if away not in self._same:
            self._same[away] = self._clip[away:] == self._clip[:-away]
        return self._same[away]

    def _levels(self, term: Presence) -> Row:
        """Return the levels of a class on a track, on both at once or on either, (S,)."""
        if term.track in TRACKS:
            return self.row(term.track, term.label)
        audio, visual = (self.row(track, term.label) for track in TRACKS)
        if term.track == "audio_visual":
            return np.minimum(audio, visual)
        return np.maximum(audio, visual)

    def at_least(self, term: Presence, bound: float) -> Spans:
        """Return where a class scores at least `bound` somewhere within `NEAR_S`, in the clips that
        keep scores.
        """
        bound = np.ceil(round(bound * Kept.LEVELS, 6))
        return self.line.widened(self._spans(self._levels(term) >= bound), NEAR_S)

    def below(self, node: Node, least: float) -> Spans:
        """Return where a condition is less sure than `least`, in the clips that keep scores."""
        return self._spans(self._scores(node) < least - 1e-6)

    def _spans(self, mask: NDArray[np.bool_]) -> Spans:
        """Return segments (S,) as stretches, in the clips that keep scores."""
        inside = self._same_clip(1)
        begins, ends = mask.copy(), mask.copy()
        begins[1:] &= ~(mask[:-1] & inside)
        ends[:-1] &= ~(mask[1:] & inside)
        first, last = np.flatnonzero(begins), np.flatnonzero(ends)
        clip = self._clip[first]
        end = last + 1 - self.at[clip]
        meant = (
            (clip >= 0) & (end <= self.count[clip]) & self.scored[clip]
        )  # not of a clip that is no longer there
        first, clip, end = first[meant], clip[meant], end[meant]
        start_s = self.start_s[clip] + (first - self.at[clip]) * self.step_s[clip]
        end_s = self.start_s[clip] + end * self.step_s[clip]
        # the rest of a clip after its last segment belongs to that segment
        end_s[end == self.count[clip]] = np.inf
        return self.line.put(clip, start_s, end_s)


def asks_for_absence(node: And) -> bool:
    """Return whether one of the conditions is a "not"."""
    return any(isinstance(child, Not) for child in node.children)
