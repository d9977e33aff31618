"""Embeddings that others made, put beside the timelines of a library as if parsing had kept them.

A clip without a timeline gets one with an empty vocabulary; name, length and hash come from its
video if that is there.  Then `like` and `duplicates` use the rows as any others; where the encoders
are known, so do open words and parsing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seehear._version import __version__
from seehear.amounts import amount
from seehear.errors import DataError, MediaError, SeehearError
from seehear.features.beside import kept_path
from seehear.features.brought import Brought, BroughtClip
from seehear.features.kept import KeptAbout, KeptWriter, Precision
from seehear.features.store import bare_id
from seehear.files import Json, write_text
from seehear.interchange.media import MediaFolder
from seehear.library.corrections.importing import clips_of
from seehear.library.corrections.match import ClipNames
from seehear.library.written import signed
from seehear.media import identify
from seehear.names import below
from seehear.streaming.encode import PieceRows
from seehear.streaming.messages import ClipOutcome
from seehear.time import SUFFIX, TRACKS, Extent, MediaFile, TimeGrid, Timeline

_PIECE = 10  # segments, as parsing keeps them


@dataclass(frozen=True)
class Placed:
    """The result of `place`.

    Args:
        clips: names of the timelines that have embeddings now, below the library.
        new: those of them that did not exist before.
        failed: clips that could not be used, and why.
    """

    clips: tuple[str, ...]
    new: tuple[str, ...]
    failed: tuple[str, ...]


def place(
    library: Path,
    brought: Brought,
    *,
    media: Path | None = None,
    vouched: bool = False,
    precision: Precision = "exact",
) -> Placed:
    """Put embeddings beside the timelines of a library.

    Args:
        library: an existing folder.
        brought: the embeddings.
        media: folder of the videos, if there is one.
        vouched: the user says that they were made by our encoders of these names, with their own
            weights.
        precision: number format in which they are kept.

    Raises:
        SeehearError: an encoder is vouched for that is unknown or not installed.
    """
    encoders = _known(brought.encoders) if vouched else brought.encoders
    names, new, failed = [], [], []
    finder = _Finder(library, media)
    for clip in brought.clips():
        if isinstance(clip, SeehearError):
            failed.append(str(clip))
            continue
        try:
            if vouched:
                _check_widths(clip)
            name, line = finder.timeline(clip, brought.step_s)
            if name in names:
                raise DataError(f"timeline {name} belongs to another clip, too")
            path = below(library, f"{name}{SUFFIX}")
            about = _about(clip, encoders, brought.step_s, line)
            _keep(kept_path(path), clip, replace(about, precision=precision))
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_text(path, signed(line).to_json())
                new.append(name)
            names.append(name)
        except (DataError, MediaError) as error:
            failed.append(f"{clip.name}: {error}")
    return Placed(tuple(names), tuple(new), tuple(failed))


class _Finder:
    """Finds the timeline of a clip, or makes it."""

    def __init__(self, library: Path, media: Path | None) -> None:
        self._library, self._media = library, MediaFolder(media)
        try:
            clips, _ = clips_of(library)
        except DataError:  # there is none yet
            clips = []
        self._names = ClipNames(clips)

    def timeline(self, clip: BroughtClip, step_s: float) -> tuple[str, Timeline]:
        """Return name and timeline of a clip.

        Raises:
            DataError: the timeline is damaged, or of a clip of another length.
            MediaError: its video cannot be read.
        """
        for called in dict.fromkeys((clip.name, bare_id(clip.name))):
            there, _ = self._names.find(called)
            if there is not None:
                line = Timeline.from_json(self._library / f"{there.name}{SUFFIX}")
                if (line.grid.count, line.grid.step_s) != (clip.segments, step_s):
                    told = (
                        f"expected {amount(line.grid.count, 'row')} of {line.grid.step_s:g} s each"
                    )
                    raise DataError(f"{told}, as its timeline has, got {clip.segments}")
                return there.name, line
        return self._new(clip, step_s)

    def _new(self, clip: BroughtClip, step_s: float) -> tuple[str, Timeline]:
        found = self._media.find(clip.name)
        if found.path is None and bare_id(clip.name) != clip.name:
            found = self._media.find(bare_id(clip.name))
        media = None
        if found.path is not None:
            media = identify(found.path, name=found.source, duration_s=clip.duration_s)
        tracks = {track: Extent() for track in clip.absent}
        grid = TimeGrid(clip.segments, step_s)
        parser: dict[str, Json] = {"features": "made by others", "version": __version__}
        line = Timeline(
            found.source, clip.duration_s, grid, (), tracks=tracks, parser=parser, media=media
        )
        return found.name, line


def _known(encoders: Mapping[str, Mapping[str, Json]]) -> dict[str, Mapping[str, Json]]:
    """Return the records of encoders as installed here, with those of the preset they belong to.

    Raises:
        SeehearError: an encoder is unknown, or not installed.
    """
    from seehear.encoders import card, load_encoder
    from seehear.encoders.provenance import provenance
    from seehear.parser.preset import ENCODERS, FPS

    wanted = list(encoders)
    for pair in ENCODERS.values():
        if set(pair) & set(wanted):
            wanted += [id_ for id_ in pair if id_ not in wanted]
    known: dict[str, Mapping[str, Json]] = {}
    for id_ in wanted:
        fps = (encoders.get(id_) or {}).get("fps") or FPS
        visual = card(id_).track == "visual"
        made = provenance(load_encoder(id_, fps=fps) if visual else load_encoder(id_))
        known[id_] = {
            "track": made["track"],
            "weights": made["weights"],
            "preprocessing": made["preprocessing"],
            "fps": fps if visual else None,
        }
    return known


def _check_widths(clip: BroughtClip) -> None:
    """Check the width of rows that are said to come from an encoder of ours.

    Raises:
        DataError: the encoder makes rows of another width.
    """
    from seehear.encoders import card

    for stream, rows in clip.rows.items():
        id_, _, output = stream.partition("/")
        dims = card(id_).outputs
        if dims.get(output) != rows.shape[1]:
            outputs = ", ".join(f"{name} ({dim})" for name, dim in dims.items())
            told = f"{stream} has {rows.shape[1]} numbers a row, {id_} makes {outputs}"
            raise DataError(told)


def _about(
    clip: BroughtClip, encoders: Mapping[str, Mapping[str, Json]], step_s: float, line: Timeline
) -> KeptAbout:
    there = {encoders[stream.partition("/")[0]]["track"] for stream in clip.rows}
    tracks = dict.fromkeys(TRACKS, "absent") | dict.fromkeys(sorted(there), "present")
    media = line.media or MediaFile(line.source, 0, "", clip.duration_s)
    parsed = {track: [(0.0, clip.segments * step_s)] for track in sorted(there)}
    outcome = ClipOutcome(clip.segments, clip.duration_s, tracks, [], [], parsed)
    return KeptAbout(encoders, step_s, None, None, False, media, outcome, __version__, {})


def _keep(path: Path, clip: BroughtClip, about: KeptAbout) -> None:
    """Keep the rows of a clip.

    Raises:
        SeehearError: they cannot be written.
    """
    writer = KeptWriter(path, about.precision)
    by_encoder: dict[str, list[str]] = {}
    for stream in clip.rows:
        by_encoder.setdefault(stream.partition("/")[0], []).append(stream)
    try:
        for first in range(0, clip.segments, _PIECE):
            for id_, streams in by_encoder.items():
                rows, places = {}, {}
                for stream in streams:
                    at = clip.places[stream]
                    inside = slice(*np.searchsorted(at, [first, first + _PIECE]).tolist())
                    rows[stream], places[stream] = clip.rows[stream][inside], at[inside]
                writer.add(id_, PieceRows(rows, places))
        writer.finish(about)
    finally:
        writer.discard()
