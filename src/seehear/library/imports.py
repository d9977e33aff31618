"""Foreign rows put into the timelines of a library; missing timelines are made."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from seehear.errors import DataError, MediaError
from seehear.export.told import description
from seehear.files import write_text
from seehear.interchange.gather import GatheredClip
from seehear.interchange.mapping import renamed
from seehear.interchange.rows import ForeignRow
from seehear.library.corrections.importing import clips_of, import_corrections
from seehear.library.corrections.match import ClipNames
from seehear.library.scan import require_files
from seehear.library.written import signed
from seehear.media import MediaInfo, identify
from seehear.names import below
from seehear.time import (
    NOT_PARSED,
    SUFFIX,
    TRACKS,
    Extent,
    MediaFile,
    TimeGrid,
    Timeline,
)
from seehear.time.spans import Span, difference

_LEAST_S = 0.001  # a clip has some length
_MOST_SAID = 200  # characters of the record of an edit


@dataclass(frozen=True)
class Placement:
    """The result of `place_rows`.

    Args:
        timelines: paths, below the library, of timelines that hold the rows now.
        new: those of them that did not exist before.
        unused: by `where` of a row, why it was not used.
        cut: by `where` of a row that reaches beyond its clip, what of it was used.
        failed: clips that could not be read or written, and why.
    """

    timelines: tuple[str, ...]
    new: tuple[str, ...]
    unused: Mapping[str, str]
    failed: tuple[str, ...]
    cut: Mapping[str, str] = field(default_factory=dict)


def place_rows(
    library: Path, clips: Sequence[GatheredClip], *, reviewed: bool, by: str | None = None
) -> Placement:
    """Put rows into the timelines of a library as corrections.

    Args:
        library: an existing folder.
        clips: the rows, clip by clip.
        reviewed: these clips were gone through completely: what no row names is not there.
        by: name of the person; None: not said.

    Raises:
        SeehearError: nothing can be written into the library.
    """
    require_files(library)
    names, new, failed = [], [], []
    unused: dict[str, str] = {}
    cut: dict[str, str] = {}
    known = _Known(library)
    for clip in clips:
        try:
            path = below(library, f"{known.name_of(clip)}{SUFFIX}")
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_text(path, signed(blank(clip)).to_json())
                new.append(clip.name)
            name = path.name.removesuffix(SUFFIX)
            done = import_corrections(
                path,
                _spelt(clip, Timeline.from_json(path), name),
                reviewed=[(name, "")] if reviewed else (),
                by=by,
                did=f"import of {' and '.join(clip.files)}"[:_MOST_SAID],
            )
        except (DataError, MediaError) as error:
            failed.append(f"{clip.name}: {error}")
            continue
        names.append(path.relative_to(library).as_posix().removesuffix(SUFFIX))
        unused |= dict(done.unused)
        cut |= dict(done.cut)
        failed += [f"{clip.name}: {error}" for _, error in done.failed]
    return Placement(tuple(names), tuple(new), unused, tuple(failed), cut)


class _Known:
    """The timelines that a library has, read when first needed."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._names: ClipNames | None = None

    def name_of(self, clip: GatheredClip) -> str:
        """Return the name of a clip's timeline; without media, it follows from the source."""
        if clip.media is not None or (self._library / f"{clip.name}{SUFFIX}").exists():
            return clip.name
        if self._names is None:
            try:
                clips, _ = clips_of(self._library)
            except DataError:  # there is none yet
                clips = []
            self._names = ClipNames(clips)
        there, _ = self._names.find(clip.source)
        return clip.name if there is None else there.name


def _spelt(clip: GatheredClip, timeline: Timeline, name: str) -> list[ForeignRow]:
    """Return the rows of a clip, with the source `name` and its timeline's spelling of classes."""
    rows = [row for row in clip.rows if row.label != NOT_PARSED]
    labels = {row.label for row in rows}
    told = {description(timeline, word): word for word in timeline.vocabulary}
    other = {label: told[label] for label in labels if label in told}
    other |= renamed(labels, timeline.vocabulary)
    return [replace(row, source=name, label=other.get(row.label, row.label)) for row in rows]


def blank(clip: GatheredClip) -> Timeline:
    """Return an empty timeline for a clip, as long as its media or its rows.

    Nothing of it counts as parsed, unless the rows come from an export of seehear: then all seconds
    do except those that it marks as not parsed.

    Raises:
        MediaError: its media cannot be read.
    """
    media = None if clip.media is None else _media(clip.media, clip.source)
    duration_s = max([_LEAST_S, *(end for _, end in map(_span, clip.rows))])
    if media is not None:
        duration_s = media.duration_s
    grid = TimeGrid(max(1, math.ceil(duration_s)), 1.0)
    tracks = {track: _extent(clip, track, duration_s) for track in TRACKS}
    labels = dict.fromkeys(row.label for row in clip.rows if row.label != NOT_PARSED)
    return Timeline(
        clip.source,
        round(duration_s, 6),
        grid,
        tuple(labels),
        tracks=tracks,
        parser={"imported": list(clip.files)},
        media=media,
    )


def _extent(clip: GatheredClip, track: str, duration_s: float) -> Extent:
    """Return which seconds of a track count as parsed."""
    if clip.media is not None and getattr(clip.media, track) is None:
        return Extent()
    if not clip.complete:
        return Extent.of()
    unknown = [_span(r) for r in clip.rows if r.label == NOT_PARSED and r.track == track]
    return Extent.of(*difference([(0.0, duration_s)], unknown))


def _media(info: MediaInfo, source: str) -> MediaFile:
    """Return the record of a media file."""
    return identify(
        info.path,
        name=source,
        duration_s=info.duration_s,
        frame_rate=None if info.visual is None else info.visual.fps,
        start_timecode=info.start_timecode,
    )


def _span(row: ForeignRow) -> Span:
    return row.start_s, row.start_s if row.end_s is None else row.end_s
