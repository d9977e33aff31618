"""Classes that lose (almost) all of their labels in denoising, and words that would keep more.

A description that means little in the encoder's space ("a person speaking" for Speech) loses to
every other prompt: all labels of the class are removed, and a parser trained on the rest never
finds it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.closest import shown
from seehear.data import Vocabulary
from seehear.labels.lsld.descriptions import DESCRIPTIONS
from seehear.labels.similarity import Floats

EMPTY = 0.95  # share of a class's labelled segments that are removed: too few are left to learn

# (indices of n clips, class texts) -> their hard labels, (n, T, C)
Again = Callable[[NDArray[np.intp], Sequence[str]], Floats]


@dataclass(frozen=True)
class Emptied:
    """A class that lost (almost) every label of a track.

    Args:
        track: `audio` or `visual`.
        name: of the class.
        column: its index in the vocabulary.
        clips: how many are labelled with it.
        left: how many of these clips have a segment that keeps the label.
        segments: number of segments of these clips.
        kept: how many of these segments keep the label.
    """

    track: str
    name: str
    column: int
    clips: int
    left: int
    segments: int
    kept: int

    def __str__(self) -> str:
        return (
            f"{self.track}: {self.name} loses its label in {self.segments - self.kept} of"
            f" {amount(self.segments, 'segment')}, and {self.left} of"
            f" {amount(self.clips, 'clip')} keep any"
        )


def find_emptied(
    track: str, weak: NDArray[np.generic], hard: Floats, names: Sequence[str]
) -> list[Emptied]:
    """Return the classes that keep at most one label in twenty in a track.

    Args:
        track: `audio` or `visual`.
        weak: (N, C), 0 or 1.
        hard: (N, T, C), 0 or 1.
        names: C classes.
    """
    on = weak.astype(bool)
    kept = (hard >= 0.5) & on[:, None]
    clips, left = on.sum(axis=0), kept.any(axis=1).sum(axis=0)
    segments, count = clips * hard.shape[1], kept.sum(axis=(0, 1))
    gone = (clips > 0) & (count <= (1 - EMPTY) * segments)
    return [
        Emptied(track, names[c], c, int(clips[c]), int(left[c]), int(segments[c]), int(count[c]))
        for c in np.flatnonzero(gone).tolist()
    ]


def advise(
    found: Emptied,
    weak: NDArray[np.generic],
    texts: Sequence[str],
    vocabulary: Vocabulary,
    again: Again,
) -> str:
    """Return a warning for a class that lost its labels: which words agree best with its clips.

    Every wording that a set of descriptions has for the class is tried; the other classes keep
    theirs.

    Args:
        found: the class.
        weak: (N, C).
        texts: C texts of the classes, as they were compared.
        vocabulary: of the dataset.
        again: denoises some clips with other texts for the classes.
    """
    used = texts[found.column]
    others = [made.texts(vocabulary)[found.column] for made in DESCRIPTIONS.values()]
    clips = np.flatnonzero(weak[:, found.column])
    kept: dict[str, int] = {}
    for words in dict.fromkeys([*others, vocabulary.names[found.column]]):
        if words != used:
            changed = [*texts[: found.column], words, *texts[found.column + 1 :]]
            kept[words] = int((again(clips, changed)[..., found.column] >= 0.5).sum())
    told = f"{found}, described as {used!r}: what is trained on these labels will not find it"
    best = max(kept, key=lambda words: kept[words]) if kept else None
    if best is None or kept[best] <= max(found.kept, (1 - EMPTY) * found.segments):
        tried = ", ".join(repr(words) for words in kept)
        there = "heard" if found.track == "audio" else "seen"
        return (
            f"{told}; nothing in the features supports it (tried: {tried or 'no other wording'}):"
            f" is it {there} in these clips at all?"
        )
    return (
        f"{told}; {best!r} agrees best with the clips and keeps {kept[best]} of {found.segments}:"
        " put it into dataset.toml, or into a file for `descriptions`"
    )


def without_any(
    weak: NDArray[np.generic], emptied: Sequence[Emptied], split: str, names: Sequence[str]
) -> list[str]:
    """Return warnings for classes that no clip is labelled with, or that both tracks lost.

    Args:
        weak: (N, C).
        emptied: of all tracks.
        split: name of the split, for the message.
        names: C classes.
    """
    told = []
    absent = [names[column] for column in np.flatnonzero(weak.sum(axis=0) == 0).tolist()]
    if absent:
        told.append(
            f"no clip of {split} is labelled with {shown(absent)}: nothing is learnt of"
            f" {'it' if len(absent) == 1 else 'them'}"
        )
    columns = [found.column for found in emptied]
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        told.append(f"{names[column]} has (almost) no label left in either track")
    return told
