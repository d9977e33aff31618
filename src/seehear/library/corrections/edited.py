"""A clip as a person edited it on a page, put into its timeline.

The page sends all that it shows: the events of both tracks, the reviewed stretches, the added
classes. The origin of each event and what was removed follow by comparison with the timeline: an
event that is there already stays as it is, and what the parser had found and is no longer there was
removed.  So "undo", which sends the state before, leaves no trace.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from seehear.errors import DataError
from seehear.foreign.forms import shortened
from seehear.library.corrections.correct import SAME_S, begun, counts, noted
from seehear.time import NOT_PARSED, TRACKS, Event, Extent, Timeline, Track
from seehear.time.extent import rounded
from seehear.time.renewed import conjunctions, spans_of
from seehear.time.review import Edit
from seehear.time.spans import Span, clipped, difference, intersection, joined

_LONGEST = 100  # characters of a class
Place = tuple[Track, str, float, float]  # track, class, start_s, end_s of an event
_MACHINES = ("parser", "confirmed")  # origins of events that the parser found


@dataclass(frozen=True)
class Intended:
    """What a person wants a clip to say.

    Args:
        events: all events of both tracks; origins `confirmed` and `added` are taken as they are,
            any other event that is not in the timeline yet is a correction.
        reviewed: by track, the stretches that a person has gone through.
        words: classes that are added, with or without events.
        complete: the person has now gone through the whole clip for every class that it has.
    """

    events: tuple[Event, ...]
    reviewed: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    complete: bool = False


def edited(timeline: Timeline, wanted: Intended, *, by: str | None = None) -> Timeline:
    """Return a timeline with the edits of a person; the same one if there are none.

    Args:
        timeline: as it is now.
        wanted: what the person wants.
        by: name of the person; None: not said.

    Raises:
        DataError: an event or a stretch lies outside the clip or on a track that does not exist, or
            a class has no name.
    """
    _check(timeline, wanted)
    line = begun(timeline, (*wanted.words, *(event.label for event in wanted.events)))
    review = line.review
    assert review is not None
    known = {event.place: event for event in (*review.machine, *timeline.events)}
    events, removed = _both_tracks(line, wanted, known)
    tracks = {name: _reviewed(line, name, wanted) for name in line.tracks}
    if wanted.complete or not any(extent.reviewed for extent in tracks.values()):
        review = replace(review, words=None)
    line = replace(line, removed=tuple(removed), tracks=tracks, review=review)
    # an event of both tracks that the parser had found keeps its score
    scored = replace(line, events=tuple(e for e in known.values() if e.track not in TRACKS))
    line = replace(line, events=(*events, *conjunctions(scored, events)))
    return noted(timeline, line, _edit(timeline, line, by))


def _both_tracks(
    line: Timeline, wanted: Intended, known: Mapping[Place, Event]
) -> tuple[list[Event], list[Event]]:
    """Return the new events of both tracks, and all that was removed."""
    machine = () if line.review is None else line.review.machine
    found = {event.place for event in machine}
    events: list[Event] = []
    removed: list[Event] = []
    for name in TRACKS:
        for label in line.vocabulary:
            of = Track(name), label
            standing = {event.place for event in line.on(*of)}
            wishes = filter(partial(_is, of=of), wanted.events)
            there = [_event(line, event, known, found, standing) for event in wishes]
            events += _apart(there, standing)
            removed += _removed(line, of, machine, there)
    return events, removed


def _check(timeline: Timeline, wanted: Intended) -> None:
    """Check that edits fit the clip.

    Raises:
        DataError: see `edited`.
    """
    standing = {event.place for event in timeline.events}
    for event in wanted.events:
        _check_word(event.label)
        if event.place not in standing:
            what = f"{shortened(event.label)}, {event.track}"
            _check_span(timeline, event.track, (event.start_s, event.end_s), what)
    for word in wanted.words:
        _check_word(word)
    for track, spans in wanted.reviewed.items():
        for span in spans:
            _check_span(timeline, track, span, f"reviewed, {track}")


def _check_word(word: str) -> None:
    if not word.strip() or word == NOT_PARSED or not word.isprintable() or len(word) > _LONGEST:
        raise DataError(
            f"expected the name of a class, got '{shortened(word)}'",
            hint=f"a name has 1 to {_LONGEST} letters; nothing was changed",
        )


def _check_span(timeline: Timeline, track: str, span: Span, what: str) -> None:
    if track not in TRACKS or timeline.tracks[track].absent:
        raise DataError(f"{what}: the clip has no {track} track", hint="nothing was changed")
    start_s, end_s = timeline.grid.start_s, timeline.duration_s
    if not clipped([span], start_s, end_s):
        raise DataError(
            f"{what}: {span[0]:g} to {span[1]:g} s lies outside the clip, which goes from"
            f" {start_s:g} to {end_s:g} s",
            hint="nothing was changed",
        )


def _is(event: Event, of: tuple[Track, str]) -> bool:
    return (event.track, event.label) == of


def _event(
    timeline: Timeline,
    wanted: Event,
    known: Mapping[Place, Event],
    found: set[Place],
    standing: set[Place],
) -> Event:
    """Return a wanted event cut to the clip, with its origin.

    Args:
        timeline: as it is now.
        wanted: the event.
        known: events of the timeline and of the parser, by place.
        found: places of the parser's events.
        standing: places of the timeline's events.
    """
    same = known.get(wanted.place)
    by_hand = wanted.origin not in _MACHINES
    if same is not None:
        if same.origin not in _MACHINES or (by_hand and wanted.place in standing):
            return same
        if by_hand:  # an event of the parser, removed and drawn again
            return replace(same, origin="confirmed")
        # only what the parser has found becomes the parser's again
        back = same.origin == "parser" or wanted.place in found
        return replace(same, origin=wanted.origin if back else "confirmed")
    start_s, end_s = timeline.grid.start_s, timeline.duration_s
    span = clipped([(wanted.start_s, wanted.end_s)], start_s, end_s)[0]
    origin = "added" if wanted.origin == "added" else "corrected"
    return Event(*rounded(*span), wanted.track, wanted.label, None, origin)


def _apart(events: Iterable[Event], standing: set[Place]) -> list[Event]:
    """Return events of one class; those that overlap and did not before are joined."""
    out: list[Event] = []
    for event in sorted(events, key=lambda event: (event.start_s, event.end_s)):
        as_before = bool(out) and {out[-1].place, event.place} <= standing
        if (
            not out
            or event.start_s >= out[-1].end_s
            or (as_before and out[-1].place != event.place)
        ):
            out.append(event)
        elif out[-1].place != event.place:
            origins = {out[-1].origin, event.origin}
            origin = "added" if origins == {"added"} else "corrected"
            end_s = max(out[-1].end_s, event.end_s)
            out[-1] = replace(out[-1], end_s=end_s, score=None, origin=origin)
    return out


def _removed(
    line: Timeline, of: tuple[Track, str], machine: Iterable[Event], there: Iterable[Event]
) -> list[Event]:
    """Return what a person has removed of a class on a track: before, and now."""
    found = joined(spans_of(event for event in machine if _is(event, of)))
    gone = spans_of(event for event in line.removed if _is(event, of))
    for event in line.on(*of):
        span = [(event.start_s, event.end_s)]
        # an event that a person had added and removes again is not recorded
        gone += span if event.origin in _MACHINES else intersection(span, found)
    left = difference(joined(gone), joined(spans_of(there)))
    return [Event(*rounded(*span), *of) for span in left if span[1] - span[0] > SAME_S]


def _reviewed(line: Timeline, name: str, wanted: Intended) -> Extent:
    """Return a track with the stretches that were gone through."""
    spans = clipped(wanted.reviewed.get(name, ()), line.grid.start_s, line.duration_s)
    return replace(line.tracks[name], reviewed=tuple(spans))


def _edit(before: Timeline, after: Timeline, by: str | None) -> Edit:
    """Return the note of a change: when, what, who."""
    parts = [f"{count} {kind}" for kind, count in counts(before, after).items()]
    reviewed_s = _length(after) - _length(before)
    if reviewed_s:
        parts.append(f"{reviewed_s:+g} s reviewed")
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return Edit(at, f"on the page: {', '.join(parts) or 'taken back'}", by)


def _length(timeline: Timeline) -> float:
    spans = [span for extent in timeline.tracks.values() for span in extent.reviewed]
    return round(sum(end - start for start, end in spans), 3)
