"""A timeline in words: lines such as "dog heard" or "dog seen and heard", each with its seconds.

What is heard and seen in the same seconds is one line instead of three, so lines of a class never
overlap.  A caption is a line of what can only be heard, as subtitles write it: "[dog barking]".
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from seehear.data import LLP_VOCABULARY
from seehear.export.words import not_parsed, one_line
from seehear.time import Timeline, Track
from seehear.time.spans import Span, difference, joined

HOW = {Track.AUDIO: "heard", Track.VISUAL: "seen", Track.AUDIO_VISUAL: "seen and heard"}
_UNKNOWN = {"audio": "[sound not parsed]", "visual": "[picture not parsed]"}
_ORDER = {track: place for place, track in enumerate(Track)}
LEAST_S = 1e-6  # a shorter rest of an event, beside what both tracks have, is an error of rounding
_LLP = dict(zip(LLP_VOCABULARY.names, LLP_VOCABULARY.descriptions, strict=True))
_LLP["Speech"] = "speech"  # LLP describes it as "Speeching", which is not English


@dataclass(frozen=True, slots=True)
class Words:
    """One line of a timeline in words.

    Args:
        start_s, end_s: seconds.
        track: `audio` for what is only heard then, `visual` for what is only seen, or
            `audio_visual`.
        text: the words, on one line.
        origins: what a person did to it: `confirmed`, `corrected`, `added`; empty: the parser found
            it and nobody has changed it.
    """

    start_s: float
    end_s: float
    track: Track
    text: str
    origins: tuple[str, ...] = ()


def told(timeline: Timeline) -> list[Words]:
    """Return lines of what is only heard, only seen, and both, in order of onset.

    While a class is heard and seen, only its line for both covers these seconds.
    """
    names = said(timeline.vocabulary)
    return _lines(timeline, lambda label, track: f"{names[label]} {HOW[track]}")


def subtitles(timeline: Timeline) -> list[Words]:
    """Return the lines of subtitles: those of `told`, or captions where the clip has no picture."""
    if not timeline.tracks["visual"].absent:
        return told(timeline)
    return _lines(timeline, lambda label, track: f"[{description(timeline, label)}]")


def unknown(timeline: Timeline) -> list[Words]:
    """Return lines for the seconds in which a track was not parsed, in order of onset."""
    return [Words(start, end, Track(t), _UNKNOWN[t]) for t, start, end in not_parsed(timeline)]


@lru_cache(maxsize=64)
def said(vocabulary: tuple[str, ...]) -> dict[str, str]:
    """Return each class as it is written in a sentence.

    Classes that would be written alike keep their own spelling.

    Examples:
        >>> said(("Dog", "Frying_(food)", "US", "us"))
        {'Dog': 'dog', 'Frying_(food)': 'frying (food)', 'US': 'US', 'us': 'us'}
    """
    small = {label: one_line(label.replace("_", " ")).lower() for label in vocabulary}
    count = Counter(small.values())
    alike = {label: one_line(label) for label, text in small.items() if count[text] > 1}
    return small | alike


def description(timeline: Timeline, label: str) -> str:
    """Return the words by which a class was looked for; without such words, its name as in `said`.

    A user's own words stay as they were written.
    """
    given = timeline.parser.get("descriptions")
    if isinstance(given, dict) and isinstance(given.get(label), str):
        return one_line(given[label])
    return _LLP[label].lower() if label in _LLP else said(timeline.vocabulary)[label]


def _lines(timeline: Timeline, words: Callable[[str, Track], str]) -> list[Words]:
    lines = []
    persons = [event for event in timeline if event.origin != "parser"]
    for (label, track), spans in _apart(timeline).items():
        text = words(label, track)
        theirs = [e for e in persons if e.label == label and _takes(e.track, track)]
        for start, end in spans:
            origins = {e.origin for e in theirs if e.start_s < end and e.end_s > start}
            lines.append(Words(start, end, track, text, tuple(sorted(origins))))
    return sorted(lines, key=lambda x: (x.start_s, x.end_s, _ORDER[x.track], x.text))


def _takes(track: Track, line: Track) -> bool:
    """Return whether a line tells an event of a track; a line of both tells events of either."""
    return line in (track, Track.AUDIO_VISUAL)


def _apart(timeline: Timeline) -> dict[tuple[str, Track], list[Span]]:
    """Return by class the spans in which it is only heard, only seen, or both."""
    found: dict[tuple[str, Track], list[Span]] = {}
    for event in timeline:
        found.setdefault((event.label, event.track), []).append((event.start_s, event.end_s))
    apart = {key: joined(spans) for key, spans in found.items()}
    for (label, track), spans in apart.items():
        both = apart.get((label, Track.AUDIO_VISUAL))
        if both and track is not Track.AUDIO_VISUAL:
            left = difference(spans, both)
            apart[label, track] = [(a, b) for a, b in left if b - a > LEAST_S]
    return apart
