"""Predictions of a split as they lie on disk: timeline files, one table, or arrays.

- a folder of `*.timeline.json`: a file belongs to the clip whose name or id is the stem of its
  `source` (or, where that fits no clip, of the file's own name);
- a tab-separated file with the columns `filename track onset offset event_label`: times in seconds,
  track `audio` or `visual` (rows of `audio_visual` may be there, but follow from the others).  A
  row with only a filename says that nothing was found in that clip; a row of the class
  `[not parsed]` says that nothing is known of those seconds;
- an `.npz` file of arrays (`arrays.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.closest import shown
from seehear.data.arrays import read_decisions
from seehear.data.dataset import Split
from seehear.data.match import ClipFinder
from seehear.data.tables import Faults, read_table, seconds
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.time import (
    NOT_PARSED,
    SUFFIX,
    TRACKS,
    Event,
    TimeGrid,
    Timeline,
    Track,
    rasterise,
)
from seehear.time.spans import Span

_Spans = dict[tuple[Track, int], list[tuple[float, float]]]  # by track and class
_Unknown = dict[int, dict[str, list[Span]]]  # by place in the split and track
_COLUMNS = ("filename", "track", "onset", "offset", "event_label")


@dataclass(frozen=True, eq=False)
class Predictions:
    """Decisions for every clip of a split, in its order.

    Args:
        audio: (N, T, C) bool.
        visual: (N, T, C) bool.
        missing: clips without a prediction, taken as empty as the caller asked.
        extra: how many predictions for other clips were left out as the caller asked.
        outside_grid: rows of a table that touch no segment, such as times counted from the start of
            the source video.
        made: what the timelines say about how they were made; empty if they disagree or say
            nothing.
        unread: one line for each file that cannot be read; its clip is among the missing.
        unparsed: (2, N, T) bool, audio and visual: segments of which more than half was not
            parsed, so that nothing is predicted there.  None: there are none.
        scores: probabilities (T, 2, C) of each clip on its own segments, None for clips without;
            empty: no clip has any.
        events: the audio-visual events of each clip's timeline; empty: there are no timelines, and
            such events are where both tracks' decisions agree.
        lengths: how many segments each clip's timeline has, None for clips without; empty: there
            are no timelines.
    """

    audio: NDArray[np.bool_]
    visual: NDArray[np.bool_]
    missing: tuple[str, ...] = ()
    extra: int = 0
    outside_grid: int = 0
    made: Mapping[str, Any] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    unparsed: NDArray[np.bool_] | None = None
    scores: tuple[NDArray[np.float32] | None, ...] = ()
    events: tuple[tuple[Event, ...], ...] = ()
    lengths: tuple[int | None, ...] = ()


def read_predictions(
    path: str | Path,
    split: Split,
    vocabulary: Vocabulary,
    grid: TimeGrid,
    *,
    missing: Literal["error", "empty"] = "error",
    extra: Literal["error", "ignore"] = "error",
) -> Predictions:
    """Return the predictions for a split.

    Args:
        path: a folder of timeline files, a tab-separated file, or an .npz file with decisions.
        split: whose clips are meant.
        vocabulary: the dataset's classes; a prediction of another class is refused.
        grid: the dataset's segments; predicted intervals are drawn on them.
        missing: what to do if a clip has no prediction, or none that can be read: raise an error,
            or take it as empty.
        extra: what to do with a prediction for a clip that is not in the split: raise an error, or
            leave it out.

    Raises:
        DataError: a prediction is missing, is of another clip or class, or appears twice; a table
            cannot be read, or an array has a wrong shape.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(
            "no such file or folder",
            where=path,
            hint=f"give a folder of *{SUFFIX} files or a tab-separated file ({' '.join(_COLUMNS)})",
        )
    made: Mapping[str, Any] = {}
    outside: list[str] = []
    unread: list[str] = []
    unknown: _Unknown = {}
    beyond = 0
    clips = ClipFinder(split)
    kept: dict[int, Timeline] = {}
    if path.is_dir():
        timelines = _read_timelines(path, unread)
        found, made, kept = _timelines(timelines, clips, vocabulary, grid, outside)
        unknown = {index: _unparsed(timeline) for index, timeline in kept.items()}
    elif path.suffix == ".npz":
        found = read_decisions(path, clips, vocabulary, grid, outside)
    else:
        found, beyond = _table(path, clips, vocabulary, grid, outside, unknown)
    if outside and extra == "error":
        raise DataError(
            f"{amount(len(outside), 'prediction')} for clips that are not in split {split.name}"
            f" ({shown(outside)})",
            where=path,
            hint=clips.hint(outside, "choose their split, or leave them out with `extra` ignore"),
        )
    _shared(split, found, kept, unknown)
    absent = [name for index, name in enumerate(split.names) if index not in found]
    if absent and missing == "error":
        count = f"{len(absent)} of {amount(len(split), 'clip')}"
        problem = f"predictions missing for {count} ({shown(absent)})"
        raise DataError(
            f"{problem}{_told(unread)}",
            where=path,
            hint=clips.hint(
                outside, "predict them too, or score them as empty with `missing` empty"
            ),
        )
    both = np.zeros((2, len(split), grid.count, len(vocabulary)), np.bool_)
    for index, decisions in found.items():
        both[:, index] = decisions
    return Predictions(
        both[0],
        both[1],
        tuple(absent),
        len(outside),
        beyond,
        made,
        tuple(unread),
        _segments(unknown, len(split), grid),
        *_kept(kept, len(split), vocabulary, grid),
    )


