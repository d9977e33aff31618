"""A timeline: the immutable, sorted events of one clip, and its JSON form (schema
`seehear.timeline/1`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError
from seehear.time.event import Event, Track
from seehear.time.grid import TimeGrid
from seehear.time.raster import rasterise, runs

SCHEMA = "seehear.timeline/1"
SUFFIX = ".timeline.json"
PARSED, ABSENT = "parsed", "absent"
# of times and scores, in memory as in JSON, so that a timeline read back is equal to the one
# written
DIGITS = 6


@dataclass(frozen=True)
class Timeline:
    """What is heard, what is seen, and when, in one clip.

    Args:
        source: file name of the clip, as the user named it.
        duration_s: length of the clip in seconds.
        grid: the segments that decisions were made on.
        vocabulary: the classes that were looked for, in order.
        events: sorted on construction; audio_visual ones are the conjunction and are stored too.
        tracks: `parsed` or `absent` for audio and visual; a track that does not exist is absent,
            not empty.
        parser: how the timeline was made (preset or model, encoders with weight hashes, thresholds,
            version).
        warnings: what was degraded in the input, one line each.
    """

    source: str
    duration_s: float
    grid: TimeGrid
    vocabulary: tuple[str, ...]
    events: tuple[Event, ...] = ()
    tracks: Mapping[str, str] = field(default_factory=lambda: {"audio": PARSED, "visual": PARSED})
    parser: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

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
        object.__setattr__(self, "vocabulary", tuple(self.vocabulary))
        object.__setattr__(self, "warnings", tuple(self.warnings))

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def on(self, track: Track | str, label: str | None = None) -> tuple[Event, ...]:
        """Return the events of one track, and of one class if `label` is given."""
        track = Track(track)
        return tuple(e for e in self.events if e.track is track and label in (None, e.label))

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
        """Return the timeline of two binary matrices (T, C); runs of ones become events, edges are
        segment edges.

        `audio_prob` and `visual_prob` (T, C) give each event its score: the mean over the event;
        for audio_visual events the mean of the smaller of the two.  `to_arrays` gives the same
        matrices back.
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
        on[Track.AUDIO_VISUAL] = on[Track.AUDIO] & on[Track.VISUAL]
        prob = {Track.AUDIO: audio_prob, Track.VISUAL: visual_prob, Track.AUDIO_VISUAL: None}
        if audio_prob is not None and visual_prob is not None:
            prob[Track.AUDIO_VISUAL] = np.minimum(audio_prob, visual_prob)
        events = [
            _event(track, label, first, last, grid, duration_s, prob[track], column)
            for track, matrix in on.items()
            for column, label in enumerate(names)
            for first, last in runs(matrix[:, column])
        ]
        return cls(source, duration_s, grid, names, tuple(events), **fields)

    def to_arrays(
        self, grid: TimeGrid | None = None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return (audio, visual) boolean matrices (T, C) on `grid` (default: the timeline's
        own).
        """
        grid = self.grid if grid is None else grid
        out = np.zeros((2, grid.count, len(self.vocabulary)), np.bool_)
        for index, track in enumerate((Track.AUDIO, Track.VISUAL)):
            for column, label in enumerate(self.vocabulary):
                out[index, :, column] = rasterise(
                    ((e.start_s, _unclipped(e.end_s, self)) for e in self.on(track, label)), grid
                )
        return out[0], out[1]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract."""
        return {
            "schema": SCHEMA,
            "source": self.source,
            "duration_s": round(self.duration_s, DIGITS),
            "grid": {
                "start_s": self.grid.start_s,
                "step_s": self.grid.step_s,
                "count": self.grid.count,
            },
            "vocabulary": list(self.vocabulary),
            "tracks": dict(self.tracks),
            "events": [
                {
                    "track": str(e.track),
                    "label": e.label,
                    "start_s": round(e.start_s, DIGITS),
                    "end_s": round(e.end_s, DIGITS),
                    "score": None if e.score is None else round(e.score, DIGITS),
                }
                for e in self.events
            ],
            "parser": dict(self.parser),
            "warnings": list(self.warnings),
        }

    def to_json(self, *, indent: int | None = 1) -> str:
        """Return the timeline as JSON text (schema `seehear.timeline/1`)."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_dict(cls, data: Any, *, where: object = "timeline") -> Self:
        """Return the timeline of a JSON object.

        Raises:
            DataError: a field is missing, of the wrong type, or contradicts another.
        """
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            got = data.get("schema") if isinstance(data, dict) else type(data).__name__
            raise DataError(
                f"expected schema {SCHEMA}, got {got}",
                where=where,
                hint="is this a seehear timeline?",
            )
        try:
            grid = data["grid"]
            events = tuple(
                Event(
                    float(e["start_s"]),
                    float(e["end_s"]),
                    Track(e["track"]),
                    str(e["label"]),
                    None if e.get("score") is None else float(e["score"]),
                )
                for e in data["events"]
            )
            return cls(
                source=str(data["source"]),
                duration_s=float(data["duration_s"]),
                grid=TimeGrid(int(grid["count"]), float(grid["step_s"]), float(grid["start_s"])),
                vocabulary=tuple(map(str, data["vocabulary"])),
                events=events,
                tracks={t: str(data["tracks"][t]) for t in ("audio", "visual")},
                parser=dict(data.get("parser", {})),
                warnings=tuple(map(str, data.get("warnings", ()))),
            )
        except KeyError as error:
            raise DataError(f"field {error} is missing", where=where) from None
        except (TypeError, ValueError, AttributeError) as error:
            raise DataError(str(error), where=where) from None

    @classmethod
    def from_json(cls, text: str | bytes | Path) -> Self:
        """Return the timeline of JSON text, or of the file at a `Path`.

        Raises:
            DataError: not JSON, or not a timeline.
        """
        where: object = text if isinstance(text, Path) else "timeline"
        try:
            return cls.from_dict(
                json.loads(text.read_bytes() if isinstance(text, Path) else text), where=where
            )
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", where=where) from None
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise DataError(f"not JSON: {error}", where=where) from None


def _event(
    track: Track,
    label: str,
    first: int,
    last: int,
    grid: TimeGrid,
    duration_s: float,
    prob: NDArray[np.floating] | None,
    column: int,
) -> Event:
    start_s, end_s = round(grid.edges(first)[0], DIGITS), round(grid.edges(last - 1)[1], DIGITS)
    if (
        duration_s > start_s
    ):  # the last segment may run past the clip's end: the event then ends with the clip
        end_s = min(end_s, duration_s)
    score = None if prob is None else round(float(prob[first:last, column].mean()), DIGITS)
    return Event(start_s, end_s, track, label, score)


def _unclipped(end_s: float, timeline: Timeline) -> float:
    """Undo the clipping to the clip's end, so that a short last segment is marked again."""
    return max(timeline.grid.end_s, end_s) if abs(end_s - timeline.duration_s) < 1e-6 else end_s
