"""What several writers share: one order of events, one name of a tier, clocks, and text that stays
on its line.
"""

import re
from pathlib import PurePosixPath

from seehear.time import Event, Timeline, Track

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def by_time(timeline: Timeline) -> list[Event]:
    """Return the events in order of onset (the timeline itself is sorted by track)."""
    order = list(Track)
    return sorted(
        timeline.events, key=lambda e: (e.start_s, e.end_s, order.index(e.track), e.label)
    )


def one_line(text: str) -> str:
    """Return `text` with line breaks, tabs and control characters turned to spaces, and runs of
    spaces to one.
    """
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


def tiers(timeline: Timeline) -> list[tuple[str, list[tuple[float, float, str]]]]:
    """Return (name, intervals) per track and class that occurs; intervals (start_s, end_s, label)
    never overlap.

    Events of different classes overlap freely, tiers may not: hence one tier per track and class.
    A track that was parsed and holds nothing gives one empty tier of its name, a track that is
    absent gives none.
    """
    out: list[tuple[str, list[tuple[float, float, str]]]] = []
    for track in Track:
        found = False
        for label in timeline.vocabulary:
            intervals: list[tuple[float, float, str]] = []
            for event in timeline.on(track, label):  # sorted by onset
                if intervals and event.start_s < intervals[-1][1]:
                    intervals[-1] = (
                        intervals[-1][0],
                        max(intervals[-1][1], event.end_s),
                        intervals[-1][2],
                    )
                else:
                    intervals.append((event.start_s, event.end_s, one_line(label)))
            if intervals:
                out.append((f"{track}:{one_line(label)}", intervals))
                found = True
        if not found and "absent" not in (timeline.tracks[t] for t in _needed(track)):
            out.append((str(track), []))
    return _distinct(out)


def _needed(track: Track) -> tuple[str, ...]:
    return ("audio", "visual") if track is Track.AUDIO_VISUAL else (str(track),)


def _distinct(
    found: list[tuple[str, list[tuple[float, float, str]]]],
) -> list[tuple[str, list[tuple[float, float, str]]]]:
    """Number tiers whose labels differ only in characters that had to go: names of tiers must be
    unique.
    """
    seen: dict[str, int] = {}
    out = []
    for name, intervals in found:
        seen[name] = seen.get(name, 0) + 1
        out.append((name if seen[name] == 1 else f"{name} ({seen[name]})", intervals))
    return out