def _unparsed(timeline: Timeline) -> dict[str, list[Span]]:
    return {track: list(timeline.unparsed(track)) for track in TRACKS}


def _shared(
    split: Split,
    found: dict[int, NDArray[np.bool_]],
    kept: dict[int, Timeline],
    unknown: _Unknown,
) -> None:
    """Let the prediction for a file count for every clip of the split that has this file."""
    by_id = {split.clips[index].id: index for index in found}
    for index, clip in enumerate(split.clips):
        other = by_id.get(clip.id)
        if index in found or other is None:
            continue
        found[index] = found[other]
        unknown[index] = unknown.get(other, {})
        if other in kept:
            kept[index] = kept[other]


class _Kept(NamedTuple):
    """What timelines hold of every clip besides decisions; see `Predictions`."""

    scores: tuple[NDArray[np.float32] | None, ...] = ()
    events: tuple[tuple[Event, ...], ...] = ()
    lengths: tuple[int | None, ...] = ()


def _kept(
    timelines: Mapping[int, Timeline], clips: int, vocabulary: Vocabulary, grid: TimeGrid
) -> _Kept:
    """Return the scores, audio-visual events and lengths of every clip that timelines hold."""
    if not timelines:
        return _Kept()
    scores: list[NDArray[np.float32] | None] = [None] * clips
    events: list[tuple[Event, ...]] = [()] * clips
    lengths: list[int | None] = [None] * clips
    for index, timeline in timelines.items():
        scores[index] = _scores(timeline, vocabulary, grid)
        events[index] = timeline.on(Track.AUDIO_VISUAL)
        lengths[index] = TimeGrid.covering(timeline.grid.end_s, grid.step_s).count
    there = any(rows is not None for rows in scores)
    return _Kept(tuple(scores) if there else (), tuple(events), tuple(lengths))


def _scores(
    timeline: Timeline, vocabulary: Vocabulary, grid: TimeGrid
) -> NDArray[np.float32] | None:
    """Return the scores of a clip, (T, 2, C), with 0 for classes that were not looked for.

    None if it has no scores, or its segments have another length than the dataset's.
    """
    if timeline.kept is None or timeline.grid.step_s != grid.step_s:
        return None
    out = np.zeros((timeline.grid.count, 2, len(vocabulary)), np.float32)
    columns = [c for c, label in enumerate(timeline.vocabulary) if label in vocabulary]
    places = [vocabulary.index(timeline.vocabulary[c]) for c in columns]
    for index, track in enumerate(TRACKS):
        rows = timeline.scores(track)
        if rows is not None:
            out[:, index, places] = rows[:, columns]
    return out


def _segments(unknown: _Unknown, clips: int, grid: TimeGrid) -> NDArray[np.bool_] | None:
    """Return which segments were not parsed, (2, N, T); None if all were."""
    out = np.zeros((2, clips, grid.count), np.bool_)
    for index, of_track in unknown.items():
        for track, spans in of_track.items():
            out[TRACKS.index(track), index] = rasterise(spans, grid)
    return out if out.any() else None


def _told(unread: Sequence[str]) -> str:
    """Return how many files cannot be read, and why the first ones."""
    if not unread:
        return ""
    return f", and {amount(len(unread), 'file')} cannot be read ({shown(unread, most=3)})"


