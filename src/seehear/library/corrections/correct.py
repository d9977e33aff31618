"""Rows that a person wrote, put into a timeline as corrections.

A row says that a class is there, on a track, from one time to another.  A row that equals an event
of the parser confirms it.  A row that overlaps an event of its class corrects it, and the part of
the event outside the row is removed.  Any other row adds an event.  Where a person has gone through
a clip completely, events without a row are removed, too.

A table that was exported and then corrected repeats the `audio_visual` events, which follow from
the other two tracks, as they were.  So a row that equals such an event says nothing where other
rows speak of its class then on both tracks; if it has a score, as machines write it, on one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    def score(self) -> float | None:
        """How sure a machine was, from 0 to 1; None: it does not say."""

    @property
    def where(self) -> str:
        """Where the row stands, for messages."""


@dataclass(frozen=True)
class Corrected:
    """The result of `corrected`.

    Args:
        timeline: with the corrections.
        unused: (where, why) of each row that could not be used for the clip.
        cut: (where, what is left) of each row that reaches beyond the clip by more than a segment.
        rows: number of rows used, by what they do: `confirming` what the parser found, `changing`
            something, `repeating` other rows, or `standing`, which say what was there already.
    """

    timeline: Timeline
    unused: tuple[tuple[str, str], ...] = ()
    cut: tuple[tuple[str, str], ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)


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
    used, unused = _usable(timeline, rows)
    spans = _spans(timeline, used)
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
    line = noted(timeline, line, edit)
    return Corrected(line, tuple(unused), tuple(_cut(timeline, used)), _done(timeline, line, used))


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


def _usable(timeline: Timeline, rows: Iterable[Said]) -> tuple[list[Said], list[tuple[str, str]]]:
    """Return the rows that can be used, those on both tracks last, and (where, why) of others."""
    used, unused = [], []
    for row in rows:
        reason = _reason(timeline, row)
        if reason is None:
            used.append(row)
        else:
            unused.append((row.where, reason))
    return sorted(used, key=lambda row: row.track == Track.AUDIO_VISUAL), unused


def _spans(timeline: Timeline, rows: Sequence[Said]) -> dict[tuple[Track, str], list[Span]]:
    """Return the stretches of rows, by track and class; rows on both tracks come last."""
    spans: dict[tuple[Track, str], list[Span]] = {}
    machine = () if timeline.review is None else timeline.review.machine
    known = _by_class((*timeline.events, *machine))
    for row in rows:
        if row.track == Track.AUDIO_VISUAL:
            both = known.get((Track.AUDIO_VISUAL, row.label), ())
            if _follows(row, _inside(timeline, row), both, spans):
                continue
        for track in _tracks(row):
            spans.setdefault((track, row.label), []).append(_inside(timeline, row))
    return spans


def _follows(
    row: Said,
    span: Span,
    both: Iterable[Event],
    spans: Mapping[tuple[Track, str], Sequence[Span]],
) -> bool:
    """Return whether a row repeats what follows from both tracks, of which others speak, too."""
    if not any(_same(event, span) for event in both):
        return False
    said = [spans.get((Track(name), row.label), ()) for name in TRACKS]
    named = sum(bool(clipped(of_track, *span)) for of_track in said)
    return named >= (len(TRACKS) if row.score is None else 1)


def _tracks(row: Said) -> list[Track]:
    """Return the tracks that a row is about."""
    names = TRACKS if row.track == Track.AUDIO_VISUAL else [str(row.track)]
    return [Track(name) for name in names]


def _inside(timeline: Timeline, row: Said) -> Span:
    """Return what of a row lies inside the clip."""
    assert row.end_s is not None
    start_s, end_s = timeline.grid.start_s, timeline.duration_s
    return clipped([(row.start_s, row.end_s)], start_s, end_s)[0]


def _cut(timeline: Timeline, rows: Iterable[Said]) -> Iterator[tuple[str, str]]:
    """Yield (where, what is left) of rows that reach beyond the clip by more than a segment."""
    most_s = timeline.grid.step_s + SAME_S
    for row in rows:
        assert row.end_s is not None
        start_s, end_s = _inside(timeline, row)
        if start_s - row.start_s > most_s or row.end_s - end_s > most_s:
            told = f"{row.start_s:g} to {row.end_s:g} s reaches beyond the clip"
            yield row.where, f"{told}: only {start_s:g} to {end_s:g} s used"


def _done(before: Timeline, after: Timeline, rows: Iterable[Said]) -> dict[str, int]:
    """Return the number of rows by what they do, as `Corrected.rows` has it."""
    there = {(event.place, event.origin) for event in before.events}
    known = _by_class(after.events)
    kinds: Counter[str] = Counter()
    told: set[Event] = set()
    for row in rows:
        span = _inside(after, row)
        found = [e for track in _tracks(row) for e in known.get((track, row.label), ())]
        found = [e for e in found if _overlap(e, span)]
        fresh = [e for e in found if (e.place, e.origin) not in there]
        kinds[_kind(found, fresh, told)] += 1
        told.update(fresh)
    return dict(kinds)


def _kind(found: Sequence[Event], fresh: Sequence[Event], told: Collection[Event]) -> str:
    """Return what a row does.

    Args:
        found: the events that it is part of now.
        fresh: those of them that are new.
        told: new events that rows before it are part of.
    """
    if found and not fresh:
        return "standing"
    new = [event for event in fresh if event not in told]
    if not new:
        return "repeating"
    same = all(event.origin == "confirmed" for event in new)
    return "confirming" if same else "changing"


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
        if _same(event, span):
            return replace(event, origin="confirmed") if event.origin == "parser" else event
    return Event(*rounded(*span), track, label, None, "corrected" if touched else "added")


def _by_class(events: Iterable[Event]) -> dict[tuple[Track, str], list[Event]]:
    out: dict[tuple[Track, str], list[Event]] = {}
    for event in events:
        out.setdefault((event.track, event.label), []).append(event)
    return out


def _same(event: Event, span: Span) -> bool:
    edges = zip((event.start_s, event.end_s), span, strict=True)
    return all(abs(one - other) <= SAME_S for one, other in edges)


def _overlap(event: Event, span: Span) -> bool:
    return event.start_s < span[1] and span[0] < event.end_s
