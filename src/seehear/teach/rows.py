"""What the encoders made of a library's clips, reduced: the kept features of `features.kept`.

Of every track the rows of one encoder count, its output `feature`, brought to length 1.  They are
reduced to the directions in which a few hundred of them differ most, so a library of any size takes
little memory; features are read a clip at a time, twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.encoders.base import unit
from seehear.errors import FeatureError, SeehearError
from seehear.features.beside import kept_path
from seehear.features.kept import AGAIN, KeptClip, opened_kept
from seehear.parser.linear import Linear
from seehear.teach.evidence import ClipEvidence
from seehear.teach.lesson import Known
from seehear.time import SUFFIX, TRACKS

_DIRECTIONS = 48
_SAMPLE = 600  # rows that the directions are computed from
_OUTPUT = "feature"
Floats = NDArray[np.float64]
Rows = tuple[NDArray[np.float32], ...]  # of each track, (T, D)


@dataclass(frozen=True)
class Directions:
    """Where the rows of a track differ most.

    Args:
        mean: of them, (D,).
        axes: the directions, (D, K), such that a reduced row is 1 long on average.
    """

    mean: Floats
    axes: Floats

    @classmethod
    def of_rows(cls, rows: Floats, most: int) -> "Directions":
        """Return those of rows (n, D)."""
        mean = rows.mean(axis=0)
        apart = rows - mean
        spread, mixed = np.linalg.eigh(apart @ apart.T)
        spread, mixed = spread[::-1][:most], mixed[:, ::-1][:, :most]
        good = spread > 1e-9
        size = max(float(np.sqrt(spread[good].sum() / len(rows))), 1e-9)
        axes = np.zeros((rows.shape[1], most))
        found = apart.T @ mixed[:, good] / np.sqrt(spread[good]) / size
        axes[:, : found.shape[1]] = found
        return cls(mean, axes)

    def reduced(self, rows: NDArray[np.floating]) -> Floats:
        """Return rows (n, D) as (n, K)."""
        if not rows.size:
            return np.zeros((len(rows), self.axes.shape[1]))
        found: Floats = (rows - self.mean) @ self.axes
        return found

    def unfolded(self, weights: Floats) -> NDArray[np.float32]:
        """Return the weights (D + 1, C) that do to whole rows what (K + 1, C) do to reduced."""
        whole = self.axes @ weights[:-1]
        return np.vstack([whole, weights[-1] - self.mean @ whole]).astype(np.float32)


@dataclass(frozen=True)
class Reduced:
    """A library's knowledge with the rows of its clips.

    Args:
        known: whose clips all have rows.
        streams: the rows that each track reads.
        directions: of each track.
    """

    known: Known
    streams: tuple[str, ...]
    directions: tuple[Directions, ...]

    def linear(self, weights: Floats) -> Linear:
        """Return the scorers of whole rows that weights (2, K + 1, C) of reduced ones make."""
        pairs = zip(self.directions, weights, strict=True)
        return Linear(self.streams, tuple(one.unfolded(part) for one, part in pairs))


def reduced(known: Known, library: Path, *, catalogued: bool = False) -> Reduced:
    """Return what is known with the rows that were kept; clips without any are left out.

    Args:
        known: of the library.
        library: its folder, or one timeline file.
        catalogued: clips that only a catalogue names are enough.

    Raises:
        FeatureError: no clip that a person reviewed has any.
    """
    folder = library if library.is_dir() else library.parent
    streams = streams_of(known.parsed.parser)

    def read(clip: ClipEvidence) -> Rows:
        with opened_kept(kept_path(folder / f"{clip.name}{SUFFIX}")) as kept:
            check_kept(kept, clip, known.parsed.parser, streams)
            return rows_of(kept, streams, len(clip.margins))

    return reduced_by(read, known, streams, library, catalogued=catalogued)


def reduced_by(
    read: Callable[[ClipEvidence], Rows],
    known: Known,
    streams: tuple[str, ...],
    where: Path,
    *,
    catalogued: bool = False,
) -> Reduced:
    """Return what is known with rows, as `reduced` does.

    Args:
        read: returns the rows of a clip, of each track, brought to length 1; fails where it has
            none.
        known: of a library.
        streams: the rows that each track reads.
        where: the library, for messages.
        catalogued: see `reduced`.

    Raises:
        FeatureError: no clip that a person reviewed has any.
    """
    sample: list[Rows] = []
    without: list[str] = []
    quota = max(1, _SAMPLE // max(1, len(known.clips) + len(known.others)))

    def has(clip: ClipEvidence) -> bool:
        try:
            sample.append(_some(read(clip), quota))
        except SeehearError as error:
            without.append(str(error))
            return False
        return True

    clips, others = (list(filter(has, part)) for part in (known.clips, known.others))
    if not any(map(_said_of(catalogued=catalogued), clips)):
        told = f" ({without[0]})" if without else ""
        whose = "is reviewed or catalogued" if catalogued else "somebody reviewed"
        problem = f"no clip that {whose} has kept features{told}"
        raise FeatureError(problem, where=where, hint=None if without else AGAIN)
    tracks = zip(*sample, strict=True)
    directions = [Directions.of_rows(_joined(rows, where), _DIRECTIONS) for rows in tracks]
    clips, others = (list(_with_rows(part, read, directions)) for part in (clips, others))
    notes = list(known.notes)
    if without:
        notes.append(f"left out: {amount(len(without), 'clip')} without features: {without[0]}")
    return Reduced(replace(known, clips=clips, others=others, notes=notes), streams, (*directions,))


def _said_of(*, catalogued: bool) -> Callable[[ClipEvidence], bool]:
    """Return a function that says whether enough is known of a clip."""
    if catalogued:
        return lambda clip: clip.spoken_of
    return lambda clip: bool(clip.known.any())


def _joined(parts: Sequence[NDArray[np.float32]], where: Path) -> Floats:
    """Return the rows of some clips end to end; those without a track say nothing."""
    some = [part for part in parts if part.size]
    if len({part.shape[1] for part in some}) > 1:
        raise FeatureError("features of several lengths were kept", where=where, hint=AGAIN)
    if not some:
        return np.zeros((1, 0))
    return np.concatenate(some)[: 2 * _SAMPLE].astype(np.float64)


def _with_rows(
    clips: Sequence[ClipEvidence],
    read: Callable[[ClipEvidence], Rows],
    directions: Sequence[Directions],
) -> Iterator[ClipEvidence]:
    for clip in clips:
        pairs = zip(directions, read(clip), strict=True)
        yield replace(clip, rows=np.stack([one.reduced(rows) for one, rows in pairs]))


def streams_of(parser: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the rows that each track reads: those of its first encoder.

    Raises:
        FeatureError: the library was parsed without an encoder of a track.
    """
    out = []
    for track in TRACKS:
        encoders = parser.get("encoders", {}).items()
        found = [name for name, entry in encoders if entry.get("track") == track]
        if not found:
            raise FeatureError(f"the library was parsed without an encoder of {track}", hint=AGAIN)
        out.append(f"{found[0]}/{_OUTPUT}")
    return tuple(out)