def _read_timelines(folder: Path, unread: list[str]) -> list[tuple[Path, Timeline]]:
    """Return the timelines of a folder; why one cannot be read goes to `unread`.

    Raises:
        DataError: there is none, or none that can be read.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX))
    except OSError as error:
        raise DataError(f"cannot be looked into: {error.strerror}", where=folder) from None
    if not files:
        raise DataError(f"expected *{SUFFIX} files, found none", where=folder)
    found = []
    for file in files:
        try:
            if file.exists() and not (file.is_file() or file.is_dir()):
                raise DataError("expected a file, got a pipe or a device", where=file)
            found.append((file, Timeline.from_json(file)))
        except DataError as error:
            unread.append(str(error))
    if not found:
        raise DataError(f"expected timelines, got none{_told(unread)}", where=folder)
    return found


def _timelines(
    timelines: Sequence[tuple[Path, Timeline]],
    clips: ClipFinder,
    vocabulary: Vocabulary,
    grid: TimeGrid,
    outside: list[str],
) -> tuple[dict[int, NDArray[np.bool_]], Mapping[str, Any], dict[int, Timeline]]:
    found, makers = {}, []
    kept: dict[int, Timeline] = {}
    for file, timeline in timelines:
        source, own = Path(timeline.source).stem, file.name.removesuffix(SUFFIX)
        name = source if clips.known(source, []) else own
        if not clips.known(name, outside):
            continue
        index = clips.place(name, file.name)
        for event in timeline:
            vocabulary.index(event.label, where=file)
        audio, visual = timeline.to_arrays(grid)
        out = np.zeros((2, grid.count, len(vocabulary)), np.bool_)
        for column, label in enumerate(timeline.vocabulary):
            if label in vocabulary:
                out[:, :, vocabulary.index(label)] = audio[:, column], visual[:, column]
        found[index] = out
        kept[index] = timeline
        makers.append(timeline.parser)
    agree = all(maker == makers[0] for maker in makers)
    return found, makers[0] if makers and agree else {}, kept


def _table(
    path: Path,
    clips: ClipFinder,
    vocabulary: Vocabulary,
    grid: TimeGrid,
    outside: list[str],
    unknown: _Unknown,
) -> tuple[dict[int, NDArray[np.bool_]], int]:
    """Return the decisions by place in the split, and how many rows touch no segment.

    Stretches that were not parsed go to `unknown`.
    """
    gone: dict[str, dict[str, list[Span]]] = {}
    beyond = 0
    spans: dict[str, _Spans] = {}
    faults = Faults()
    for line, (name, *fields) in read_table(path, _COLUMNS):
        if name in outside or not clips.known(name, outside):
            continue
        of_clip = spans.setdefault(name, {})
        if not any(fields):
            continue  # the clip was looked at, and nothing was found
        event = _event(fields, vocabulary, faults, where=f"{path}:{line}")
        if event is not None and event.label not in vocabulary:
            of_track = gone.setdefault(name, {}).setdefault(str(event.track), [])
            of_track.append((event.start_s, event.end_s))
        elif event is not None:
            beyond += event.end_s <= grid.start_s or event.start_s >= grid.end_s
            key = (event.track, vocabulary.index(event.label))
            of_clip.setdefault(key, []).append((event.start_s, event.end_s))
    faults.check()
    # a clip that goes by its name in one row and by its id in another is predicted twice
    found = {}
    for name, of_clip in spans.items():
        index = clips.place(name, f"rows of {name}")
        found[index] = _drawn(of_clip, vocabulary, grid, path)
        unknown[index] = gone.get(name, {})
    return found, beyond


def _event(
    fields: Sequence[str], vocabulary: Vocabulary, faults: Faults, *, where: str
) -> Event | None:
    """Return the event of a row's track, onset, offset and class.

    None if they are not an event; that is added to `faults`.  A stretch that was not parsed is
    returned as an event of the class `[not parsed]`.
    """
    track, label = fields[0], fields[3]
    start_s = seconds(fields[1], "onset", faults, where=where)
    end_s = seconds(fields[2], "offset", faults, where=where)
    if track not in list(Track):
        faults.add(f"track: expected {', '.join(Track)}, got {track!r}", where=where)
    elif label == NOT_PARSED and track == Track.AUDIO_VISUAL:
        faults.add(f"{NOT_PARSED}: expected audio or visual, got {track}", where=where)
    elif label not in (*vocabulary.names, NOT_PARSED):
        faults.add_classes([label], vocabulary, where=where)
    elif start_s is not None and end_s is not None:
        if end_s > start_s:
            return Event(start_s, end_s, Track(track), label)
        text = f"expected an offset after the onset, got {fields[1]} to {fields[2]}"
        faults.add(text, where=where)
    return None


def _drawn(
    spans: _Spans,
    vocabulary: Vocabulary,
    grid: TimeGrid,
    path: Path,
) -> NDArray[np.bool_]:
    rows = {track: np.zeros((grid.count, len(vocabulary)), np.bool_) for track in Track}
    for (track, column), intervals in spans.items():
        rows[track][:, column] = rasterise(intervals, grid)
    alone = rows[Track.AUDIO_VISUAL] & ~(rows[Track.AUDIO] & rows[Track.VISUAL])
    if alone.any():
        label = vocabulary.names[int(np.flatnonzero(alone.any(axis=0))[0])]
        raise DataError(
            f"an audio_visual event of {label} without the audio and visual events it follows from",
            where=path,
            hint="write the rows of both tracks; audio_visual is their conjunction",
        )
    return np.stack([rows[Track.AUDIO], rows[Track.VISUAL]])
