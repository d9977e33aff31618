"""An archive that is parsed into a library, again and again while both change.

A file whose timeline is there and was made the same way is not parsed again.  Timelines that were
made another way are named, and made again only on request; a timeline that a person or another tool
has changed is never overwritten without a request.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from seehear.addresses import address_of, stamp
from seehear.amounts import amount
from seehear.errors import DataError
from seehear.files import Json, sweep, write_text
from seehear.foreign.forms import anything
from seehear.foreign.texts import read_json
from seehear.library.facts import Facts
from seehear.library.failures import Failure, Failures
from seehear.library.names import result_names
from seehear.library.places import Places, Seen
from seehear.library.plan import FileTask, Shelf, Standing, Wanted, standing_of
from seehear.library.scan import require_files
from seehear.library.written import (
    Written,
    difference,
    how_digest,
    read_written,
    timeline_names,
    words_digest,
)
from seehear.time import SUFFIX, TRACKS, Timeline
from seehear.time.renewed import between, renewed

Again = Literal["changed", "all"]


@dataclass(frozen=True)
class Wishes:
    """What the user asks for beyond what is new.

    Args:
        again: parse again what was parsed another way (`changed`), or everything; None: nothing.
        overwrite_changed: also where a person or a tool has changed the timeline since.
        retry: also files that failed before.
    """

    again: Again | None = None
    overwrite_changed: bool = False
    retry: bool = False


@dataclass
class Look:
    """The files of an archive, sorted by what is to be done.

    Args:
        todo: to be parsed now.
        done: with a timeline that stays.
        left: parsed another way, and left as they are.
        kept: to be parsed again, but left because their timelines were changed by others.
        failed: failed before, and not tried again.
    """

    todo: list[FileTask] = field(default_factory=list)
    done: list[FileTask] = field(default_factory=list)
    left: list[FileTask] = field(default_factory=list)
    kept: list[FileTask] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def tasks(self) -> list[FileTask]:
        """Return the tasks of all files except those that failed before."""
        return [*self.todo, *self.done, *self.left, *self.kept]


class Made:
    """How a parser makes timelines: what has to be equal for a file not to be parsed again.

    Args:
        vocabulary: the classes that it looks for.
        about: its record, as in a timeline's `parser`.
    """

    def __init__(self, vocabulary: Iterable[str], about: Mapping[str, Json]) -> None:
        self.vocabulary, self.about = tuple(vocabulary), about
        self.words = words_digest(self.vocabulary, about)
        self.how = how_digest(about)


class ParsedArchive:
    """What a library knows of the files that are parsed into it.

    Args:
        library: the folder.
        wishes: what the user asks for.
        whole: the folder and all folders below it are the library; else only the folders that
            results go to are read.
    """

    def __init__(self, library: Path, wishes: Wishes, *, whole: bool) -> None:
        require_files(library)
        self.library, self.wishes, self._whole = library, wishes, whole
        self.failures = Failures(library)
        self._places = Places(library, make=True)
        self._facts = Facts(library)
        self._shelf: Shelf | None = None

    def look(self, files: Sequence[Wanted], parser: Made) -> Look:
        """Return what is to be done with files, in their order.

        The timeline of a file that was moved is kept, and names its new place.

        Args:
            files: all files of the archive.
            parser: the parser that would parse them.

        Raises:
            SeehearError: the library takes no files.
        """
        shelf = self._shelf = self._shelf or self._read(files)
        tasks = shelf.plan(files, parser.words, parser.how)
        folders = {self.timeline_path(task).parent for task in tasks}
        for folder in {self.failures.path.parent, *folders}:
            sweep(folder)
        look = Look()
        for task in tasks:
            if task.moved:
                self._follow(task)
            elif task.before is not None and task.standing is not Standing.MEDIA:
                self._see(task, task.before)
            self._sort(task, look)
        self.wishes = replace(self.wishes, retry=False)  # once only: a folder may be watched
        return look

    def look_at(self, clips: Sequence[FileTask], parser: Made) -> Look:
        """Return what is to be done with clips whose media are unchanged or missing."""
        self._shelf = Shelf(self._places)
        look = Look()
        for clip in clips:
            before = self._facts.read(clip.name)
            standing = standing_of(before, parser.words, parser.how)
            self._sort(replace(clip, before=before, standing=standing), look)
        return look

    def hash_of(self, path: Path) -> str:
        """Return the hash of a video; the file is read only if it is new or changed.

        Raises:
            MediaError: it cannot be read.
        """
        return self._places.hash_of(path)

    def _read(self, files: Sequence[Wanted]) -> Shelf:
        """Return the timelines that are there."""
        names = None
        if not self._whole:
            names = result_names(file.source for file in files)
        said = map(self._facts.read, timeline_names(self.library, names))
        found = {one.name: one for one in said if one is not None}
        return Shelf(self._places, found)

    def _sort(self, task: FileTask, look: Look) -> None:
        """Put a task into the list that it belongs to."""
        again = self.wishes.again
        failure = None if self.wishes.retry or task.file.named else self.failures.of(task.file.path)
        if task.standing is Standing.NEW:
            if failure is not None:
                look.failed.append(failure)
            else:
                look.todo.append(task)
        elif task.standing is Standing.DONE and again != "all":
            look.done.append(task)
        elif again is None:
            look.left.append(task)
        elif self.is_others(task):
            look.kept.append(task)
        else:
            look.todo.append(task)

    def is_others(self, task: FileTask) -> bool:
        """Return whether parsing would overwrite a timeline that others have changed.

        Corrections by a person do not count, as they are carried over, unless the video itself has
        changed: then they no longer fit.
        """
        path = self.timeline_path(task)
        if self.wishes.overwrite_changed or not path.exists():
            return False
        written = read_written(path, task.name)
        return written.touched or (written.corrected and task.standing is Standing.MEDIA)

    def with_corrections(self, task: FileTask, fresh: Timeline) -> tuple[Timeline, str]:
        """Return a new timeline with the corrections of the one it replaces, and a note of them.

        Args:
            task: the file.
            fresh: its timeline as parsed now.

        Raises:
            DataError: the timeline to be replaced holds corrections, and is damaged.
        """
        path = self.timeline_path(task)
        if task.standing is Standing.MEDIA or not path.exists():
            return fresh, ""
        if not read_written(path, task.name).corrected:
            return fresh, ""
        before = Timeline.from_json(path)
        after = renewed(before, fresh)
        persons = sum(e.origin != "parser" and e.track in TRACKS for e in before.events)
        stretches = sum(len(extent.reviewed) for extent in before.tracks.values())
        counts = {"event": persons, "removal": len(before.removed), "stretch": stretches}
        told = ", ".join(amount(number, name) for name, number in counts.items() if number)
        return after, f"kept what a person did ({told}); otherwise {between(before, after)}"

    def timeline_path(self, task: FileTask) -> Path:
        """Return where the timeline of a task lies."""
        return self.library / f"{task.name}{SUFFIX}"

    def done(self, task: FileTask, timeline: Timeline) -> None:
        """Record that a timeline was written.

        Raises:
            SeehearError: the library takes no files.
        """
        media, written = timeline.media, self._facts.read(task.name)
        if media is None or written is None or self._shelf is None:
            return
        self._shelf.timelines[task.name] = written
        self._remember(task, media.hash)
        self.failures.clear(task.file.path)

    def _see(self, task: FileTask, before: Written) -> None:
        """Record where the video of a timeline lies, if that is not on record yet."""
        if before.hash is not None and self._places.of_timeline(task.name) is None:
            self._remember(task, before.hash)

    def _remember(self, task: FileTask, hash_: str) -> None:
        seen = stamp(task.file.path)
        if seen is not None:
            path = task.file.path
            place = path if address_of(path) else path.absolute()
            self._places.remember(Seen(place, *seen, hash_, task.name))

    def _follow(self, task: FileTask) -> None:
        """Write the new name of its video into a timeline; nothing else of it changes."""
        path = self.timeline_path(task)
        data = read_json(path, anything)
        if isinstance(data.get("media"), dict):
            data["media"]["path"] = task.file.source
        data["source"] = task.file.source
        text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
        write_text(path, text.encode("utf-8", "replace").decode())
        assert self._shelf is not None
        assert task.before is not None
        self._shelf.timelines[task.name] = self._facts.read(task.name) or task.before
        self._remember(task, task.before.hash or "")

    def otherwise(self, task: FileTask, parser: Made) -> str:
        """Return how a timeline was made differently from now, in words; "" if unknown."""
        if task.standing not in (Standing.WORDS, Standing.PARSER):
            return ""
        try:
            before = Timeline.from_json(self.timeline_path(task))
        except DataError:
            return ""
        if task.standing is Standing.WORDS:
            return difference(list(before.vocabulary), list(parser.vocabulary))
        return difference(before.parser, parser.about)
