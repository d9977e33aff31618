"""Shared by several writers: the order of events, names of tiers, clock times, one-line text."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from seehear.time import NOT_PARSED, ORIGINS, TRACKS, Event, Timeline, Track
from seehear.time.spans import joined

Tier = tuple[str, list[tuple[float, float, str]]]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def by_time(timeline: Timeline) -> list[Event]:
    """Return the events in order of onset (the timeline itself is sorted by track)."""
    order = list(Track)
    return sorted(
        timeline.events, key=lambda e: (e.start_s, e.end_s, order.index(e.track), e.label)
    )


def singles(timeline: Timeline) -> list[Event]:
    """Return the audio and visual events in order of onset.

    Audio-visual events are left out, as they follow from these, unless they are all that is
    exported.
    """
    events = by_time(timeline)
    single = [e for e in events if e.track is not Track.AUDIO_VISUAL]
    return single or events


def one_line(text: str) -> str:
    """Return `text` with line breaks, tabs and control characters as single spaces."""
    return " ".join(_CONTROL.sub(" ", text).split())


def clip_name(timeline: Timeline) -> str:
    """Return the file name of the clip without folder and suffix."""
    return PurePosixPath(timeline.source.replace("\\", "/")).stem or "clip"


def counted(start_s: float, end_s: float, units: int) -> tuple[int, int]:
    """Return an interval in whole units, `units` a second; it is at least one unit long.

    Readers refuse intervals without length, which rounding could make.

    Examples:
        >>> counted(1.0, 1.0002, 1000), counted(0.0, 2.5, 1000)
        ((1000, 1001), (0, 2500))
    """
    start = round(start_s * units)
    return start, max(start + 1, round(end_s * units))


def in_row(intervals: Sequence[tuple[float, float, str]], units: int) -> list[tuple[int, int, str]]:
    """Return the intervals of a tier as `counted` gives them, without overlaps."""
    out: list[tuple[int, int, str]] = []
    for start_s, end_s, label in intervals:
        start, end = counted(start_s, end_s, units)
        if out:
            start = max(start, out[-1][1])
        out.append((start, max(start + 1, end), label))
    return out


def span_text(start_s: float, end_s: float) -> tuple[str, str]:
    """Return both ends of an interval as decimal numbers, rounded to microseconds.

    They differ even after rounding.

    Examples:
        >>> span_text(100000.0, 100000.04), span_text(3.0, 3.00000001)
        (('100000', '100000.04'), ('3', '3.000001'))
    """
    start, end = (f"{at / 10**6:.6f}" for at in counted(start_s, end_s, 10**6))
    return start.rstrip("0").rstrip("."), end.rstrip("0").rstrip(".")


def clocks(start_s: float, end_s: float, point: str) -> tuple[str, str]:
    """Return both ends of an interval as `clock` writes them; they always differ.

    Clock times cannot be below zero: an interval that begins earlier begins at zero.
    """
    start, end = counted(max(0.0, start_s), max(0.0, end_s), 1000)
    return clock(start, point), clock(end, point)


def clock(time_ms: int, point: str) -> str:
    """Return a time as `HH:MM:SS.mmm`, with `point` before the milliseconds.

    Examples:
        >>> clock(3661500, ",")
        '01:01:01,500'
    """
    seconds, millis = divmod(time_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{millis:03d}"


def not_parsed(timeline: Timeline) -> list[tuple[str, float, float]]:
    """Return (track, start_s, end_s) of each stretch in which a track was not parsed, by onset.

    Nothing is known of these seconds: the lack of events there says nothing.
    """
    found = []
    for track in TRACKS:
        found += [(track, start, end) for start, end in timeline.unparsed(track)]
    return sorted(found, key=lambda stretch: stretch[1])


def tiers(timeline: Timeline) -> list[Tier]:
    """Return (name, intervals) per track and class that occurs; intervals (start_s, end_s, label).

    Intervals of a tier may not overlap, as events of different classes do: hence one tier per track
    and class.  A track that was parsed and has no events gives one empty tier with its name; an
    absent track gives none.  What a person did has tiers of its own: `audio:Dog (added)`.  So have
    the seconds in which a track was not parsed.
    """
    out: list[Tier] = []
    for track in Track:
        of_track = _tiers_of(timeline, track)
        gone = any(timeline.tracks[name].absent for name in _needed(track))
        if not of_track and not gone:
            of_track = [(str(track), [])]
        out += of_track
    for name in TRACKS:
        unknown = [(start, end, NOT_PARSED) for start, end in timeline.unparsed(name)]
        if unknown:
            out.append((f"{name}:{NOT_PARSED}", unknown))
    return _distinct(out)


def _tiers_of(timeline: Timeline, track: Track) -> list[Tier]:
    """Return the tiers of a track; events confirmed, corrected or added have tiers of their own."""
    out: list[Tier] = []
    for label in timeline.vocabulary:
        text = one_line(label)
        by_origin: dict[str, list[tuple[float, float]]] = {}
        for event in timeline.on(track, label):
            by_origin.setdefault(event.origin, []).append((event.start_s, event.end_s))
        for origin in ORIGINS:
            spans = joined(by_origin.get(origin, ()), gap=None)
            if spans:
                name = f"{track}:{text}" if origin == "parser" else f"{track}:{text} ({origin})"
                out.append((name, [(start, end, text) for start, end in spans]))
    return out


def _needed(track: Track) -> tuple[str, ...]:
    return ("audio", "visual") if track is Track.AUDIO_VISUAL else (str(track),)


def _distinct(found: list[Tier]) -> list[Tier]:
    """Add numbers to tiers of equal names (characters were removed): names must be unique."""
    seen: dict[str, int] = {}
    out = []
    for name, intervals in found:
        seen[name] = seen.get(name, 0) + 1
        out.append((name if seen[name] == 1 else f"{name} ({seen[name]})", intervals))
    return out
