"""What a library teaches: what is known of its clips, what follows, and whether it is better.

Better is judged on reviewed clips that were not learnt from: they are parted into five, and each
fifth is judged by what the others teach.  Where nothing was reviewed, the classes that a catalogue
names are the judge: those that are found somewhere in a clip against those that are named.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import DataError, SeehearError
from seehear.library.at import timeline_at
from seehear.library.corrections.importing import clips_of
from seehear.library.corrections.match import ClipNames, NamedClip
from seehear.library.scan import require_files
from seehear.library.written import how_digest
from seehear.metrics import evaluate
from seehear.parser.adjusted import Adjustment, decoding_after
from seehear.parser.linear import Linear
from seehear.teach.evidence import ClipEvidence, ParsedAs, evidence, parsed_as
from seehear.teach.learnt import Learnt, Refit, moved
from seehear.time import SUFFIX, TRACKS, Timeline, decide

_FOLDS = 5
_OTHERS = 100  # so many clips that nobody spoke of are used, too
FIGURES = ("segment/audio", "segment/visual", "segment/audio_visual", "segment/type")
CATALOGUE_LEFT_OUT = (
    "the catalogue was left out: with it, less was right on reviewed clips that were held back"
)
WEAK = "clip/classes"  # the figure where nothing was reviewed
Teach = Callable[[Sequence[ClipEvidence], int], Learnt]


@dataclass(frozen=True)
class Lesson:
    """What a library teaches.

    Args:
        parsed: how its clips were parsed.
        learnt: from all of them.
        before, after: figures on clips that were not learnt from.
        clips: number of clips that a person reviewed or corrected.
        reviewed_s: by class and track, seconds of which a person spoke.
        catalogued: number of clips that were learnt from and whose classes a catalogue names.
        notes: what was left out, a line each.
        linear: the linear scorers that were learnt, for whole rows; None: none.
    """

    parsed: ParsedAs
    learnt: Learnt
    before: Mapping[str, float]
    after: Mapping[str, float]
    clips: int
    reviewed_s: Mapping[str, Mapping[str, float]]
    catalogued: int
    notes: tuple[str, ...] = ()
    linear: Linear | None = None

    @property
    def adjustment(self) -> Adjustment:
        """What becomes of the margins themselves."""
        return self.learnt.adjustment if isinstance(self.learnt, Refit) else self.learnt

    @property
    def judge(self) -> str:
        """The figure that says whether it is better."""
        return WEAK if WEAK in self.after else "segment/type"

    @property
    def better(self) -> bool:
        """Whether what was learnt is better on clips that it was not learnt from."""
        return self.after[self.judge] > self.before[self.judge]


@dataclass
class Known:
    """What is known of a library, of the clips that were parsed in one way.

    Args:
        parsed: how.
        clips: of which something is known.
        notes: what was left out, a line each.
        others: some clips of which nothing is known.
    """

    parsed: ParsedAs
    clips: list[ClipEvidence]
    notes: list[str] = field(default_factory=list)
    others: list[ClipEvidence] = field(default_factory=list)


def known_of(library: Path, catalogue: Mapping[str, Sequence[str]] | None = None) -> Known:
    """Return what is known of a library.

    Args:
        library: a folder of timelines, or one timeline file.
        catalogue: the classes of clips, by their names.

    Raises:
        DataError: nothing is known of any clip, or none keeps its scores.
    """
    require_files(library)
    listed, _ = clips_of(library)
    notes: list[str] = []
    weak = _weak(ClipNames(listed).find, catalogue or {}, notes)
    folder = library if library.is_dir() else library.parent
    names = sorted((clip.name for clip in listed), key=drawn)
    groups = _groups(folder, names, weak, notes)
    if not groups:
        told = f" ({notes[0]})" if notes else ""
        raise DataError(
            f"nothing is known about any of its clips{told}",
            where=library,
            hint="seehear review takes corrections, or name the classes of clips with `weak`",
        )
    left = sum(len(one.clips) for one in groups[1:])
    if left:
        notes.append(f"left out: {amount(left, 'clip')}, parsed in another way than most")
    return Known(groups[0].parsed, groups[0].clips, notes, groups[0].others)


def _groups(
    folder: Path, names: Iterable[str], weak: Mapping[str, Sequence[str]], notes: list[str]
) -> list[Known]:
    """Return what is known of clips, by how they were parsed, the most clips first."""
    found: dict[str, Known] = {}
    looked = 0
    for name in names:
        try:
            line = timeline_at(folder / f"{name}{SUFFIX}")
            spoken_of = line.is_corrected or name in weak
            looked += not spoken_of
            if spoken_of or looked <= _OTHERS:
                _sort(found, name, line, weak.get(name))
        except SeehearError as error:
            notes.append(str(error))
    groups = [one for one in found.values() if one.clips]
    return sorted(groups, key=lambda one: -len(one.clips))


def _sort(found: dict[str, Known], name: str, line: Timeline, weak: Sequence[str] | None) -> None:
    """Add what is known of a clip to the clips that were parsed in the same way."""
    parsed = parsed_as(line)
    group = found.setdefault(_way(parsed), Known(parsed, []))
    told = evidence(name, line, group.parsed, weak)
    (group.clips if told.spoken_of else group.others).append(told)


def _weak(
    find: Callable[[str], tuple[NamedClip | None, str]],
    catalogue: Mapping[str, Sequence[str]],
    notes: list[str],
) -> dict[str, Sequence[str]]:
    """Return the classes that a catalogue names, by name of the timeline."""
    out = {}
    for name, classes in catalogue.items():
        clip, why = find(name)
        if clip is None:
            notes.append(why)
        else:
            out[clip.name] = classes
    return out


def drawn(name: str) -> bytes:
    """Return a key to sort clips by, in an order that is arbitrary but always the same."""
    return hashlib.sha256(name.encode("utf-8", "replace")).digest()


def _way(parsed: ParsedAs) -> str:
    return how_digest({**parsed.parser, "words": list(parsed.names)})


def learn(known: Known, teach: Teach) -> Lesson:
    """Return what is learnt, and how much better it is on clips that were not learnt from.

    Args:
        known: of a library.
        teach: returns how margins are moved, given clips and the number of classes.
    """
    classes = len(known.parsed.names)
    clips = sorted(known.clips, key=lambda clip: drawn(clip.name))
    reviewed = [clip for clip in clips if clip.known.any()]
    judged = reviewed or clips
    figures = _figures if reviewed else _weak_figures
    name = "segment/type" if reviewed else WEAK
    tried = []
    for source in _sources(clips, reviewed, known.others):
        held_out = _held_out(source, judged, teach, classes)
        tried.append((figures(judged, held_out, known.parsed), source))
    after, source = max(tried, key=lambda one: one[0][name])
    unmoved = {clip.name: Adjustment.none(classes) for clip in judged}
    notes = list(known.notes)
    catalogued = _catalogued(source)
    if _catalogued(clips) and not catalogued:
        notes.append(CATALOGUE_LEFT_OUT)
    return Lesson(
        parsed=known.parsed,
        learnt=teach(source, classes),
        before=figures(judged, unmoved, known.parsed),
        after=after,
        clips=len(reviewed),
        reviewed_s=_seconds(reviewed, known.parsed.names),
        catalogued=catalogued,
        notes=tuple(notes),
    )


def _catalogued(clips: Iterable[ClipEvidence]) -> int:
    """Return how many clips a catalogue speaks of."""
    return sum(clip.weak is not None for clip in clips)


def _sources(
    clips: Sequence[ClipEvidence], reviewed: Sequence[ClipEvidence], others: Sequence[ClipEvidence]
) -> Iterable[Sequence[ClipEvidence]]:
    """Yield what can be learnt from: all of it, and what was reviewed without the catalogue."""
    yield [*clips, *others]
    if reviewed and any(clip.weak is not None for clip in clips):
        yield [*(replace(clip, weak=None) for clip in reviewed), *others]


def _held_out(
    clips: Sequence[ClipEvidence], judged: Sequence[ClipEvidence], teach: Teach, classes: int
) -> dict[str, Learnt]:
    """Return for each judged clip what the clips of other folds teach."""
    out: dict[str, Learnt] = {}
    for fold in range(min(_FOLDS, len(judged))):
        names = {clip.name for clip in judged[fold::_FOLDS]}
        got = teach([clip for clip in clips if clip.name not in names], classes)
        out |= dict.fromkeys(names, got)
    return out


def _seconds(clips: Sequence[ClipEvidence], names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the seconds of which a person spoke, by class and track."""
    out: dict[str, dict[str, float]] = {}
    for column, label in enumerate(names):
        each = np.zeros(len(TRACKS))
        for clip in clips:
            each += clip.known[:, :, column].sum(0) * clip.step_s
        out[label] = {track: round(float(s), 3) for track, s in zip(TRACKS, each, strict=True)}
    return out


