"""A timeline: the immutable, sorted events of one clip, and its JSON form."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError
from seehear.files import Json
from seehear.foreign.forms import anything, shortened
from seehear.foreign.texts import parse_json, read_json
from seehear.time.event import Event, Track
from seehear.time.extent import DIGITS, Extent, rounded
from seehear.time.grid import TimeGrid
from seehear.time.kept import Kept
from seehear.time.media_file import MediaFile
from seehear.time.raster import rasterise, runs
from seehear.time.review import Review
from seehear.time.spans import Span, clipped, difference, gaps, intersection, joined
from seehear.time.timeline_json import (
    SCHEMA,
    clean,
    events_json,
    media_json,
    migrated,
    read_events,
    read_media,
    read_review,
    read_tracks,
    review_json,
    stretches_json,
    tracks_json,
    whole_clip,
)

SUFFIX = ".timeline.json"
KEPT_SUFFIX = ".features.npz"  # of the file beside a timeline that holds the clip's features
_HINT = "is this a seehear timeline?"


@dataclass(frozen=True)
class Timeline:
    """What is heard, what is seen, and when, in one clip.

    Args:
        source: file name of the clip, as the user named it.
        duration_s: length of the clip in seconds.
        grid: the segments that decisions were made on.
        vocabulary: the classes that were looked for, in order.
        events: sorted on construction; audio_visual ones are the conjunction and are stored too.
        tracks: which seconds of audio and visual are known; a track that does not exist is absent,
            not empty. One that is not named was parsed throughout.
        parser: how the timeline was made (preset or model, encoders with weight hashes, thresholds,
            version).
        warnings: what was wrong with the input, one line each.
        media: the file that was parsed; None: not recorded.
        removed: events that a person took away; their score and origin have no meaning.
        kept: probabilities of every class, segment and track; None: none were kept.
        review: what people did beyond that, and what the parser had found; None: nobody did
            anything.

    Raises:
        ValueError: an event has a class outside the vocabulary.
    """

    source: str
    duration_s: float
    grid: TimeGrid
    vocabulary: tuple[str, ...]
    events: tuple[Event, ...] = ()
    tracks: Mapping[str, Extent] = field(default_factory=dict)
    parser: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    media: MediaFile | None = None
    removed: tuple[Event, ...] = ()
    kept: Kept | None = None
    review: Review | None = None

    def __post_init__(self) -> None:
        key = {label: index for index, label in enumerate(self.vocabulary)}
        unknown = sorted({event.label for event in self.events} - key.keys())
        if unknown:
            raise ValueError(f"events of classes outside the vocabulary: {', '.join(unknown)}")
        order = list(Track)
        ordered = sorted(
            self.events, key=lambda e: (order.index(e.track), e.start_s, e.end_s, key[e.label])
        )
        object.__setattr__(self, "events", tuple(ordered))
        object.__setattr__(self, "removed", tuple(self.removed))
        object.__setattr__(self, "tracks", {t: self._extent(t) for t in ("audio", "visual")})
        object.__setattr__(self, "vocabulary", tuple(self.vocabulary))
        object.__setattr__(self, "warnings", tuple(self.warnings))

    def named(self, source: str) -> Self:
        """Return the same timeline under another clip name."""
        media = None if self.media is None else replace(self.media, path=source)
        return replace(self, source=source, media=media)

    def _extent(self, track: str) -> Extent:
        """Return the extent given for a track, or the whole clip where none was."""
        given = self.tracks.get(track)
        if given is not None:
            return given
        edges = [(event.start_s, event.end_s) for event in self.events]
        return Extent.of(whole_clip(self.grid.start_s, self.duration_s, edges))

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def on(self, track: Track | str, label: str | None = None) -> tuple[Event, ...]:
        """Return the events of one track, and of one class if `label` is given."""
        track = Track(track)
        return tuple(e for e in self.events if e.track is track and label in (None, e.label))

    def support(self, track: Track | str, label: str | None = None) -> tuple[Span, ...]:
        """Return the stretches, in seconds, that events of a track cover, of one class if `label`
        is given.
        """
        return tuple(joined((e.start_s, e.end_s) for e in self.on(track, label)))

    def parsed(self, track: Track | str) -> tuple[Span, ...]:
        """Return which seconds of a track are known; for audio_visual those known of both."""
        if Track(track) is Track.AUDIO_VISUAL:
            audio, visual = (self.tracks[name].parsed for name in ("audio", "visual"))
            return tuple(intersection(audio, visual))
        return self.tracks[str(Track(track))].parsed

    def unparsed(self, track: Track | str) -> tuple[Span, ...]:
        """Return which seconds of a track are not known, between the grid's start and the clip's
        end; nothing for an absent track.
        """
        if Track(track) is Track.AUDIO_VISUAL:
            parts = [self.tracks[name] for name in ("audio", "visual")]
        else:
            parts = [self.tracks[str(Track(track))]]
        if any(extent.absent for extent in parts):
            return ()
        return tuple(gaps(self.parsed(track), self.grid.start_s, self.duration_s))

    def reviewed(self, track: Track | str, label: str) -> tuple[Span, ...]:
        """Return which seconds of a track a person has gone through for a class.

        Args:
            track: audio or visual.
            label: the class.
        """
        words = None if self.review is None else self.review.words
        if label not in (self.vocabulary if words is None else words):
            return ()
        return self.tracks[str(Track(track))].reviewed

    @property
    def is_corrected(self) -> bool:
        """Whether a person confirmed, corrected, added, removed or reviewed anything."""
        reviewed = any(extent.reviewed for extent in self.tracks.values())
        others = any(event.origin != "parser" for event in self.events)
        return reviewed or others or bool(self.removed)

    def scores(self, track: Track | str) -> NDArray[np.float32] | None:
        """Return the probabilities of a track, audio or visual, (T, C); columns as in `vocabulary`.

        They are cut down to steps of 1/200, and 0 where the track was not parsed.  None: none were
        kept, or the track is absent.

        Raises:
            ValueError: of audio_visual, which has none of its own.
        """
        if Track(track) is Track.AUDIO_VISUAL:
            raise ValueError("expected audio or visual, got audio_visual")
        if self.kept is None or self.tracks[str(Track(track))].absent:
            return None
        return self.kept.prob(str(Track(track)))

    def gaps(self, track: Track | str, label: str | None = None) -> tuple[Span, ...]:
        """Return the stretches without an event of a track, or of one class if `label` is given.

        Only stretches that were parsed count, between the grid's start and the clip's end.
        """
        known = clipped(self.parsed(track), self.grid.start_s, self.duration_s)
        return tuple(difference(known, self.support(track, label)))

    def crop(self, start_s: float, end_s: float) -> Self:
        """Return what happens between two times: events are cut there, times stay as they are.

        The grid keeps the segments that reach into the stretch, and the clip ends at `end_s` at the
        latest.  An event keeps its score.  `crop(2, 5).shift(-2)` counts from the cut.

        Raises:
            ValueError: the stretch does not begin before it ends.
        """
        if not start_s < end_s:
            raise ValueError(f"expected a start before the end, got {start_s} to {end_s} s")
        grid = self.grid.crop(start_s, end_s)
        first = round((grid.start_s - self.grid.start_s) / self.grid.step_s)
        kept = None if self.kept is None else self.kept.crop(first, first + grid.count)
        return replace(
            self,
            duration_s=min(self.duration_s, end_s),
            grid=grid,
            events=_cut(self.events, start_s, end_s),
            tracks={name: extent.crop(start_s, end_s) for name, extent in self.tracks.items()},
            removed=_cut(self.removed, start_s, end_s),
            kept=kept,
            review=self._machine(_cut, start_s, end_s),
        )

    def shift(self, by_s: float) -> Self:
        """Return the same with every time `by_s` later (earlier where it is negative).

        Raises:
            ValueError: the clip would end before 0.
        """
        if self.duration_s + by_s < 0:
            raise ValueError(f"by_s: a clip of {self.duration_s} s cannot move by {by_s} s")
        return replace(
            self,
            duration_s=round(self.duration_s + by_s, DIGITS),
            grid=replace(self.grid, start_s=round(self.grid.start_s + by_s, DIGITS)),
            events=_moved(self.events, by_s),
            tracks={name: extent.shift(by_s) for name, extent in self.tracks.items()},
            removed=_moved(self.removed, by_s),
            review=self._machine(_moved, by_s),
        )

    def _machine(self, change: Callable[..., tuple[Event, ...]], *by: float) -> Review | None:
        """Return the review with the parser's events changed."""
        review = self.review
        return None if review is None else replace(review, machine=change(review.machine, *by))

    @classmethod
    def from_arrays(
        cls,
        audio: NDArray[np.generic],
        visual: NDArray[np.generic],
        *,
        grid: TimeGrid,
        vocabulary: Iterable[str],
        source: str = "",
        duration_s: float | None = None,
        audio_prob: NDArray[np.floating] | None = None,
        visual_prob: NDArray[np.floating] | None = None,
        **fields: Any,
    ) -> Self:
        """Return the timeline of two matrices (T, C) of 0 and 1; `to_arrays` gives them back.

        Runs of ones become events, which begin and end at edges of segments.

        Args:
            audio, visual: (T, C), which segments are on.
            grid: the T segments.
            vocabulary: the C classes.
            source: name of the clip.
            duration_s: its length in seconds; None: the end of the grid.
            audio_prob, visual_prob: (T, C); an event's score is their mean over the event, an
                audio_visual event's the mean of the smaller of the two; None: no score.
            fields: further fields of the timeline; where `tracks` says that a track was not parsed
                there is no event.

        Raises:
            ValueError: a matrix of another shape.
        """
        names = tuple(vocabulary)
        duration_s = round(grid.end_s if duration_s is None else duration_s, DIGITS)
        on = {Track.AUDIO: np.asarray(audio, bool), Track.VISUAL: np.asarray(visual, bool)}
        for track, matrix in on.items():
            if matrix.shape != (grid.count, len(names)):
                raise ValueError(
                    f"{track}: expected shape (segments, classes) = {(grid.count, len(names))}, "
                    f"got {matrix.shape}"
                )
        known = _known(fields.get("tracks", {}), grid, on)
        on[Track.AUDIO_VISUAL] = on[Track.AUDIO] & on[Track.VISUAL]
        prob = {Track.AUDIO: audio_prob, Track.VISUAL: visual_prob, Track.AUDIO_VISUAL: None}
        if audio_prob is not None and visual_prob is not None:
            prob[Track.AUDIO_VISUAL] = np.minimum(audio_prob, visual_prob)
        events = []
        for track, matrix in on.items():
            of_track = prob[track]
            for column, label in enumerate(names):
                of_class = None if of_track is None else of_track[:, column]
                for first, last in runs(matrix[:, column]):
                    score = None if of_class is None else _mean(of_class[first:last])
                    for start_s, end_s in _inside(
                        _edges(grid, first, last, duration_s), known[track]
                    ):
                        events.append(Event(start_s, end_s, track, label, score))
        return cls(source, duration_s, grid, names, tuple(events), **fields)

    def to_arrays(
        self, grid: TimeGrid | None = None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return (audio, visual) boolean matrices (T, C) on `grid`, the timeline's own if None."""
        grid = self.grid if grid is None else grid
        out = np.zeros((2, grid.count, len(self.vocabulary)), np.bool_)
        for index, track in enumerate((Track.AUDIO, Track.VISUAL)):
            for column, label in enumerate(self.vocabulary):
                spans = ((e.start_s, self._unclipped(e.end_s)) for e in self.on(track, label))
                out[index, :, column] = rasterise(spans, grid)
        return out[0], out[1]

    def _unclipped(self, end_s: float) -> float:
        """Undo the clipping to the clip's end, so that a short last segment is marked again."""
        return max(self.grid.end_s, end_s) if abs(end_s - self.duration_s) < 1e-6 else end_s

    def to_dict(self) -> dict[str, Json]:
        """Return the timeline as a JSON object (schema `seehear.timeline/2`)."""
        media = {} if self.media is None else {"media": media_json(self.media)}
        kept = {} if self.kept is None else {"scores": self.kept.to_dict()}
        review = {} if self.review is None else {"review": review_json(self.review)}
        return {
            "schema": SCHEMA,
            "source": self.source,
            **media,
            "duration_s": round(self.duration_s, DIGITS),
            "grid": {
                "start_s": self.grid.start_s,
                "step_s": self.grid.step_s,
                "count": self.grid.count,
            },
            "vocabulary": list(self.vocabulary),
            "tracks": tracks_json(self.tracks),
            "events": events_json(self.events),
            "removed": stretches_json(self.removed),
            "parser": dict(self.parser),
            "warnings": list(self.warnings),
            **review,
            **kept,
        }

    def to_json(self, *, indent: int | None = 1) -> str:
        """Return the timeline as JSON text (schema `seehear.timeline/2`)."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_dict(cls, data: Json, *, where: object = "timeline") -> Self:
        """Return the timeline of a JSON object, of this edition or an older one.

        Raises:
            DataError: a field is missing, of the wrong type, or contradicts another.
        """
        try:
            return cls._read(migrated(clean(data)), where)
        except ValueError as error:  # what a form refuses is one, too
            raise DataError(str(error), where=where, hint=_HINT) from None

    @classmethod
    def _read(cls, data: Json, where: object) -> Self:
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            got = shortened(data.get("schema") if isinstance(data, dict) else data)
            raise DataError(
                f"expected schema {SCHEMA} or older, got {got}",
                where=where,
                hint=_HINT,
            )
        grid, vocabulary = data["grid"], tuple(map(str, data["vocabulary"]))
        media = read_media(data["media"]) if data.get("media") else None
        review = read_review(data["review"]) if data.get("review") else None
        kept = data.get("scores")
        if kept is not None:
            kept = Kept.from_dict(kept, int(grid["count"]), len(vocabulary))
        return cls(
            source=str(data["source"]),
            duration_s=float(data["duration_s"]),
            grid=TimeGrid(int(grid["count"]), float(grid["step_s"]), float(grid["start_s"])),
            vocabulary=vocabulary,
            events=read_events(data["events"]),
            tracks=read_tracks(data["tracks"]),
            parser=dict(data.get("parser", {})),
            warnings=tuple(map(str, data.get("warnings", ()))),
            media=media,
            removed=read_events(data.get("removed", ())),
            kept=kept,
            review=review,
        )

    @classmethod
    def from_json(cls, text: str | bytes | Path) -> Self:
        """Return the timeline of JSON text, or of the file at a `Path`.

        Raises:
            DataError: not JSON, not a timeline, or a file too large to be one.
        """
        if isinstance(text, Path):
            return cls.from_dict(read_json(text, anything), where=text)
        return cls.from_dict(parse_json(text, anything, where="timeline"))


def _cut(events: Iterable[Event], start_s: float, end_s: float) -> tuple[Event, ...]:
    """Return what of events lies between two times."""
    out = []
    for event in events:
        for start, end in clipped([(event.start_s, event.end_s)], start_s, end_s):
            out.append(replace(event, start_s=start, end_s=end))
    return tuple(out)


def _moved(events: Iterable[Event], by_s: float) -> tuple[Event, ...]:
    """Return events `by_s` later."""
    out = []
    for event in events:
        start, end = rounded(event.start_s + by_s, event.end_s + by_s)
        out.append(replace(event, start_s=start, end_s=end))
    return tuple(out)


def _known(
    tracks: Mapping[str, Extent], grid: TimeGrid, on: dict[Track, NDArray[np.bool_]]
) -> dict[Track, tuple[Span, ...] | None]:
    """Switch off, in `on` itself, all segments that were not parsed.

    Returns:
        Where each track was parsed; None stands for everywhere.
    """
    spans: dict[Track, tuple[Span, ...] | None] = {Track.AUDIO_VISUAL: None}
    for track in (Track.AUDIO, Track.VISUAL):
        extent = tracks.get(str(track))
        spans[track] = None if extent is None else extent.parsed
        if extent is not None:
            on[track] = on[track] & extent.segments(grid)[:, None]
    audio, visual = spans[Track.AUDIO], spans[Track.VISUAL]
    both = audio if visual is None else visual
    if audio is not None and visual is not None:
        both = tuple(intersection(audio, visual))
    return {**spans, Track.AUDIO_VISUAL: both}


def _inside(event: Span, known: tuple[Span, ...] | None) -> list[Span]:
    """Return what of an event lies in the stretches that are known."""
    if known is None:
        return [event]
    parts = [(max(event[0], start), min(event[1], end)) for start, end in known]
    return [(start, end) for start, end in parts if start < end]


def _edges(grid: TimeGrid, first: int, last: int, duration_s: float) -> Span:
    """Return when the segments from `first` to before `last` begin and end."""
    start_s, end_s = rounded(grid.edges(first)[0], grid.edges(last - 1)[1])
    if duration_s > start_s:  # the last segment may run past the clip: its event ends with the clip
        end_s = min(end_s, duration_s)
    return start_s, end_s


def _mean(prob: NDArray[np.floating]) -> float:
    return round(float(prob.mean()), DIGITS)
