"""A timeline with a new answer of the parser: what a person did stays, the rest is new.

The new answer may come from other thresholds, another model or other words.  An event that a person
confirmed, corrected or added stays as it is, and what was removed stays away.  In a stretch that
was reviewed nothing changes for the classes it was reviewed for.  Everything else comes from the
new answer, which is also kept unchanged in `Timeline.review.machine`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from seehear.time.event import Event, Track
from seehear.time.extent import DIGITS, rounded
from seehear.time.kept import Kept
from seehear.time.review import Review
from seehear.time.scores import TRACKS
from seehear.time.spans import Span, difference, intersection, joined
from seehear.time.timeline import Timeline


@dataclass(frozen=True)
class Difference:
    """What differs between two timelines of a clip.

    Args:
        gone: events that were there before and are no longer, whole or in part.
        new: events that are there now and were not before.
    """

    gone: tuple[Event, ...] = ()
    new: tuple[Event, ...] = ()

    def __str__(self) -> str:
        return f"{len(self.new)} new, {len(self.gone)} gone"


def between(before: Timeline, now: Timeline) -> Difference:
    """Return what differs between the audio and visual events of two timelines."""
    sides = []
    for one, other in ((before, now), (now, before)):
        there = {event.place for event in other.events}
        own = (event for event in one.events if event.track in TRACKS)
        sides.append(tuple(event for event in own if event.place not in there))
    return Difference(*sides)


def renewed(before: Timeline, fresh: Timeline) -> Timeline:
    """Return a new answer of the parser with what a person did to the one before.

    Args:
        before: the timeline as it stands.
        fresh: the new answer for the same clip, as the parser gives it.
    """
    machine = tuple(event for event in fresh.events if event.origin == "parser")
    if not before.is_corrected:
        edits = () if before.review is None else before.review.edits
        return replace(fresh, review=Review(machine, edits=edits) if edits else None)
    names = _with_a_persons_words(before, fresh)
    line = widened(fresh, names)
    tracks = {}
    for name, extent in line.tracks.items():
        tracks[name] = replace(extent, reviewed=before.tracks[name].reviewed)
    review = replace(
        before.review or Review(),
        machine=machine,
        words=_reviewed_words(before, names),
        added=tuple(name for name in names if name not in looked_for(fresh)),
    )
    line = replace(line, tracks=tracks, removed=before.removed, review=review)
    return replace(line, events=tuple(_with_a_persons(before, line)))


def _reviewed_words(before: Timeline, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the classes that stretches were reviewed for; None: every class there is now."""
    if before.review is not None and before.review.words is not None:
        return before.review.words
    reviewed = any(extent.reviewed for extent in before.tracks.values())
    return before.vocabulary if reviewed and {*names} != {*before.vocabulary} else None


def looked_for(timeline: Timeline) -> tuple[str, ...]:
    """Return the classes that the parser looked for; a person may have added others."""
    added = () if timeline.review is None else timeline.review.added
    return tuple(name for name in timeline.vocabulary if name not in added)


def widened(timeline: Timeline, names: tuple[str, ...]) -> Timeline:
    """Return a timeline with a longer vocabulary; nothing was found of the classes added.

    Args:
        timeline: to be widened.
        names: its vocabulary, then the classes added.
    """
    more = len(names) - len(timeline.vocabulary)
    if not more or timeline.kept is None:
        return replace(timeline, vocabulary=names)
    kept = timeline.kept
    parts = []
    for axis, part in ((1, kept.segments), (1, kept.tracks), (0, kept.clip)):
        if part is not None:
            wide = [(0, 0)] * part.ndim
            wide[axis] = (0, more)
            part = np.pad(part, wide)
        parts.append(part)
    assert parts[0] is not None
    return replace(timeline, vocabulary=names, kept=Kept(parts[0], parts[1], parts[2]))


def _with_a_persons_words(before: Timeline, fresh: Timeline) -> tuple[str, ...]:
    """Return the new classes, and after them those that a person spoke of."""
    spoken = {event.label for event in before.removed}
    spoken |= {event.label for event in before.events if event.origin != "parser"}
    if any(extent.reviewed for extent in before.tracks.values()):
        spoken |= {event.label for event in before.events}
    more = [name for name in before.vocabulary if name in spoken - set(fresh.vocabulary)]
    return (*fresh.vocabulary, *more)