def decided(clip: ClipEvidence, learnt: Learnt, parsed: ParsedAs) -> NDArray[np.bool_]:
    """Return what is decided of a clip, (T, 2, C)."""
    prob = 1 / (1 + np.exp(-np.clip(moved(clip, learnt), -30, 30)))
    prob = np.where(clip.there[..., None], prob, 0)
    return decide(prob, decoding=decoding_after(parsed.decoding), step_s=clip.step_s)


def _figures(
    clips: Sequence[ClipEvidence], by_clip: Mapping[str, Learnt], parsed: ParsedAs
) -> dict[str, float]:
    """Return the figures of segments that a person spoke of."""
    longest = max(len(clip.margins) for clip in clips)
    shape = (2, len(clips), longest, 2, len(parsed.names))
    both = np.zeros(shape, np.bool_)
    for place, clip in enumerate(clips):
        on = decided(clip, by_clip[clip.name], parsed)
        both[0, place, : len(on)] = on & clip.known
        both[1, place, : len(on)] = clip.truth
    guess, truth = both
    report = evaluate(guess[:, :, 0], guess[:, :, 1], truth[:, :, 0], truth[:, :, 1]).figures()
    return {name: round(float(report[name]), 6) for name in FIGURES}


def _weak_figures(
    clips: Sequence[ClipEvidence], by_clip: Mapping[str, Learnt], parsed: ParsedAs
) -> dict[str, float]:
    """Return how well the classes found in clips are those that are named: F, mean over clips."""
    scores = []
    for clip in clips:
        assert clip.weak is not None
        found = decided(clip, by_clip[clip.name], parsed).any(axis=(0, 1))
        total = found.sum() + clip.weak.sum()
        scores.append(2 * (found & clip.weak).sum() / total if total else 1.0)
    return {WEAK: round(float(np.mean(scores)), 6)}
