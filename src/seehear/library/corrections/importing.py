"""Corrections from files into a whole library."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from seehear import interchange
from seehear.data.dialect import read_text
from seehear.errors import DataError, SeehearError
from seehear.library.at import timeline_at
from seehear.library.corrections.correct import Said, corrected, counts, gone_through
from seehear.library.corrections.match import ClipNames, NamedClip
from seehear.library.corrections.store import changed
from seehear.library.parts import parts_of
from seehear.library.scan import Scan
from seehear.library.written import read_written
from seehear.time import SUFFIX, Timeline
from seehear.time.review import Edit

Unused = tuple[str, str]  # where a row stands, and why it is not used


class Named(Said, Protocol):
    """A row that names its clip."""

    @property
    def source(self) -> str | None:
        """What the clip is called; None: it does not say."""


@dataclass(frozen=True)
class ClipChange:
    """How an import changed one clip.

    Args:
        name: of its timeline, a path below the library.
        counts: number of new events by origin, and of removed stretches under `removed`, such as
            `{"added": 2}`.
        reviewed: whether all of the clip counts as reviewed now.
        changed: whether its file has changed.
    """

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    reviewed: bool = False
    changed: bool = False


@dataclass
class Imports:
    """The result of an import of corrections.

    Args:
        rows: number of rows given.
        clips: how each clip that the rows name was changed.
        unused: (where, why) of rows that are not used.
        failed: clips that could not be read or written, and why.
        words: classes that some clip did not have, with the number of such clips.
        known: classes that clips had before.
    """

    rows: int = 0
    clips: list[ClipChange] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    failed: list[tuple[str, SeehearError]] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    @property
    def used(self) -> int:
        """How many rows were used."""
        return self.rows - len(self.unused)


def read_rows(path: Path) -> tuple[list[Named], list[Unused]]:
    """Return the rows of a file of annotations, and (where, why) of those that cannot be used.

    A row without a track is on the track of its format.

    Raises:
        DataError: the file is of no known format.
    """
    found = interchange.read(path)
    track = interchange.get(found.format).track
    rows: list[Named] = []
    for row in found.rows:
        rows.append(replace(row, track=row.track or track, where=f"{path}: {row.where}"))
    return rows, [(f"{path}: {one.where}", one.reason) for one in found.unused]


def read_names(path: Path) -> list[tuple[str, str]]:
    """Return (name, where) for each line of a list of names; blank lines are skipped.

    Raises:
        DataError: it cannot be read as text.
    """
    lines = enumerate(read_text(path).splitlines(), 1)
    return [(line.strip(), f"{path}:{number}") for number, line in lines if line.strip()]


def clips_of(library: Path) -> tuple[list[NamedClip], list[str]]:
    """Return the clips of a library by name, and a line for each that cannot be read.

    Raises:
        DataError: there is no timeline.
    """
    clips: list[NamedClip] = []
    parts = parts_of(library)
    if parts is not None:
        for path, source in parts.sources():
            clips.append(NamedClip(path.removesuffix(SUFFIX), source))
        return _some(clips, library), []
    if library.is_file():
        names, failed, library = [library.name.removesuffix(SUFFIX)], [], library.parent
    else:
        scan = Scan(library)
        names = sorted(name.removesuffix(SUFFIX) for name, _ in scan.files())
        failed = scan.failed
    for name in names:
        written = read_written(library / f"{name}{SUFFIX}", name)
        clips.append(NamedClip(name, written.source or name))
    return _some(clips, library), failed


def timelines_of(library: Path) -> Iterator[tuple[str, Timeline | SeehearError]]:
    """Yield (name, timeline) of a library; the error in place of a timeline that is damaged.

    Raises:
        DataError: there is no timeline.
    """
    parts = parts_of(library)
    if parts is not None:
        for path, line in parts.timelines():
            yield path.removesuffix(SUFFIX), line
        return
    clips, _ = clips_of(library)
    folder = library if library.is_dir() else library.parent
    for clip in clips:
        try:
            yield clip.name, Timeline.from_json(folder / f"{clip.name}{SUFFIX}")
        except SeehearError as error:
            yield clip.name, error


def _some(clips: list[NamedClip], library: Path) -> list[NamedClip]:
    if not clips:
        hint = f"make some: seehear parse VIDEOS --out {library}"
        raise DataError("there are no timelines", where=library, hint=hint)
    return clips


def import_corrections(
    library: Path,
    rows: Sequence[Named] | None,
    *,
    reviewed: Iterable[tuple[str, str]] = (),
    by: str | None = None,
    did: str = "",
    write: bool = True,
) -> Imports:
    """Put corrections into the timelines of a library.

    Args:
        library: a folder of timelines, or one timeline file.
        rows: what people say; None: no rows; then all events of a reviewed clip are right.
        reviewed: (name, where) of clips that a person has gone through completely; what `rows` do
            not name there is wrong.
        by: name of the person; None: not said.
        did: where the corrections come from, for the record.
        write: False: only report what would change.

    Raises:
        DataError: there is no timeline.
    """
    clips, failed = clips_of(library)
    out = Imports(rows=len(rows or ()))
    out.failed += [("", DataError(line)) for line in failed]
    by_clip, complete = _sorted(clips, rows or (), reviewed, out, single=library.is_file())
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    folder = library if library.is_dir() else library.parent
    work = _Import(out, rows, Edit(at, did, by), write=write)
    for clip in clips:
        if clip in by_clip or clip in complete:
            path = folder / f"{clip.name}{SUFFIX}"
            work.put(path, clip.name, by_clip.get(clip, ()), complete=clip in complete)
    return out


def _sorted(
    clips: Sequence[NamedClip],
    rows: Iterable[Named],
    reviewed: Iterable[tuple[str, str]],
    out: Imports,
    *,
    single: bool,
) -> tuple[Mapping[NamedClip, Sequence[Named]], set[NamedClip]]:
    """Return the rows of each clip, and the reviewed clips; unused rows are added to `out`."""
    names = ClipNames(clips)
    by_clip: dict[NamedClip, list[Named]] = defaultdict(list)
    for row in rows:
        clip, why = (clips[0] if single else None), "it names no clip"
        if row.source is not None:
            clip, why = names.find(row.source)
        if clip is None:
            out.unused.append((row.where, why))
        else:
            by_clip[clip].append(row)
    complete = set()
    for name, where in reviewed:
        clip, why = names.find(name)
        if clip is None:
            out.failed.append((name, DataError(why, where=where)))
        else:
            complete.add(clip)
    return by_clip, complete


class _Import:
    """Puts rows into one clip after another, and collects the results."""

    def __init__(
        self, out: Imports, rows: Sequence[Named] | None, edit: Edit, *, write: bool
    ) -> None:
        self._out, self._edit, self._write = out, edit, write
        self._stands = rows is None  # all events of a reviewed clip are right
        self._words = tuple(dict.fromkeys(row.label for row in rows or ()))

    def put(self, path: Path, name: str, rows: Sequence[Named], *, complete: bool) -> None:
        """Put rows into the timeline at a path."""
        unused: list[Unused] = []

        def change(line: Timeline) -> Timeline:
            if self._stands:
                return gone_through(line, edit=self._edit)
            words = self._words if complete else ()
            got = corrected(line, rows, complete=complete, words=words, edit=self._edit)
            unused[:] = got.unused
            return got.timeline

        try:
            if self._write:
                before, after = changed(path, change)
            else:
                before = timeline_at(path)
                after = change(before)
        except SeehearError as error:
            self._out.failed.append((name, error))
            return
        self._out.unused += unused
        self._out.known |= set(before.vocabulary)
        for word in set(after.vocabulary) - set(before.vocabulary):
            self._out.words[word] = self._out.words.get(word, 0) + 1
        now = counts(before, after)
        self._out.clips.append(ClipChange(name, now, complete, after is not before))
