"""Rows of many foreign files, understood and gathered by the clips that they are about."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from seehear.errors import MediaError, MissingExtraError, SeehearError
from seehear.interchange import get, read
from seehear.interchange.content import Hints
from seehear.interchange.mapping import Meanings, understood
from seehear.interchange.media import MediaFolder, MediaFound
from seehear.interchange.rows import ForeignRow, Imported, Unused
from seehear.media import MediaInfo, probe


@dataclass
class GatheredClip:
    """A clip and what foreign files say of it.

    Args:
        name: of its files, a path without suffix.
        source: what its media is called.
        media: what its media file holds; None: there is none.
        rows: with a track, a class and an end each; `where` is a number that `Gathering` knows.
        complete: whether a class without a row was looked for and not found, as in our own
            exports.
        files: names of the files that the rows come from.
    """

    name: str
    source: str
    media: MediaInfo | None = None
    rows: list[ForeignRow] = field(default_factory=list)
    complete: bool = True
    files: list[str] = field(default_factory=list)


@dataclass
class FileReport:
    """What became of one foreign file.

    Args:
        path: of it.
        format: what it is; empty where that is not known.
        rows: how many it has.
        unused: those that were not used.
        notes: what was assumed, or is odd about it.
        error: why nothing could be read; None: it could.
    """

    path: Path
    format: str = ""
    rows: int = 0
    unused: list[Unused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: SeehearError | None = None

    @property
    def used(self) -> int:
        """How many rows were used."""
        return self.rows - len(self.unused)


class Gathering:
    """Reads files one after the other and gathers their rows by clip.

    Args:
        media: what the files are about.
        meanings: of tiers and labels.
        format: of all files; None: found out.
        hints: what the user says of all files; the rest comes from the media.
    """

    def __init__(
        self,
        media: MediaFolder,
        meanings: Meanings,
        *,
        format: str | None = None,
        hints: Hints | None = None,
    ) -> None:
        self.clips: dict[str, GatheredClip] = {}
        self.files: list[FileReport] = []
        self._media, self._meanings, self._format = media, meanings, format
        self._hints = Hints() if hints is None else hints
        self._from: list[tuple[FileReport, str]] = []
        self._known: dict[Path, MediaInfo | None] = {}

    def read(self, path: Path) -> FileReport:
        """Read one file and return what became of it.

        Raises:
            ConfigError: the user asked for what cannot be, such as an unknown format.
        """
        file = FileReport(path)
        self.files.append(file)
        try:
            own = self._media.of_annotation(path)
            found = read(path, format=self._format, hints=self._hinted(own))
            file.format, file.rows = found.format, found.count
            kind = get(found.format)
            rows, unused, notes = understood(found, self._meanings, kind.track)
        except SeehearError as error:
            if error.parameter is not None or isinstance(error, MissingExtraError):
                raise
            file.error = error
            return file
        file.unused += [*found.unused, *unused]
        file.notes += [*found.notes, *notes]
        places = self._places(found, own, file)
        for row in rows:
            self._take(row, places[row.source], file, complete=kind.complete)
        for name in found.silent:
            self._clip(places[name], file, complete=kind.complete)
        return file

    def refuse(self, number: str, reason: str) -> None:
        """Note that a row was not used after all.

        Args:
            number: the `where` of a row of a clip.
            reason: why not.
        """
        file, where = self._from[int(number)]
        file.unused.append(Unused(where, reason))

    def note(self, number: str, what: str) -> None:
        """Note that a row was not used as it stands.

        Args:
            number: the `where` of a row of a clip.
            what: what was used.
        """
        file, where = self._from[int(number)]
        file.notes.append(f"{where}: {what}")

    def _take(
        self, row: ForeignRow, media: MediaFound, file: FileReport, *, complete: bool
    ) -> None:
        if media.several:
            file.unused.append(Unused(row.where, media.why))
            return
        clip = self._clip(media, file, complete=complete)
        clip.rows.append(replace(row, where=str(len(self._from))))
        self._from.append((file, row.where))

    def _clip(self, media: MediaFound, file: FileReport, *, complete: bool) -> GatheredClip:
        clip = self.clips.get(media.name)
        if clip is None:
            info = self._probed(media.path)
            clip = self.clips[media.name] = GatheredClip(media.name, media.source, info)
        clip.complete = clip.complete and complete
        if file.path.name not in clip.files:
            clip.files.append(file.path.name)
        return clip

    def _places(
        self, found: Imported, own: MediaFound, file: FileReport
    ) -> dict[str | None, MediaFound]:
        """Return which media each name in a file means."""
        names: Iterable[str | None] = [*(row.source for row in found.rows), *found.silent]
        distinct = list(dict.fromkeys(names))
        out: dict[str | None, MediaFound] = {}
        for name in distinct:
            place = own if name is None else self._media.find(name)
            if place.path is None and not place.several and len(distinct) == 1:
                if self._media.only is not None:
                    told = f"it is about {name}; " if name else ""
                    place = self._media.found(self._media.only)
                    file.notes.append(f"{told}taken to be about {place.source}, the only media")
            if place.path is None and place.why and not place.several:
                file.notes.append(f"{place.why}: the clip is as long as its rows")
            out[name] = place
        return out

    def _hinted(self, own: MediaFound) -> Hints:
        """Return what the user says, completed by what the media say."""
        hints = self._hints
        info = self._probed(own.path)
        if info is None:
            return hints
        rate = None if info.visual is None else info.visual.fps
        return replace(
            hints,
            fps=hints.fps or rate,
            start_timecode=hints.start_timecode or info.start_timecode,
            duration_s=info.duration_s,
        )

    def _probed(self, path: Path | None) -> MediaInfo | None:
        """Return what a media file holds; None where it cannot be read."""
        if path is None:
            return None
        if path not in self._known:
            try:
                self._known[path] = probe(path)
            except MediaError:
                self._known[path] = None
        return self._known[path]
