"""Markers for editing programs: what is only heard, only seen, or both.

As in subtitles, what is heard and seen in the same seconds is one marker instead of three on one
frame.  Its name says which of the three it is, and so does its colour where the format has one:
blue is heard, yellow (or orange) is seen, green is both.
"""

from dataclasses import dataclass

from seehear.export.frames import Frames
from seehear.export.told import HOW, LEAST_S
from seehear.export.words import by_time, one_line
from seehear.time import Timeline, Track
from seehear.time.spans import Span, difference, joined


@dataclass(frozen=True, slots=True)
class Marker:
    """A named stretch of time.

    Args:
        start_s, end_s: seconds.
        track: `audio` for what is only heard then, `visual` for what is only seen, or
            `audio_visual`.
        label: the class.
        score: of the event that it is part of, in [0, 1].
        origin: of that event.
    """

    start_s: float
    end_s: float
    track: Track
    label: str
    score: float | None
    origin: str = "parser"

    @property
    def name(self) -> str:
        """The class, and whether it is heard or seen: "Dog heard"."""
        return f"{one_line(self.label)} {HOW[self.track]}"

    @property
    def note(self) -> str:
        """The score and what a person did, in words; empty if there is neither."""
        score = [] if self.score is None else [f"score {self.score:.2f}"]
        return ", ".join(score if self.origin == "parser" else [*score, self.origin])


def markers(timeline: Timeline) -> list[Marker]:
    """Return the markers by onset."""
    both: dict[str, list[Span]] = {}
    for event in timeline.on(Track.AUDIO_VISUAL):
        both.setdefault(event.label, []).append((event.start_s, event.end_s))
    both = {label: joined(spans) for label, spans in both.items()}
    found = []
    for event in by_time(timeline):
        pieces: list[Span] = [(event.start_s, event.end_s)]
        if event.track is not Track.AUDIO_VISUAL and event.label in both:
            left = difference(pieces, both[event.label])
            pieces = [(start, end) for start, end in left if end - start > LEAST_S]
        for start, end in pieces:
            found.append(Marker(start, end, event.track, event.label, event.score, event.origin))
    return sorted(found, key=lambda m: m.start_s)


def length(timeline: Timeline, frames: Frames) -> int:
    """Return the number of frames of a clip, up to the end of its last event if that is later."""
    last = max((event.end_s for event in timeline), default=0.0)
    return max(1, frames.at(max(timeline.duration_s, last)))
