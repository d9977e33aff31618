"""What a library knows of the truth, and what its parser said about the same seconds.

Where a person has gone through a track for a class, the truth is known, silence too; elsewhere only
what they confirmed, corrected, added or took away.  The classes of a clip, in a catalogue, say
less: one that is not there is in none of its seconds, one that is there is in some, on some track.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError
from seehear.parser.adjusted import margins
from seehear.time import TRACKS, Decoding, Timeline, decoding_of
from seehear.time.renewed import looked_for

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class ClipEvidence:
    """What is known of one clip.

    Args:
        name: of its timeline.
        margins: of the parser, (T, 2, C); 0 is its threshold.
        truth: what a person says, (T, 2, C); False where nobody said anything.
        known: where a person said something, (T, 2, C).
        there: tracks and seconds that were parsed, (T, 2).
        weak: which classes a catalogue names, (C,); None: it does not name the clip.
        step_s: length of a segment.
        media: digest of the media that were parsed; None: not recorded.
        rows: what the encoders made of it, reduced, (2, T, K); None: not read.
    """

    name: str
    margins: NDArray[np.float64]
    truth: Bools
    known: Bools
    there: Bools
    weak: Bools | None = None
    step_s: float = 1.0
    media: str | None = None
    rows: NDArray[np.float64] | None = None

    @property
    def spoken_of(self) -> bool:
        """Whether a person or a catalogue says anything of it."""
        return self.weak is not None or bool(self.known.any())


@dataclass(frozen=True)
class ParsedAs:
    """How the clips were parsed, all in the same way.

    Args:
        names: the classes.
        decoding: how it was decided.
        parser: the record.
    """

    names: tuple[str, ...]
    decoding: Decoding
    parser: Mapping[str, object]


def parsed_as(timeline: Timeline) -> ParsedAs:
    """Return how a timeline was parsed.

    Raises:
        DataError: it keeps no scores, or does not say how it was decided.
    """
    if timeline.kept is None:
        raise DataError(
            "it keeps no scores to learn from",
            where=timeline.source,
            hint="parse the video again",
        )
    decoding = decoding_of(timeline, parsed=True)
    return ParsedAs(looked_for(timeline), decoding, timeline.parser)


def evidence(
    name: str, timeline: Timeline, parsed: ParsedAs, weak: Sequence[str] | None = None
) -> ClipEvidence:
    """Return what is known of a clip.

    Args:
        name: of its timeline.
        timeline: the clip, parsed as `parsed` says.
        parsed: see there.
        weak: classes that a catalogue names for it; None: it does not name the clip.
    """
    grid, names = timeline.grid, parsed.names
    assert timeline.kept is not None
    present = [not timeline.tracks[track].absent for track in TRACKS]
    scores = timeline.kept.scores(grid, timeline.vocabulary, (present[0], present[1]))
    columns = [timeline.vocabulary.index(label) for label in names]
    said = margins(scores, _of_all(parsed.decoding, columns, len(timeline.vocabulary)))
    truth = np.zeros((grid.count, len(TRACKS), len(names)), np.bool_)
    known = np.zeros_like(truth)
    for track, heard in enumerate(TRACKS):
        for column, label in enumerate(names):
            truth[:, track, column], known[:, track, column] = _said(timeline, heard, label)
    there = np.stack([timeline.tracks[track].segments(grid) for track in TRACKS], 1)
    listed = None if weak is None else np.isin(names, list(weak))
    return ClipEvidence(
        name=name,
        margins=said[:, :, columns],
        truth=truth,
        known=known & there[..., None],
        there=there,
        weak=listed,
        step_s=grid.step_s,
        media=None if timeline.media is None else timeline.media.hash,
    )


def _of_all(decoding: Decoding, columns: Sequence[int], classes: int) -> Decoding:
    """Return a decoding with a threshold for every class, also those that a person added."""
    changed: dict[str, Any] = {}
    for name in ("threshold", "visual_threshold", "gate_threshold", "visual_gate_threshold"):
        value = getattr(decoding, name)
        if isinstance(value, tuple) and len(value) != classes:
            whole = np.full(classes, 0.5)
            whole[list(columns)] = value
            changed[name] = tuple(whole.tolist())
    return replace(decoding, **changed)


def _said(timeline: Timeline, track: str, label: str) -> tuple[Bools, Bools]:
    """Return what a person says of a class on a track, (T,), and where they say anything.

    The middle of a segment decides for all of it.
    """
    grid = timeline.grid
    reviewed = timeline.reviewed(track, label)
    events = timeline.on(track, label)
    persons = [(e.start_s, e.end_s) for e in events if e.origin != "parser"]
    all_of_it = [(e.start_s, e.end_s) for e in events]
    gone = []
    for event in timeline.removed:
        if event.track == track and event.label == label:
            gone.append((event.start_s, event.end_s))
    seen = _middles(reviewed, grid.count, grid.start_s, grid.step_s)
    truth = _middles(all_of_it, grid.count, grid.start_s, grid.step_s)
    spoken = _middles([*persons, *gone], grid.count, grid.start_s, grid.step_s)
    known = seen | spoken
    return truth & known, known


def _middles(
    spans: Sequence[tuple[float, float]], count: int, start_s: float, step_s: float
) -> Bools:
    middle = start_s + (np.arange(count) + 0.5) * step_s
    row = np.zeros(count, np.bool_)
    for start, end in spans:
        row |= (middle >= start) & (middle < end)
    return row
