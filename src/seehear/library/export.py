"""A whole library in another form: one table of all clips, or one file a clip.

Clips are read one after another, in the order of their names, and not kept, so memory does not grow
with the library.  A damaged timeline is left out and named.
"""

import csv
import errno
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from seehear import export
from seehear.errors import ConfigError, DataError, SeehearError
from seehear.export.clips import LinkedClip
from seehear.export.csv import BOM, COLUMNS, Row, cells, harmless, rows
from seehear.export.selection import Selection
from seehear.files import atomic_path, is_special, make_folder, refused, shortened
from seehear.library.index import (
    TABLE,
    Updated,
    connect,
    first_line,
    index_path,
    reading,
    sql_path,
    update,
)
from seehear.library.parts import parts_of
from seehear.library.scan import Scan
from seehear.library.videos import Videos
from seehear.time import SUFFIX, TRACKS, Event, Extent, TimeGrid, Timeline

# form of a table -> what it is
TABLES = {
    "csv": "one table for spreadsheets, one event a row",
    "parquet": "one table for DuckDB, pandas and the like, one event a row",
}
_TYPES = {
    "timeline": "VARCHAR",
    **dict.fromkeys(COLUMNS, "VARCHAR"),
    **dict.fromkeys(("start_s", "end_s", "score"), "DOUBLE"),
}
_HEADER = tuple(_TYPES)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # errors that every further file would meet, too
Named = tuple[str, Timeline]  # path of the timeline's file in the library, and the timeline
Read = tuple[str, Timeline | SeehearError]
_BATCH = 5_000  # clips of an index that are in memory at once


class LibraryClips:
    """The selected parts of a library's timelines, one after another, and a count of the results.

    Args:
        library: a folder of timelines.
        selection: what is to be exported of them.
        whole: read the timelines themselves.  False: bring the index up to date and read that,
            which is quicker and holds all that a table needs; without an index, timelines are read.
        indexed: called after each timeline that is added to the index.

    Raises:
        DataError: there is no timeline.
    """

    def __init__(
        self,
        library: Path,
        selection: Selection,
        *,
        whole: bool = True,
        indexed: Callable[[], None] = lambda: None,
    ) -> None:
        self.library, self.selection = library, selection
        self.advance: Callable[[], None] = lambda: None  # called after each
        self.done = 0  # clips that have been written completely
        self._vocabularies: set[tuple[str, ...]] = set()
        empty = next(Scan(library).files(), None) is None  # then nothing is written there
        updated = None if whole or empty else _updated(library, indexed)
        if updated is not None:
            self.count = updated.clips
            self._read: Iterable[Read] = _indexed(library)
            self.failed, self.notes = list(updated.failed), list(updated.notes)
        else:
            scan = Scan(library)
            paths = sorted(path for path, _ in scan.files())
            self.count = len(paths)
            self._read = _timelines(library, paths)
            self.failed, self.notes = scan.failed, scan.notes()
        if not self.count and not self.failed:
            raise DataError(
                "expected timelines, found none",
                where=library,
                hint=f"make some: seehear parse VIDEOS --out {library}",
            )

    def __iter__(self) -> Iterator[Named]:
        """Yield the selected part of each timeline that can be read.

        Raises:
            SeehearError: none could be written, or no timeline has a class that was asked for.
        """
        for path, timeline in self._read:
            if isinstance(timeline, SeehearError):
                self.failed.append(str(timeline))
            else:
                self._vocabularies.add(timeline.vocabulary)
                self.done += 1
                chosen = self.selection.of(timeline)
                # a clip that was parsed for none of these classes is left out
                if chosen.vocabulary or not timeline.vocabulary:
                    yield path, chosen
            self.advance()
        if self._vocabularies:
            self.selection.require(dict.fromkeys(name for v in self._vocabularies for name in v))
        if not self.done:
            more = f" ({len(self.failed):,} failed)" if len(self.failed) > 1 else ""
            raise DataError(f"nothing could be exported{more}; the first: {self.failed[0]}")

    def fail(self, error: SeehearError) -> None:
        """Record that the latest clip could not be written.

        Raises:
            SeehearError: the disk is full or read-only, so that every other clip would fail, too.
        """
        if getattr(error.__cause__, "errno", None) in _FULL:
            raise error
        self.done -= 1
        self.failed.append(str(error))