def check_kept(
    kept: KeptClip, clip: ClipEvidence, parser: Mapping[str, Any], streams: Sequence[str]
) -> None:
    """Refuse rows of other media, or of other encoders.

    Raises:
        FeatureError: they are.
    """
    if clip.media not in (None, kept.about.media.hash):
        raise FeatureError("they were made of other content", where=kept.path, hint=AGAIN)
    if kept.about.step_s != clip.step_s:
        raise FeatureError(
            "they were made of segments of another length", where=kept.path, hint=AGAIN
        )
    for stream in streams:
        encoder = stream.partition("/")[0]
        was: Mapping[str, Any] = kept.about.encoders.get(encoder, {})
        for key in ("weights", "preprocessing"):
            if was.get(key) != parser["encoders"][encoder][key]:
                problem = f"{encoder} made them with other {key} than the timeline's"
                raise FeatureError(problem, where=kept.path, hint=AGAIN)


def rows_of(kept: KeptClip, streams: Sequence[str], count: int, *, plain: bool = False) -> Rows:
    """Return the rows of a clip, 0 where there are none.

    Args:
        kept: the clip.
        streams: which rows.
        count: of its segments.
        plain: as they are; else each is brought to length 1.

    Raises:
        FeatureError: they are damaged.
    """
    out: dict[str, NDArray[np.float32]] = {}
    for _, piece in kept.pieces(streams):
        for stream, values in piece.values.items():
            whole = out.setdefault(stream, np.zeros((count, values.shape[1]), np.float32))
            places = piece.places[stream]
            inside = places < count
            if values.shape[1] != whole.shape[1]:
                raise FeatureError(f"{stream}: rows of two lengths", where=kept.path, hint=AGAIN)
            whole[places[inside]] = values[inside] if plain else unit(values[inside])
    return tuple(out.get(stream, np.zeros((count, 0), np.float32)) for stream in streams)


def _some(rows: Rows, count: int) -> Rows:
    """Return some rows of a clip, at even distances."""
    out = []
    for part in rows:
        there = np.flatnonzero(part.any(axis=1))
        chosen = np.unique(np.linspace(0, len(there) - 1, min(count, len(there))).astype(int))
        out.append(part[there[chosen]])
    return tuple(out)
