"""Seconds that a person cleared of a class hold no word that means this class or a part of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError
from seehear.library.levels import Row
from seehear.library.open_words import IndexedClip, OpenWord, Spans
from seehear.time import ABSENT_BELOW, TRACKS, Extent, Kept, Timeline
from seehear.time.spans import Span, difference, joined


def without_denied(
    library: Path,
    word: OpenWord,
    clips: Sequence[IndexedClip],
    covering: Mapping[str, Sequence[str]],
    row: Callable[[str, str], Row],
) -> OpenWord:
    """Return the scores of a word without those that a person's review denies.

    A timeline is read only where the word is likely and a class that includes it has no score.

    Args:
        library: the folder.
        word: its scores.
        clips: all clips of the index, in its order.
        covering: by track, the classes that include all that the word means, in every spelling.
        row: returns the scores of a class on a track, see `Levels.of`.
    """
    levels = word.levels.copy()
    gone: dict[str, dict[int, list[Span]]] = {track: {} for track in TRACKS}
    for place, track in enumerate(TRACKS):
        labels = covering.get(track, ())
        rows = [row(track, label) for label in labels]
        for number in _contrary(levels[place], rows, clips):
            clip = clips[number]
            spans, where = _denied_at(library / clip.path, track, labels)
            if spans:
                gone[track][number] = spans
                levels[place, clip.at : clip.at + clip.segments][where] = 0
    if not any(gone.values()):
        return word
    heard, seen = (gone[track] for track in TRACKS)
    either = {n: [*heard.get(n, ()), *seen.get(n, ())] for n in {*heard, *seen}}
    events = {track: _cut(spans, gone.get(track, either)) for track, spans in word.events.items()}
    return replace(word, levels=levels, events=events)


def _contrary(levels: Row, rows: Sequence[Row], clips: Sequence[IndexedClip]) -> list[int]:
    """Return the clips in which a word is likely while one of some classes has no score."""
    if not rows:
        return []
    least = np.minimum.reduce(rows)[: len(levels)]
    contrary = (levels >= ABSENT_BELOW * Kept.LEVELS) & (least == 0)
    parts = [contrary[clip.at : clip.at + clip.segments] for clip in clips]
    return [number for number, part in enumerate(parts) if part.any()]


def denied(line: Timeline, track: str, labels: Sequence[str]) -> list[Span]:
    """Return the seconds of a track that a person cleared of one of some classes.

    Such seconds were reviewed for the class, or an event of it was taken away there, and no event
    of it is left.
    """
    out: list[Span] = []
    for label in labels:
        if label not in line.vocabulary:
            continue
        gone = [*line.reviewed(track, label)]
        for event in line.removed:
            if str(event.track) == track and event.label == label:
                gone.append((event.start_s, event.end_s))
        there = [(e.start_s, e.end_s) for e in line if str(e.track) == track and e.label == label]
        out += difference(joined(gone), there)
    return joined(out)


def _denied_at(
    path: Path, track: str, labels: Sequence[str]
) -> tuple[list[Span], NDArray[np.bool_] | slice]:
    """Return what is denied in a timeline, in seconds and as segments."""
    from seehear.library.at import timeline_at

    try:
        line = timeline_at(path)
    except DataError:  # removed or damaged since it was indexed
        return [], slice(0)
    spans = denied(line, track, labels)
    return spans, Extent.of(*spans).segments(line.grid)


def _cut(spans: Spans, gone: Mapping[int, Sequence[Span]]) -> Spans:
    """Return events without some seconds of their clips."""
    clips: list[int] = []
    starts: list[float] = []
    ends: list[float] = []
    for clip, start_s, end_s in zip(*spans, strict=True):
        for start, end in difference([(start_s, end_s)], gone.get(clip, ())):
            clips.append(clip)
            starts.append(float(start))
            ends.append(float(end))
    return clips, starts, ends
