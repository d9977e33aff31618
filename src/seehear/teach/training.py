"""What a library teaches where a network is trained, too: its answers beside those of the parser.

The clips are split into three parts.  The network that answers for one part was trained on the
others.  So what is fitted to its answers, and how much it should count, is judged on clips that it
never saw.  The network that is kept learns from all of them.  Its margins and the parser's are
weighed, then moved as `calibrate` does; where what `refit` learns is better, that is kept instead.
Linear scorers on top of a network were tried: of few clips both learn the same, and too much of it.
Of a class that is in few of the clips a network learns little more than that it is rare, so there
the parser counts more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import FeatureError
from seehear.features.beside import kept_path
from seehear.features.feature_set import FeatureSet
from seehear.features.kept import opened_kept
from seehear.parser.joined import weighed
from seehear.recipes import FEATURES
from seehear.teach.calibrate import calibrate
from seehear.teach.evidence import ClipEvidence
from seehear.teach.lesson import Known, Lesson, drawn, learn
from seehear.teach.masked import masked
from seehear.teach.network import Inputs, TaughtNetwork, trained_on
from seehear.teach.refit import refit
from seehear.teach.rows import Reduced, check_kept, rows_of, streams_of
from seehear.time import SUFFIX, TRACKS
from seehear.train.options import RunOptions

_FOLDS = 3
_WEIGHTS = (0.2, 0.35, 0.5, 0.7)
_HALF = 3  # clips with a class at which its network counts half of what it may
Floats = NDArray[np.float64]
Read = Callable[[ClipEvidence], Inputs]
Answer = tuple[Floats, Floats]  # of a network for a clip: margins (T, 2, C), what they count (2, C)


@dataclass(frozen=True)
class HowTrained:
    """How a network is trained.

    Args:
        recipe: whose; None: the one that is recommended.
        settings: of it that differ, such as `{"training.epochs": 3}`.
        options: how to run.
    """

    recipe: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: RunOptions = field(default_factory=lambda: RunOptions(device="cpu"))


@dataclass(frozen=True)
class Beside:
    """A network that stands beside a parser.

    Args:
        network: itself.
        features: what it reads.
        weight: of its margins for each class on each track, from 0 to 1, (2, C).
    """

    network: TaughtNetwork
    features: FeatureSet
    weight: Floats


def train(reduced: Reduced, read: Read, how: HowTrained) -> tuple[Lesson, Beside | None]:
    """Return what is learnt, and the network that is a part of it; None: none makes it better.

    Args:
        reduced: what is known, with the rows that `refit` learns from.
        read: returns the whole rows of a clip, heard and seen.
        how: it is trained.

    Raises:
        SeehearError: no such recipe or setting, or no clip has features of a track.
    """
    known = reduced.known
    clips = sorted(known.clips, key=lambda clip: drawn(clip.name))
    inputs = _inputs([*clips, *known.others], read)
    plain = learn(known, calibrate)
    beside = _held_out(clips, known.others, inputs, how)
    lessons: list[tuple[float, Lesson]] = [(0.0, plain)]
    for weight in _WEIGHTS:
        lessons.append((weight, learn(_mixed(known, beside, weight), calibrate)))
    if plain.clips:  # a person's corrections, which linear scorers learn from, too
        lessons.append((0.0, refit(reduced)))
    weight, best = max(lessons, key=_figure)
    best = replace(best, before=plain.before)
    if not weight:
        return best, None
    network = _trained(clips, inputs, how, "the network that is kept")
    features = features_of(known.parsed.parser)
    return best, Beside(network, features, weight * counted(clips))


def _figure(tried: tuple[float, Lesson]) -> float:
    """Return how good a lesson is on clips that it was not learnt from."""
    lesson = tried[1]
    return lesson.after[lesson.judge]


def _held_out(
    clips: Sequence[ClipEvidence],
    others: Sequence[ClipEvidence],
    inputs: Mapping[str, Inputs],
    how: HowTrained,
) -> dict[str, Answer]:
    """Return the answers of networks that were not trained on a clip, by its name."""
    parts = _parts(clips)
    found: dict[str, Answer] = {}
    for number, part in enumerate(parts):
        names = {clip.name for clip in part}
        left = [clip for clip in clips if clip.name not in names] or part
        network = _trained(left, inputs, how, f"network {number + 1} of {len(parts)}")
        asked = [*part, *(() if number else others)]
        margins = network.margins([inputs[clip.name] for clip in asked])
        count = counted(left)
        found |= {clip.name: (one, count) for clip, one in zip(asked, margins, strict=True)}
    return found


def counted(clips: Sequence[ClipEvidence]) -> Floats:
    """Return what a network counts for each class on each track, from 0 to 1, (2, C).

    n / (n + 3), n the clips that it learnt from in which a person found the class on the track, or
    which a catalogue alone names it for.

    Args:
        clips: that it learnt from.
    """
    found = np.zeros(clips[0].truth.shape[1:])
    for clip in clips:
        there = clip.truth.any(axis=0)
        if clip.weak is not None:
            there = there | (clip.weak & ~clip.known.any(axis=0))
        found += there
    return found / (found + _HALF)


def _parts(clips: Sequence[ClipEvidence]) -> list[list[ClipEvidence]]:
    """Return the clips in parts, with equally many of each kind in each."""
    parts: list[list[ClipEvidence]] = [[] for _ in range(_FOLDS)]
    for some in _by_kind(clips):
        for place, clip in enumerate(some):
            parts[place % _FOLDS].append(clip)
    return [part for part in parts if part]


def _by_kind(clips: Sequence[ClipEvidence]) -> list[list[ClipEvidence]]:
    """Return the clips that a person reviewed, then those that a catalogue alone names."""
    kinds: list[list[ClipEvidence]] = [[], []]
    for clip in clips:
        kinds[not clip.known.any()].append(clip)
    return kinds


def _trained(
    clips: Sequence[ClipEvidence], inputs: Mapping[str, Inputs], how: HowTrained, label: str
) -> TaughtNetwork:
    how.options.say(f"training {label} on {amount(len(clips), 'clip')}")
    recipe = masked(how.recipe, how.settings, len(clips))
    return trained_on(clips, [inputs[clip.name] for clip in clips], recipe, how.options)


def _mixed(known: Known, beside: Mapping[str, Answer], weight: float) -> Known:
    """Return what is known of a parser whose margins are weighed with those of networks."""

    def one(clip: ClipEvidence) -> ClipEvidence:
        margins, count = beside[clip.name]
        return replace(clip, margins=weighed(clip.margins, margins, weight * count))

    return replace(known, clips=list(map(one, known.clips)), others=list(map(one, known.others)))


def features_of(parser: Mapping[str, Any]) -> FeatureSet:
    """Return what a network reads of the rows that a library keeps.

    The set `offline` where its encoders are there, else the first encoder's of each track.
    """
    offline = FEATURES["offline"]
    if set(offline.encoders) <= parser.get("encoders", {}).keys():
        return offline
    heard, seen = streams_of(parser)
    return FeatureSet("kept", "features kept in a library", (heard,), (seen,), standardise=True)


def reader(known: Known, library: Path) -> Read:
    """Return a function that reads the rows of a library's clips.

    Args:
        known: of it.
        library: its folder, or one timeline file.
    """
    folder = library if library.is_dir() else library.parent
    features = features_of(known.parsed.parser)

    def read(clip: ClipEvidence) -> Inputs:
        with opened_kept(kept_path(folder / f"{clip.name}{SUFFIX}")) as kept:
            check_kept(kept, clip, known.parsed.parser, features.streams)
            rows = rows_of(kept, features.streams, len(clip.margins), plain=True)
        found = dict(zip(features.streams, rows, strict=True))
        heard = [found[stream] for stream in features.audio]
        seen = [found[stream] for stream in features.visual]
        return np.concatenate(heard, axis=1), np.concatenate(seen, axis=1)

    return read


def _inputs(clips: Sequence[ClipEvidence], read: Read) -> dict[str, Inputs]:
    """Return the rows of clips by name; zero where a clip lacks a track.

    Raises:
        FeatureError: none of them has rows of a track.
    """
    found = {clip.name: read(clip) for clip in clips}
    widths = []
    for track, name in enumerate(TRACKS):
        widths.append(max(rows[track].shape[1] for rows in found.values()))
        if not widths[-1]:
            problem = f"no clip has features of {name}, and a network needs both tracks"
            raise FeatureError(problem, hint="refit can learn from one")
    return {name: (_wide(x[0], widths[0]), _wide(x[1], widths[1])) for name, x in found.items()}


def _wide(rows: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return rows (T, D); zero where there are none of the track."""
    return rows if rows.size else np.zeros((len(rows), width), np.float32)
