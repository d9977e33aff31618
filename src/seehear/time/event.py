"""One event: a labelled interval of one track."""

import math
from dataclasses import dataclass
from enum import StrEnum

# who says that an event is there: the parser, a person who agreed with it, a person who moved or
# renamed the event, or a person who found what the parser had missed
ORIGINS = ("parser", "confirmed", "corrected", "added")


class Track(StrEnum):
    """Where an event is perceived; `audio_visual` is the conjunction of the other two."""

    AUDIO = "audio"
    VISUAL = "visual"
    AUDIO_VISUAL = "audio_visual"


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """`label` is present in `track` during `[start_s, end_s)`.

    Args:
        start_s: onset, seconds from the clip's start.
        end_s: offset in seconds, after `start_s`.
        track: audio, visual or audio_visual.
        label: an entry of the vocabulary.
        score: mean probability over the event, in [0, 1]; None if unknown.
        origin: one of `ORIGINS`.

    Raises:
        ValueError: it does not end after it starts, or no such track or origin.
    """

    start_s: float
    end_s: float
    track: Track
    label: str
    score: float | None = None
    origin: str = "parser"

    def __post_init__(self) -> None:
        if not (
            math.isfinite(self.start_s) and math.isfinite(self.end_s) and self.end_s > self.start_s
        ):
            raise ValueError(
                f"an event must end after it starts, got {self.start_s} to {self.end_s} s"
                f" ({self.label})"
            )
        if self.origin not in ORIGINS:
            raise ValueError(f"origin: expected one of {', '.join(ORIGINS)}, got {self.origin!r}")
        object.__setattr__(self, "track", Track(self.track))

    @property
    def place(self) -> tuple[Track, str, float, float]:
        """Track, class and times: everything but the score and the origin."""
        return self.track, self.label, self.start_s, self.end_s

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s
