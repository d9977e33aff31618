"""Decisions made again from the scores that a timeline keeps; what a person did stays.

`parser["decoding"]` stays what the parser decided with; `parser["decoded"]` says with what
decisions were made again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np

from seehear.errors import DataError
from seehear.foreign.forms import first_of, items, maybe, number, one_of, record
from seehear.time.decode import GATES, Decoding, decode_scores
from seehear.time.event import Event, Track
from seehear.time.extent import DIGITS, rounded
from seehear.time.scores import TRACKS
from seehear.time.spans import Span, difference, intersection, joined
from seehear.time.timeline import Timeline

_SHARE, _SECONDS = number(0, 1), number(0, 1e9)
_LIMIT = first_of(_SHARE, items(_SHARE))
_FORM = record(
    {},
    {
        "threshold": _LIMIT,
        "visual_threshold": maybe(_LIMIT),
        "gate": one_of(*GATES),
        "gate_threshold": _LIMIT,
        "visual_gate_threshold": maybe(_LIMIT),
        "keep_threshold": maybe(_SHARE),
        "fill_gap_s": _SECONDS,
        "min_duration_s": _SECONDS,
    },
)


def decoding_of(timeline: Timeline, *, parsed: bool = False) -> Decoding:
    """Return what the decisions of a timeline were made with.

    Args:
        timeline: as parsed or decided again.
        parsed: return what the parser decided with, whatever was decided since.

    Raises:
        DataError: it does not say, or what it says is none.
    """
    said: Any = timeline.parser.get("decoding")
    if not parsed and "decoded" in timeline.parser:
        said = timeline.parser["decoded"]
    if said is None:
        raise DataError("it does not say what was decided with", where=timeline.source)
    try:
        known = {name: value for name, value in _FORM(said).items() if name in _NAMES}
        lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
        return Decoding(**{**known, **lists})
    except ValueError as error:
        raise DataError(f"parser.decoding: {error}", where=timeline.source) from None


_NAMES = {field.name for field in fields(Decoding)}


def decoded(timeline: Timeline, decoding: Decoding) -> Timeline:
    """Return a timeline with decisions made again from the scores it keeps.

    What a person did stays: events of another origin than `parser`, stretches that were reviewed,
    and what was removed.  An event that comes out as it was keeps its score.

    Raises:
        DataError: the timeline keeps no scores.
        ValueError: a threshold for each class, and not as many as there are classes.
    """
    if timeline.kept is None:
        raise DataError(
            "it keeps no scores to decide from",
            where=timeline.source,
            hint="parse the video again",
        )
    present = tuple(not timeline.tracks[track].absent for track in TRACKS)
    scores = timeline.kept.scores(timeline.grid, timeline.vocabulary, (present[0], present[1]))
    parser = {name: value for name, value in timeline.parser.items() if name != "decoded"}
    said = decoding.to_dict()
    if said != parser.get("decoding"):
        parser["decoded"] = said
    fresh = decode_scores(scores, decoding, tracks=timeline.tracks, duration_s=timeline.duration_s)
    before = {_place(event): event for event in timeline.events}
    events = [before.get(_place(event), event) for event in fresh.events]
    if _touched(timeline):
        events = _with_a_persons(timeline, events)
    return replace(timeline, events=tuple(events), parser=parser)


def _touched(timeline: Timeline) -> bool:
    """Return whether a person has done anything to a timeline."""
    reviewed = any(extent.reviewed for extent in timeline.tracks.values())
    others = any(event.origin != "parser" for event in timeline.events)
    return reviewed or others or bool(timeline.removed)


def _with_a_persons(timeline: Timeline, fresh: Iterable[Event]) -> list[Event]:
    """Return fresh events with what a person did, and audio_visual ones as both then say."""
    events: list[Event] = []
    for name in TRACKS:
        for label in timeline.vocabulary:
            of_class = [e for e in fresh if _is_of(e, Track(name), label)]
            events += _of_class(timeline, Track(name), label, of_class)
    for label in timeline.vocabulary:
        events += _both(timeline, label, [event for event in events if event.label == label])
    return events


def _of_class(
    timeline: Timeline, track: Track, label: str, fresh: Iterable[Event]
) -> Iterator[Event]:
    """Yield the events of a class on a track: a person's, and the parser's where no person was."""
    reviewed = timeline.tracks[str(track)].reviewed
    before = timeline.on(track, label)
    persons = [event for event in before if event.origin != "parser"]
    removed = [event for event in timeline.removed if _is_of(event, track, label)]
    closed = joined([*reviewed, *_spans(removed), *_spans(persons)])
    kept = [part for event in before if event not in persons for part in _in(event, reviewed)]
    yield from persons
    yield from _whole([*kept, *(part for event in fresh for part in _outside(event, closed))])


def _both(timeline: Timeline, label: str, events: Iterable[Event]) -> list[Event]:
    """Return the audio_visual events of a class: where its audio and visual ones hold together."""
    audio = joined(_spans(event for event in events if event.track is Track.AUDIO))
    visual = joined(_spans(event for event in events if event.track is Track.VISUAL))
    before = {_place(event): event for event in timeline.on(Track.AUDIO_VISUAL, label)}
    out = []
    for start_s, end_s in intersection(audio, visual):
        event = Event(*rounded(start_s, end_s), Track.AUDIO_VISUAL, label)
        event = replace(event, score=_score(timeline, event))
        out.append(before.get(_place(event), event))
    return out


def _score(timeline: Timeline, event: Event) -> float | None:
    """Return the mean of the smaller probability over the segments that an event reaches into."""
    assert timeline.kept is not None
    grid, column = timeline.grid, timeline.vocabulary.index(event.label)
    part = grid.crop(event.start_s, event.end_s)
    first = round((part.start_s - grid.start_s) / grid.step_s)
    levels = timeline.kept.segments[:, column, first : first + part.count]
    if not levels.size:
        return None
    return round(float(np.min(levels, axis=0).mean() / timeline.kept.LEVELS), DIGITS)


def _whole(parts: Iterable[Event]) -> list[Event]:
    """Return events of one class with those made one that the edge of a stretch had divided."""
    out: list[Event] = []
    for event in sorted(parts):
        if out and out[-1].end_s == event.start_s:
            out[-1] = replace(out[-1], end_s=event.end_s)
        else:
            out.append(event)
    return out


def _place(event: Event) -> tuple[Track, str, float, float]:
    return event.track, event.label, event.start_s, event.end_s


def _is_of(event: Event, track: Track, label: str) -> bool:
    return event.track is track and event.label == label


def _spans(events: Iterable[Event]) -> list[Span]:
    return [(event.start_s, event.end_s) for event in events]


def _in(event: Event, spans: Iterable[Span]) -> list[Event]:
    """Return what of an event lies in stretches."""
    parts = intersection([(event.start_s, event.end_s)], spans)
    return [replace(event, start_s=start_s, end_s=end_s) for start_s, end_s in parts]


def _outside(event: Event, spans: Iterable[Span]) -> list[Event]:
    """Return what of an event lies in none of the stretches."""
    parts = difference([(event.start_s, event.end_s)], spans)
    return [replace(event, start_s=start_s, end_s=end_s) for start_s, end_s in parts]
