"""What a network learns from: windows of clips, with what is known of every second.

Where a person said something, that is the target.  Elsewhere, if a catalogue names the classes of
the clip, the target comes from the parser and the catalogue together.  A class that is not named is
nowhere.  A class that is named is where the parser says, if the parser is sure of it in some
second; if not, its seconds are left open, and only the clip as a whole is labelled.  Seconds of
which nothing is known do not count.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seehear.features.windowed import window_starts
from seehear.parser.adjusted import prob_of
from seehear.teach.evidence import ClipEvidence
from seehear.time import TRACKS

MOST = 60  # segments of a window
_DENOISED = 0.5  # how much a second counts that only parser and catalogue speak of
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class KnownTargets:
    """What is known of some windows, and how much it counts: arrays of one shape, by name.

    Args:
        values: `clip`, `audio`, `visual` (N, C), `audio_segments`, `visual_segments` (N, T, C).
        counts: likewise; 0: not known.
    """

    values: dict[str, Floats]
    counts: dict[str, Floats]


@dataclass(frozen=True)
class Stretch:
    """Segments `start` to `start + length` of a clip; those after its end are empty.

    Args:
        clip: where it is in a list.
        start, length: segments.
    """

    clip: int
    start: int
    length: int

    def of(self, rows: NDArray[np.floating]) -> Floats:
        """Return the rows (T, ...) of the window, zero behind the end."""
        part = rows[self.start : self.start + self.length]
        out = np.zeros((self.length, *rows.shape[1:]), np.float32)
        out[: len(part)] = part
        return out


def cuts(lengths: Sequence[int], length: int, step: int) -> list[Stretch]:
    """Return the windows of clips; a clip without segments has none.

    Args:
        lengths: segments of each clip.
        length: segments of a window.
        step: segments from one window to the next; the last one ends with the clip.

    Examples:
        >>> [(one.clip, one.start) for one in cuts([10, 4, 0, 14], 10, 10)]
        [(0, 0), (1, 0), (3, 0), (3, 4)]
    """
    found = []
    for clip, count in enumerate(lengths):
        starts = window_starts(count, length, step) if count else []
        found += [Stretch(clip, start, length) for start in starts]
    return found


def targets(clips: Sequence[ClipEvidence], windows: Iterable[Stretch]) -> KnownTargets:
    """Return what is known of windows.

    Args:
        clips: in the order that the windows count them.
        windows: of them.
    """
    dense = [_dense(clip) for clip in clips]
    values: dict[str, list[Floats]] = {}
    counts: dict[str, list[Floats]] = {}
    for window in windows:
        clip = clips[window.clip]
        label, known = map(window.of, dense[window.clip])
        whole = len(clip.margins) <= window.length
        for name, (value, count) in _of_window(clip, label, known, whole=whole):
            values.setdefault(name, []).append(value.astype(np.float32))
            counts.setdefault(name, []).append(count.astype(np.float32))
    return KnownTargets(_stacked(values), _stacked(counts))


def _stacked(parts: Mapping[str, Sequence[Floats]]) -> dict[str, Floats]:
    return {name: np.stack(part) for name, part in parts.items()}


def _dense(clip: ClipEvidence) -> tuple[Floats, Floats]:
    """Return the targets of the segments of a clip, (T, 2, C), and what each counts."""
    label, counts = clip.truth.astype(np.float32), clip.known.astype(np.float32)
    if clip.weak is not None and clip.margins.size:
        prob = np.where(clip.there[..., None], prob_of(clip.margins), 0)
        sure = (prob >= 0.5).any(axis=(0, 1))  # (C,)
        open_ = ~clip.known & clip.there[..., None]
        label = np.where(open_, prob * clip.weak, label).astype(np.float32)
        told = open_ & (sure | ~clip.weak)
        counts = np.where(told, np.float32(_DENOISED), counts).astype(np.float32)
    return label, counts


def _of_window(
    clip: ClipEvidence, label: Floats, counts: Floats, *, whole: bool
) -> Iterator[tuple[str, tuple[Floats, Floats]]]:
    """Yield the targets of a window by name, each with what it counts.

    A clip or track is known to hold a class if one of its seconds does, and known not to hold it if
    all of them are known and none does.  A catalogue speaks of whole clips; a class that it does
    not name is nowhere.
    """
    sure = (counts >= 1).astype(np.float32)  # what a person said
    on = (label * sure).max(axis=0)  # (2, C)
    every = sure.min(axis=0) if whole else np.zeros_like(on)
    known = np.maximum(on, every)
    both, told = on.max(axis=0), np.maximum(on.max(axis=0), every.min(axis=0))
    if clip.weak is not None:
        known = np.maximum(known, ~clip.weak)
        both = np.where(told > 0, both, clip.weak)
        told = np.maximum(told, np.float32(whole) * clip.weak + ~clip.weak)
    yield "clip", (both, told)
    for track, name in enumerate(TRACKS):
        yield name, (on[track], known[track])
        yield f"{name}_segments", (label[:, track], counts[:, track])