def _updated(library: Path, indexed: Callable[[], None]) -> Updated | None:
    """Bring the index up to date; None if DuckDB is missing or the folder is read-only."""
    try:
        return update(library, advance=indexed)
    except SeehearError:
        return None


def _timelines(library: Path, paths: Iterable[str]) -> Iterator[Read]:
    """Yield (path, timeline), with the error in place of a damaged timeline."""
    parts = parts_of(library)
    if parts is not None:
        yield from parts.timelines()
        return
    for path in paths:
        try:
            yield path, Timeline.from_json(library / path)
        except SeehearError as error:
            yield path, error


def _indexed(library: Path) -> Iterator[Read]:
    """Yield each timeline as the index has it: without how it was made and decided.

    Rows of the index lie in the order of their paths, so they can be read in parts.
    """
    index = index_path(library)
    with connect() as db, reading(index):
        values: dict[str, object] = {"index": sql_path(index), "batch": _BATCH}
        firsts = db.execute(
            f"SELECT path FROM {TABLE} WHERE file_row_number % $batch = 0 ORDER BY path", values
        ).fetchall()
        for (first,), after in zip_longest(firsts, firsts[1:]):
            values = {"index": sql_path(index), "first": first}
            upto = ""
            if after is not None:
                upto, values["after"] = "AND path < $after", after[0]
            found = db.execute(
                "SELECT path, source, start_s, duration_s, vocabulary, events,"
                " CASE WHEN audio THEN audio_parsed END, CASE WHEN visual THEN visual_parsed END"
                f" FROM {TABLE} WHERE path >= $first {upto} ORDER BY file_row_number",
                values,
            )
            yield from map(_read, found.fetchall())


def _read(row: Sequence[Any]) -> Named:
    """Return the timeline of a row of the index."""
    path, source, start_s = row[:3]
    duration_s, vocabulary, events = row[3:6]
    timeline = Timeline(
        source,
        duration_s,
        TimeGrid(0, start_s=start_s),
        tuple(vocabulary),
        tuple(map(_event, events)),
        dict(zip(TRACKS, map(_extent, row[6:]), strict=True)),
    )
    return path, timeline


def _event(row: Mapping[str, Any]) -> Event:
    values = (row[name] for name in ("start_s", "end_s", "track", "label", "score", "origin"))
    return Event(*values)


def _extent(parsed: Sequence[Mapping[str, float]] | None) -> Extent:
    if parsed is None:
        return Extent()
    return Extent.of(*((span["start_s"], span["end_s"]) for span in parsed))


def write_table(clips: Iterable[Named], form: str, path: Path, *, excel: bool = False) -> int:
    """Write the events of all clips as one table, whole or not at all; return its rows.

    Columns are those of `seehear.export.csv` after `timeline`, the path of the clip's timeline.

    Args:
        clips: what is written.
        form: of `TABLES`.
        path: the file.
        excel: write CSV so that Excel reads it correctly (`seehear.export.csv.for_excel`).

    Raises:
        MissingExtraError: DuckDB, which writes Parquet, is not installed.
        SeehearError: the file cannot be written, or an error of `clips`.
    """
    if form == "csv":
        with atomic_path(path) as part, part.open("wb") as out:
            return write_csv(clips, out, excel=excel)
    with _scratch(path) as folder, connect(folder) as db, atomic_path(path) as part:
        import duckdb

        written = _write_lines(clips, folder / "rows.jsonl")
        target = str(part).replace("'", "''")  # DuckDB's COPY takes no parameter for its target
        try:
            db.execute(
                "COPY (SELECT * FROM read_json($rows, format = 'newline_delimited',"
                f" columns = {_TYPES}, maximum_object_size = 100000000,"
                f" hive_partitioning = false)) TO '{target}' (FORMAT parquet, COMPRESSION zstd)",
                {"rows": sql_path(folder / "rows.jsonl")},
            )
        except duckdb.Error as error:
            raise SeehearError(
                f"the table cannot be made ({first_line(error)})",
                where=shortened(path),
                hint="is there room on the disk?",
            ) from error
    return written