def _with_a_persons(before: Timeline, line: Timeline) -> list[Event]:
    """Return the events of a line with what a person did, audio_visual ones as both then say."""
    events: list[Event] = []
    for name in TRACKS:
        for label in line.vocabulary:
            events += _of_class(before, line, Track(name), label)
    return [*events, *conjunctions(line, events)]


def _of_class(before: Timeline, line: Timeline, track: Track, label: str) -> Iterator[Event]:
    """Yield the events of a class on a track: a person's, and the parser's where no person was."""
    known = before.on(track, label)
    reviewed = before.reviewed(track, label)
    persons = [event for event in known if event.origin != "parser"]
    removed = [event for event in before.removed if (event.track, event.label) == (track, label)]
    closed = joined([*reviewed, *spans_of(removed), *spans_of(persons)])
    kept = [part for event in known if event not in persons for part in _in(event, reviewed)]
    yield from persons
    fresh = (part for event in line.on(track, label) for part in outside(event, closed))
    yield from _whole([*kept, *fresh])


def conjunctions(line: Timeline, events: Iterable[Event]) -> list[Event]:
    """Return the audio_visual events: where audio and visual ones of a class hold together.

    Args:
        line: gives them scores: from its kept probabilities, or from an audio_visual event of its
            own that has the same class and times.
        events: audio and visual ones.
    """
    there: dict[tuple[str, Track], list[Event]] = {}
    for event in events:
        there.setdefault((event.label, event.track), []).append(event)
    before = {event.place: event for event in line.on(Track.AUDIO_VISUAL)}
    out = []
    for label in line.vocabulary:
        audio, visual = (there.get((label, Track(track)), []) for track in TRACKS)
        for start_s, end_s in intersection(joined(spans_of(audio)), joined(spans_of(visual))):
            event = Event(*rounded(start_s, end_s), Track.AUDIO_VISUAL, label)
            score = before[event.place].score if event.place in before else _score(line, event)
            origin = _origin(event, [*audio, *visual])
            out.append(replace(event, score=score, origin=origin))
    return out


def _origin(event: Event, parts: Iterable[Event]) -> str:
    """Return who says that an audio_visual event is there, by who says so of its parts."""
    origins = set()
    for part in parts:
        if part.start_s < event.end_s and event.start_s < part.end_s:
            origins.add(part.origin)
    if origins & {"added", "corrected"}:
        return "corrected"
    return "confirmed" if origins == {"confirmed"} else "parser"


def _score(line: Timeline, event: Event) -> float | None:
    """Return the mean of the smaller probability over the segments that an event reaches into."""
    if line.kept is None:
        return None
    grid, column = line.grid, line.vocabulary.index(event.label)
    part = grid.crop(event.start_s, event.end_s)
    first = round((part.start_s - grid.start_s) / grid.step_s)
    levels = line.kept.segments[:, column, first : first + part.count]
    if not levels.size:
        return None
    return round(float(np.min(levels, axis=0).mean() / line.kept.LEVELS), DIGITS)


def _whole(parts: Iterable[Event]) -> list[Event]:
    """Return events of one class with those made one that the edge of a stretch had divided."""
    out: list[Event] = []
    for event in sorted(parts, key=lambda event: (event.start_s, event.end_s)):
        if out and out[-1].end_s == event.start_s:
            out[-1] = replace(out[-1], end_s=event.end_s)
        else:
            out.append(event)
    return out


def spans_of(events: Iterable[Event]) -> list[Span]:
    """Return when events are."""
    return [(event.start_s, event.end_s) for event in events]


def _in(event: Event, spans: Iterable[Span]) -> list[Event]:
    """Return what of an event lies in stretches."""
    parts = intersection([(event.start_s, event.end_s)], spans)
    return [replace(event, start_s=start_s, end_s=end_s) for start_s, end_s in parts]


def outside(event: Event, spans: Iterable[Span]) -> list[Event]:
    """Return the parts of an event that lie in none of the stretches."""
    parts = difference([(event.start_s, event.end_s)], spans)
    return [replace(event, start_s=start_s, end_s=end_s) for start_s, end_s in parts]
