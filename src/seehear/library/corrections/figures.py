"""How good a parser is, measured on what people reviewed of its answers.

Where a person has gone through a track for a class, seconds are counted: those that parser and
person both have, those of the parser alone and those of the person alone.  The 95 % interval says
how far the figure may be off (Wilson 1927); its number of cases is that of events, because the
seconds of one event are right or wrong together.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from seehear.time import TRACKS, Event, Timeline
from seehear.time.spans import Span, difference, intersection, joined

_Z = 1.96


@dataclass
class Count:
    """What was reviewed of a class on a track.

    Args:
        reviewed_s: seconds that a person has gone through.
        right_s: seconds that parser and person both have.
        wrong_s: seconds of the parser alone.
        missed_s: seconds of the person alone.
        found, there: number of events of the parser, and of the person.
    """

    reviewed_s: float = 0.0
    right_s: float = 0.0
    wrong_s: float = 0.0
    missed_s: float = 0.0
    found: int = 0
    there: int = 0

    @property
    def precision(self) -> float | None:
        """The share of the parser's seconds that is right, in [0, 1]; None without any."""
        return _share(self.right_s, self.wrong_s)

    @property
    def recall(self) -> float | None:
        """The share of the true seconds that the parser has, in [0, 1]; None without any."""
        return _share(self.right_s, self.missed_s)

    def intervals(self) -> tuple[Span | None, Span | None]:
        """Return the 95 % intervals of precision and of recall."""
        return wilson(self.precision, self.found), wilson(self.recall, self.there)


def _share(part: float, rest: float) -> float | None:
    return part / (part + rest) if part + rest > 0 else None


def wilson(share: float | None, count: int) -> Span | None:
    """Return Wilson's 95 % interval of a share of `count` cases; None without any.

    Examples:
        >>> low, high = wilson(0.5, 10)
        >>> round(low, 3), round(high, 3)
        (0.237, 0.763)
    """
    if share is None or count < 1:
        return None
    middle = share + _Z**2 / (2 * count)
    half = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    scale = 1 + _Z**2 / count
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


Counts = dict[tuple[str, str], Count]  # by class and track


def counted(timelines: Iterable[Timeline]) -> Counts:
    """Return what was reviewed, by class and track."""
    out: Counts = defaultdict(Count)
    for line in timelines:
        if line.review is None:
            continue
        for track in TRACKS:
            for label in line.vocabulary:
                reviewed = line.reviewed(track, label)
                if reviewed:
                    _add(out[label, track], line, track, label, reviewed)
    return dict(out)


def _add(count: Count, line: Timeline, track: str, label: str, reviewed: Iterable[Span]) -> None:
    assert line.review is not None
    machine = [e for e in line.review.machine if (str(e.track), e.label) == (track, label)]
    found = _within(machine, reviewed)
    there = _within(line.on(track, label), reviewed)
    count.reviewed_s += _length(reviewed)
    count.right_s += _length(intersection(found, there))
    count.wrong_s += _length(difference(found, there))
    count.missed_s += _length(difference(there, found))
    count.found += len(found)
    count.there += len(there)


def _within(events: Iterable[Event], reviewed: Iterable[Span]) -> list[Span]:
    return intersection(joined((e.start_s, e.end_s) for e in events), joined(reviewed))


def _length(spans: Iterable[Span]) -> float:
    return sum(end - start for start, end in spans)