def write_csv(clips: Iterable[Named], out: BinaryIO, *, excel: bool = False) -> int:
    """Write the table as text into an open file; return its rows."""
    text = io.TextIOWrapper(out, "utf-8", errors="replace", newline="")
    table = csv.writer(text, lineterminator="\r\n")
    written = 0
    try:
        text.write(BOM if excel else "")
        table.writerow(_HEADER)
        for path, timeline in clips:
            of_clip = [[path, *cells(row)] for row in rows(timeline)]
            table.writerows(map(harmless, of_clip) if excel else of_clip)
            written += len(of_clip)
    finally:
        text.detach()  # the caller closes the file
    return written


def _write_lines(clips: Iterable[Named], path: Path) -> int:
    """Write the rows as lines of JSON, which DuckDB reads exactly."""
    written = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
        for name, timeline in clips:
            for row in rows(timeline):
                out.write(_line(name, row))
                written += 1
    return written


def _line(name: str, row: Row) -> str:
    value = dict(zip(_HEADER, (name, *row), strict=True))
    # DuckDB's reader of JSON refuses zero bytes
    return json.dumps(value, ensure_ascii=False).replace("\\u0000", "") + "\n"


@contextmanager
def _scratch(path: Path) -> Iterator[Path]:
    """Yield a hidden scratch folder beside a file, removed afterwards."""
    beside_it = None if is_special(path) else path.parent
    try:
        if beside_it is not None:
            beside_it.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=beside_it, prefix=".export-") as folder:
            yield Path(folder)
    except OSError as error:
        raise refused(error, path) from error


def write_files(
    clips: LibraryClips,
    form: str,
    out: Path,
    *,
    media: Path | None = None,
    base: str | None = None,
) -> None:
    """Write one file for each clip, in the same subfolders as in the library.

    Args:
        clips: what is written.
        form: a name of `seehear.export.FORMATS`, or one that an installed package adds.
        out: the folder; nothing is written outside of it.
        media: folder of the videos, for formats that link to them; not needed for videos beside
            their timelines.
        base: the web address below which the videos lie; links then lead there.

    Raises:
        ConfigError: copies of timelines would be written among the library's own.
        SeehearError: the folder cannot be made, or nothing could be written.
    """
    about = export.get(form)
    if about.suffix == SUFFIX and out.resolve().is_relative_to(clips.library.resolve()):
        raise ConfigError(
            "expected a folder outside the library, or the copies become clips of it",
            where=out,
            parameter="out",
        )
    make_folder(out)
    inside = _Inside(out)
    videos = Videos(clips.library, () if media is None else (media,), anywhere=True)
    for path, timeline in clips:
        target = out / (path.removesuffix(SUFFIX) + about.suffix)
        try:
            inside.require(target.parent)
            video = None
            if about.media and base is None:
                video = videos.find(path, timeline.source, timeline.media)
            export.write(timeline, form, target, media=video, base=base)
        except SeehearError as error:
            clips.fail(error)


def write_one(
    clips: LibraryClips,
    form: str,
    path: Path,
    *,
    media: Path | None = None,
    base: str | None = None,
) -> None:
    """Write one file of all clips, for formats that allow this, and the files that go with it.

    Arguments and errors as in `write_files`.
    """
    about = export.get(form)
    videos = Videos(clips.library, () if media is None else (media,), anywhere=True)

    def named() -> Iterator[LinkedClip]:
        for name, timeline in clips:
            video = None
            if about.media and base is None:
                video = videos.find(name, timeline.source, timeline.media)
            link = export.link_to(timeline, about, path.parent, media=video, base=base)
            yield LinkedClip(name.removesuffix(SUFFIX), timeline, link)

    export.write_many(named(), form, path)


class _Inside:
    """Checks that folders lie inside another after resolving links; each is checked once."""

    def __init__(self, folder: Path) -> None:
        self._root = folder.resolve()
        self._known: set[Path] = set()

    def require(self, folder: Path) -> None:
        """Raise ConfigError if a folder lies outside."""
        if folder in self._known:
            return
        real = Path(os.path.realpath(folder))
        if not real.is_relative_to(self._root):
            raise ConfigError(
                f"a link leads out of the folder ({shortened(real)})",
                where=folder,
                hint="remove the link, or choose another folder",
            )
        self._known.add(folder)
