"""What several writers share: an order of events, names of tiers, clocks, text on one line."""

import re
from pathlib import PurePosixPath

from seehear.time import ABSENT, Event, Timeline, Track
from seehear.time.spans import joined

Tier = tuple[str, list[tuple[float, float, str]]]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def by_time(timeline: Timeline) -> list[Event]:
    """Return the events in order of onset (the timeline itself is sorted by track)."""
    order = list(Track)
    return sorted(
        timeline.events, key=lambda e: (e.start_s, e.end_s, order.index(e.track), e.label)
    )


def one_line(text: str) -> str:
    """Return `text` with line breaks, tabs and control characters as single spaces."""
    return " ".join(_CONTROL.sub(" ", text).split())


def clip_name(timeline: Timeline) -> str:
    """Return the file name of the clip without folder and suffix."""
    return PurePosixPath(timeline.source.replace("\\", "/")).stem or "clip"


def clock(time_s: float, point: str) -> str:
    """Return `time_s` as `HH:MM:SS.mmm`, with `point` before the milliseconds.

    Examples:
        >>> clock(3661.5, ",")
        '01:01:01,500'
    """
    seconds, millis = divmod(max(0, round(time_s * 1000)), 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{millis:03d}"


def tiers(timeline: Timeline) -> list[Tier]:
    """Return (name, intervals) per track and class that occurs; intervals (start_s, end_s, label).

    Events of different classes overlap freely, intervals of a tier may not: hence one tier per
    track and class.  A track that was parsed and holds nothing gives one empty tier of its name, a
    track that is absent gives none.
    """
    out: list[Tier] = []
    for track in Track:
        of_track = _tiers_of(timeline, track)
        states = [timeline.tracks[name] for name in _needed(track)]
        if not of_track and ABSENT not in states:
            of_track = [(str(track), [])]
        out += of_track
    return _distinct(out)


def _tiers_of(timeline: Timeline, track: Track) -> list[Tier]:
    out: list[Tier] = []
    for label in timeline.vocabulary:
        spans = joined(((e.start_s, e.end_s) for e in timeline.on(track, label)), gap=None)
        if spans:
            text = one_line(label)
            out.append((f"{track}:{text}", [(start, end, text) for start, end in spans]))
    return out


def _needed(track: Track) -> tuple[str, ...]:
    return ("audio", "visual") if track is Track.AUDIO_VISUAL else (str(track),)


def _distinct(found: list[Tier]) -> list[Tier]:
    """Number tiers whose labels differ only in characters that had to go: names must be unique."""
    seen: dict[str, int] = {}
    out = []
    for name, intervals in found:
        seen[name] = seen.get(name, 0) + 1
        out.append((name if seen[name] == 1 else f"{name} ({seen[name]})", intervals))
    return out
