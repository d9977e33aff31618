"""Rows that a person wrote, put into a timeline as corrections.

A row says that a class is there, on a track, from one time to another.  A row that equals an event
of the parser confirms it.  A row that overlaps an event of its class corrects it, and the part of
the event outside the row is removed.  Any other row adds an event.  Where a person has gone through
a clip completely, events without a row are removed, too.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from seehear.time import NOT_PARSED, TRACKS, Event, Timeline, Track
from seehear.time.extent import rounded
from seehear.time.renewed import conjunctions, outside, spans_of, widened
from seehear.time.review import Edit, Review
from seehear.time.spans import Span, clipped, difference, joined

SAME_S = 1e-3  # edges nearer than this are the same


class Said(Protocol):
    """A row that a person wrote, whatever it was read from."""

    @property
    def track(self) -> str | None:
        """`audio`, `visual`, `audio_visual`, or None: it does not say."""

    @property
    def label(self) -> str:
        """The class."""

    @property
    def start_s(self) -> float:
        """When it begins, in seconds."""

    @property
    def end_s(self) -> float | None:
        """When it ends, in seconds; None: it does not say."""

    @property
    def where(self) -> str:
        """Where the row stands, for messages."""


@dataclass(frozen=True)
class Corrected:
    """The result of `corrected`.

    Args:
        timeline: with the corrections.
        unused: (where, why) of each row that could not be used for the clip.
    """

    timeline: Timeline
    unused: tuple[tuple[str, str], ...] = ()


def corrected(
    timeline: Timeline,
    rows: Iterable[Said],
    *,
    complete: bool = False,
    words: Sequence[str] = (),
    edit: Edit | None = None,
) -> Corrected:
    """Return a timeline with what a person says about it.

    Args:
        timeline: as it is now.
        rows: what the person says.
        complete: the rows name everything in the clip, so all of it counts as reviewed.
        words: classes that the person looked for in addition to those of the clip.
        edit: who, when and how, for the record.
    """
    spans, unused = _spans(timeline, rows)
    labels = [label for _, label in spans] + list(words)
    line = begun(timeline, labels)
    events: list[Event] = []
    removed: list[Event] = []
    for name in TRACKS:
        track = Track(name)
        for label in line.vocabulary:
            there, gone = _of_class(line, track, label, spans.get((track, label), []), complete)
            events += there
            removed += gone
    line = replace(line, removed=tuple(removed))
    line = replace(line, events=(*events, *conjunctions(line, events)))
    if complete:
        line = gone_through(line)
    return Corrected(noted(timeline, line, edit), tuple(unused))


def gone_through(timeline: Timeline, *, edit: Edit | None = None) -> Timeline:
    """Return a timeline as reviewed completely: all of its events are confirmed.

    Args:
        timeline: as it is now.
        edit: who, when and how, for the record.
    """
    line = begun(timeline, ())
    assert line.review is not None
    whole = (line.grid.start_s, max(line.duration_s, line.grid.start_s))
    tracks = {}
    for name, extent in line.tracks.items():
        spans = () if extent.absent else (*extent.reviewed, whole)
        tracks[name] = replace(extent, reviewed=tuple(spans))
    events = []
    for event in line.events:
        if event.track in TRACKS:
            found = event.origin == "parser"
            events.append(replace(event, origin="confirmed") if found else event)
    line = replace(line, tracks=tracks, review=replace(line.review, words=None))
    line = replace(line, events=(*events, *conjunctions(line, events)))
    return noted(timeline, line, edit)


def begun(timeline: Timeline, labels: Iterable[str]) -> Timeline:
    """Return a timeline ready to be corrected: it also keeps what the parser found.

    Args:
        timeline: as it is now.
        labels: classes that a person names; they are added to the vocabulary if missing.
    """
    review = _review(timeline)
    more = [label for label in dict.fromkeys(labels) if label not in timeline.vocabulary]
    if more:
        words = review.words
        if words is None and any(extent.reviewed for extent in timeline.tracks.values()):
            words = timeline.vocabulary  # the parser did not look for the new ones
        review = replace(review, words=words, added=(*review.added, *more))
    line = widened(timeline, (*timeline.vocabulary, *more))
    return replace(line, review=review)


def _review(timeline: Timeline) -> Review:
    """Return what people did so far, with what the parser had found."""
    review = timeline.review
    if review is not None and timeline.is_corrected:
        return review
    found = [event for event in timeline.events if event.origin in ("parser", "confirmed")]
    if timeline.is_corrected:  # by hand, or by another tool
        found += timeline.removed
    return Review(tuple(found), edits=() if review is None else review.edits)


def noted(before: Timeline, line: Timeline, edit: Edit | None) -> Timeline:
    """Return a changed timeline with a note of who changed it; an unchanged one as it was."""
    assert line.review is not None
    if same(before, line):
        return before
    return line if edit is None else replace(line, review=line.review.with_edit(edit))


def counts(before: Timeline, after: Timeline) -> dict[str, int]:
    """Return by origin how many events are new, and under `removed` how many stretches."""
    there = {(event.place, event.origin) for event in before.events}
    kinds: Counter[str] = Counter()
    for event in after.events:
        new = (event.place, event.origin) not in there
        if event.track in TRACKS and event.origin != "parser" and new:
            kinds[event.origin] += 1
    gone = {event.place for event in before.removed}
    kinds["removed"] = sum(event.place not in gone for event in after.removed)
    return dict(sorted((kind, count) for kind, count in kinds.items() if count))


def same(before: Timeline, now: Timeline) -> bool:
    """Return whether two timelines have the same events and the same reviewed stretches."""
    parts = []
    for line in (before, now):
        removed = sorted(event.place for event in line.removed)
        words = None if line.review is None else line.review.words
        parts.append((line.events, line.vocabulary, line.tracks, removed, words))
    return parts[0] == parts[1]


def _spans(
    timeline: Timeline, rows: Iterable[Said]
) -> tuple[dict[tuple[Track, str], list[Span]], list[tuple[str, str]]]:
    """Return the stretches of the rows by track and class, and (where, why) of unused rows."""
    spans: dict[tuple[Track, str], list[Span]] = {}
    unused = []
    for row in rows:
        reason = _reason(timeline, row)
        if reason is not None:
            unused.append((row.where, reason))
            continue
        assert row.end_s is not None
        inside = clipped([(row.start_s, row.end_s)], timeline.grid.start_s, timeline.duration_s)
        both = [Track(name) for name in TRACKS]
        for track in both if row.track == "audio_visual" else [Track(str(row.track))]:
            spans.setdefault((track, row.label), []).extend(inside)
    return spans, unused


def _reason(timeline: Timeline, row: Said) -> str | None:
    """Return why a row cannot be used for a clip; None if it can."""
    if row.track is None:
        return "it names no track"
    if row.label in ("", NOT_PARSED) or row.end_s is None:
        return "it does not say when it ends" if row.end_s is None else "it names no class"
    if not row.end_s > row.start_s:
        return f"it ends at {row.end_s:g} s, before it starts at {row.start_s:g} s"
    start_s, end_s = timeline.grid.start_s, timeline.duration_s
    if not clipped([(row.start_s, row.end_s)], start_s, end_s):
        told = f"the clip goes from {start_s:g} to {end_s:g} s"
        return f"{row.start_s:g} to {row.end_s:g} s lies outside the clip: {told}"
    for name in TRACKS:
        if row.track in (name, "audio_visual") and timeline.tracks[name].absent:
            return f"the clip has no {name} track"
    return None


def _of_class(
    line: Timeline, track: Track, label: str, rows: Sequence[Span], complete: bool
) -> tuple[list[Event], list[Event]]:
    """Return the events of a class on a track after the rows, and all that was removed."""
    said = joined(rows)
    known = line.on(track, label)
    there: list[Event] = []
    gone = [event for event in line.removed if (event.track, event.label) == (track, label)]
    for span in said:
        there.append(_event(span, track, label, [e for e in known if _overlap(e, span)]))
    for event in known:
        if complete or any(_overlap(event, span) for span in said):
            gone += outside(event, said)
        else:
            there.append(event)
    return there, _gone(gone, there, (track, label))


def _gone(gone: Iterable[Event], there: Iterable[Event], of: tuple[Track, str]) -> list[Event]:
    """Return what was removed, as whole stretches, without what a person has set there."""
    persons = spans_of(event for event in there if event.origin != "parser")
    left = difference(joined(spans_of(gone)), joined(persons))
    return [Event(*rounded(*span), *of) for span in left if span[1] - span[0] > SAME_S]


def _event(span: Span, track: Track, label: str, touched: Sequence[Event]) -> Event:
    """Return the event of a row, given those of its class that it overlaps."""
    for event in touched:
        edges = zip((event.start_s, event.end_s), span, strict=True)
        if all(abs(one - other) <= SAME_S for one, other in edges):
            return replace(event, origin="confirmed") if event.origin == "parser" else event
    return Event(*rounded(*span), track, label, None, "corrected" if touched else "added")


def _overlap(event: Event, span: Span) -> bool:
    return event.start_s < span[1] and span[0] < event.end_s
