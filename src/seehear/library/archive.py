"""An archive that is parsed into a library, again and again while both change.

What was done stays: a file whose timeline is there, made the same way, is not parsed again.  What
stands otherwise is named, and done again only where that is asked for; and what a person or another
tool changed is never written over without being asked.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from seehear.addresses import address_of, stamp
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
        again: parse again what was parsed otherwise (`changed`), or everything; None: nothing.
        overwrite_changed: also where a person or a tool changed the timeline since.
        retry: also what failed before.
    """

    again: Again | None = None
    overwrite_changed: bool = False
    retry: bool = False


@dataclass
class Look:
    """What a look at the files found.

    Args:
        todo: to be parsed now.
        done: whose timelines stand.
        left: parsed otherwise, and left as they are.
        kept: to be parsed again, but their timelines were changed by others.
        failed: what failed before and is not tried again.
    """

    todo: list[FileTask] = field(default_factory=list)
    done: list[FileTask] = field(default_factory=list)
    left: list[FileTask] = field(default_factory=list)
    kept: list[FileTask] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def tasks(self) -> list[FileTask]:
        """Return what there is to the files, but for those that failed before."""
        return [*self.todo, *self.done, *self.left, *self.kept]


class Made:
    """How a parser makes timelines.

    Args:
        vocabulary: the classes that it looks for.
        about: its record.
    """

    def __init__(self, vocabulary: Iterable[str], about: Mapping[str, Json]) -> None:
        self.vocabulary, self.about = tuple(vocabulary), about
        self.words = words_digest(self.vocabulary, about)
        self.how = how_digest(about)


def _things(number: int, name: str) -> str:
    """Return a number of things in words: 1 stretch, 2 stretches."""
    ending = "es" if name.endswith("ch") else "s"
    return f"{number:,} {name}{'' if number == 1 else ending}"


class ParsedArchive:
    """What a library knows of the files that are parsed into it.

    Args:
        library: the folder.
        wishes: what the user asks for.
        whole: the folder is a library, with all that lies below it; else only the folders that
            results go to are looked into.
    """

    def __init__(self, library: Path, wishes: Wishes, *, whole: bool) -> None:
        require_files(library)
        self.library, self.wishes, self._whole = library, wishes, whole
        self.failures = Failures(library)
        self._places = Places(library, make=True)
        self._facts = Facts(library)
        self._shelf: Shelf | None = None

    def look(self, files: Sequence[Wanted], parser: Made) -> Look:
        """Return what is to be done with files, in their order; timelines follow moved files.

        Args:
            files: all of them.
            parser: what would parse them.

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
        self.wishes = replace(self.wishes, retry=False)  # once: a watched folder is looked at often
        return look

    def look_at(self, clips: Sequence[FileTask], parser: Made) -> Look:
        """Return what is to be done with clips under names that they have, whose media are as they
        were, or are not there.
        """
        self._shelf = Shelf(self._places)
        look = Look()
        for clip in clips:
            before = self._facts.read(clip.name)
            standing = standing_of(before, parser.words, parser.how)
            self._sort(replace(clip, before=before, standing=standing), look)
        return look

    def hash_of(self, path: Path) -> str:
        """Return the hash of a video, which is read only where it is new or changed.

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
        """Lay a task where it belongs."""
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
        """Return whether a timeline would be written over that is not as parsing wrote it.

        What a person corrected in it does not hinder this: it stays.  But corrections of a video
        that is another by now fit nothing.
        """
        path = self.timeline_path(task)
        if self.wishes.overwrite_changed or not path.exists():
            return False
        written = read_written(path, task.name)
        return written.touched or (written.corrected and task.standing is Standing.MEDIA)

    def with_corrections(self, task: FileTask, fresh: Timeline) -> tuple[Timeline, str]:
        """Return a new timeline with what a person did to the one in its place, and what that is.

        Args:
            task: whose timeline it is.
            fresh: as parsed.

        Raises:
            DataError: the one in its place holds corrections, and is damaged.
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
        told = ", ".join(_things(number, name) for name, number in counts.items() if number)
        return after, f"kept what a person did ({told}); otherwise {between(before, after)}"

    def timeline_path(self, task: FileTask) -> Path:
        """Return where the timeline of a task lies."""
        return self.library / f"{task.name}{SUFFIX}"

    def done(self, task: FileTask, timeline: Timeline) -> None:
        """Take note of a timeline that was written.

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
        """Take note of where the video of a timeline lies that says nothing of it here."""
        if before.hash is not None and self._places.of_timeline(task.name) is None:
            self._remember(task, before.hash)

    def _remember(self, task: FileTask, hash_: str) -> None:
        seen = stamp(task.file.path)
        if seen is not None:
            path = task.file.path
            place = path if address_of(path) else path.absolute()
            self._places.remember(Seen(place, *seen, hash_, task.name))

    def _follow(self, task: FileTask) -> None:
        """Let a timeline call its video what it is called now; nothing else of it changes."""
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
        """Return in what a timeline was made otherwise than it would be now; "" if unknown."""
        if task.standing not in (Standing.WORDS, Standing.PARSER):
            return ""
        try:
            before = Timeline.from_json(self.timeline_path(task))
        except DataError:
            return ""
        if task.standing is Standing.WORDS:
            return difference(list(before.vocabulary), list(parser.vocabulary))
        return difference(before.parser, parser.about)
