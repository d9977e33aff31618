"""What `seehear parse` has done so far: files written, timelines to show, failures."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.addresses import stamp
from seehear.amounts import amount
from seehear.cli.console import print_json
from seehear.cli.inputs import Inputs
from seehear.cli.parse_look import kept_lines, look_lines
from seehear.errors import ConfigError, MissingExtraError, SeehearError, UnreachableError
from seehear.files import make_folder, unwritable
from seehear.library.archive import Look, Made, ParsedArchive
from seehear.library.plan import FileTask, Wanted
from seehear.media.files import told

if TYPE_CHECKING:
    from seehear.library.mirror import Mirror
    from seehear.parser.many import Parsed
    from seehear.time import Timeline

Note = Callable[[str], None]  # prints a line above the bar
_SHOWN = 5  # files whose lanes are drawn; of more, one line each


class Result:
    """What was done so far: files written, timelines to show, failures.

    Args:
        args: of the command.
        formats: to write.
        archive: what the library holds; None: nothing is written.
        mirror: sends what is written to the library's address; None: it is a folder.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        formats: Sequence[str],
        archive: ParsedArchive | None,
        mirror: "Mirror | None" = None,
    ) -> None:
        self._mirror, self._stopped = mirror, False
        self._formats, self._json, self._archive = formats, args.json, archive
        self._folders = any(Path(path).is_dir() for path in args.paths)
        self._single = len(args.paths) == 1 and not self._folders
        self._out_given, self._out = args.out is not None, Path(args.out or "")
        self._order: dict[Path, int] = {}
        self._shown: dict[int, Timeline | str] = {}  # by number of the file: a timeline, or a line
        self._written: dict[int, list[Path]] = {}  # by number of the file
        self._left: dict[str, str] = {}  # why, by name
        self._kept: dict[str, str] = {}  # what a person did and stayed, by name
        self._skipped: dict[str, list[str]] = {}
        self._told: set[str] = set()
        self._changed = False  # whether a timeline was written since the index was updated
        self._standing: set[str] = set()  # names of what is done
        self._stamps: dict[Path, tuple[int, int] | None] = {}  # of files before they are parsed
        self.failed: dict[str, str] = {}

    @property
    def many(self) -> bool:
        """Whether there are too many files to draw the lanes of each."""
        return len(self._order) > _SHOWN

    def tell(self, line: str) -> None:
        """Print a note, unless it was printed before."""
        if line not in self._told:
            self._told.add(line)
            say(f"seehear: note: {line}")

    def take(self, found: Inputs) -> None:
        """Take in the files to do; say which files and folders are left out, and why."""
        for path, error in found.failed:
            if self.failed.get(str(path)) != error.problem:
                self.fail(str(path), error)
        for path, names in found.skipped.items():
            self._skipped[str(path)] = list(names)
            self.tell(f"{path}: {told(names)}")
        self._folders |= any(not file.named for file in found.files)
        self._single &= not self._folders
        for file in found.files:
            self._order.setdefault(file.path, len(self._order))

    def look(self, look: Look, made: Made) -> None:
        """Say which files a look at the archive leaves out, and show those that are done."""
        assert self._archive is not None
        new = [failure for failure in look.failed if failure.source not in self.failed]
        look, first = replace(look, failed=new), not self._standing
        for line in look_lines(look, self._archive, made, first=first):
            self.tell(line)
        for task in look.done:
            self._stands(task)
        for task in look.left:
            self._left[task.file.source] = str(task.standing)
        for task in look.kept:
            self._left[task.file.source] = "its timeline was changed since"
        for failure in look.failed:
            self.failed[failure.source] = failure.error
        self._changed |= any(task.moved for task in look.tasks())

    def _stands(self, task: FileTask) -> None:
        """Show a timeline that exists already, and write those of its formats that are missing."""
        from seehear.time import Timeline

        assert self._archive is not None
        if task.name in self._standing:
            return
        self._standing.add(task.name)
        missing = {form: path for form, path in self._files(task).items() if not path.exists()}
        if not missing and self.many and not self._json:
            return  # one line says how many there are
        try:
            timeline = Timeline.from_json(self._archive.timeline_path(task))
            self._write(task, timeline, missing)
        except SeehearError as error:
            self.fail(task.file.source, error)
            return
        if self._json or not self.many:
            self._show(task.file, timeline)

    def fail(self, source: str, error: SeehearError, note: Note | None = None) -> None:
        """Take in a failure."""
        self.failed[source] = error.problem
        (note or say)(f"seehear: {error}")

    def stop(self, error: UnreachableError) -> None:
        """Take in that a place cannot be reached: the rest of the files is not tried."""
        self._stopped = True
        say(f"seehear: {error}")
        self.index()

    def writable(self, tasks: Sequence[FileTask]) -> list[FileTask]:
        """Return the files whose results can be written, so that no hours of work are lost.

        Raises:
            ConfigError: the folder of the results cannot be made or takes no files.
        """
        self._stamps = {task.file.path: stamp(task.file.path) for task in tasks}
        if self._archive is None or not tasks:
            return list(tasks)
        make_folder(self._out)
        kept = []
        for task in tasks:
            refusal = next(filter(None, map(unwritable, self._files(task).values())), None)
            if refusal is None:
                kept.append(task)
                continue
            hint = "rename the file, or choose another folder"
            error = ConfigError(refusal, where=task.file.path, hint=hint)
            self.fail(task.file.source, error)
        return kept

    def _files(self, task: FileTask) -> dict[str, Path]:
        """Return the paths that are written for a file, by format.

        The timeline, by which the file counts as done, comes last.
        """
        from seehear import export

        last = sorted(self._formats, key=lambda name: name == "json")
        return {name: self._out / f"{task.name}{export.get(name).suffix}" for name in last}

    def add(self, task: FileTask, parsed: "Parsed", *, note: Note) -> None:
        """Take in what became of a file."""
        source = task.file.source
        try:
            if parsed.timeline is not None:
                self._parsed(task, parsed.timeline.named(source), note)
                return
            assert parsed.error is not None
            self.fail(source, parsed.error, note)
            if self._archive is not None and not task.file.named:
                seen = self._stamps[task.file.path]
                self._archive.failures.add(task.file.path, source, parsed.error.problem, seen)
        except UnreachableError:
            raise
        except SeehearError as error:  # what the disk refuses is this file's failure
            self.fail(source, error, note)

    def _parsed(self, task: FileTask, timeline: "Timeline", note: Note) -> None:
        """Write a timeline in all formats, unless somebody else changed the one there meanwhile.

        Raises:
            SeehearError: the disk refuses.
        """
        from seehear.library.written import signed
        from seehear.lock import held

        if self._archive is None:
            timeline = signed(timeline)
        else:
            with held(self._archive.timeline_path(task)):
                if "json" in self._formats and self._archive.is_others(task):
                    self._left[task.file.source] = "its timeline was changed since"
                    for line in kept_lines([task], self._archive):
                        note(f"seehear: note: {line}")
                    return
                timeline, kept = self._archive.with_corrections(task, timeline)
                timeline = signed(timeline)
                self._write(task, timeline, self._files(task))
            if kept:
                self._kept[task.file.source] = kept
                note(f"seehear: {self._archive.timeline_path(task)}: {kept}")
            if "json" in self._formats:
                self._archive.done(task, timeline)
                self._changed = True
        self._standing.add(task.name)
        self.failed.pop(task.file.source, None)
        for warning in (line for line in timeline.warnings if line not in self._told):
            note(f"seehear: {task.file.path}: warning: {warning}")
        self._show(task.file, timeline)

    def _write(self, task: FileTask, timeline: "Timeline", wanted: dict[str, Path]) -> None:
        from seehear import export

        written = self._written.setdefault(self._order[task.file.path], [])
        media = (
            task.file.path if task.file.path.is_file() else None
        )  # a clip of a library may have lost its video
        for form, path in wanted.items():
            written.append(export.write(timeline, form, path, media=media))
            if self._mirror is not None:
                self._mirror.send(written[-1])

    def _show(self, file: Wanted, timeline: "Timeline") -> None:
        """Keep what is to be shown: the timeline itself only where it is drawn or printed whole."""
        from seehear.cli.lanes import summary

        whole = self._json or not self.many
        self._shown[self._order[file.path]] = timeline if whole else summary(timeline)

    def index(self) -> None:
        """Bring the index of the library up to date, if a timeline was written into one."""
        if not (self._out_given and self._changed):
            return
        self._changed = False
        try:
            from seehear.library import update

            for line in update(self._out).notes:
                self.tell(line)
        except (ImportError, MissingExtraError):
            return  # searching is an extra; timelines are complete without
        except SeehearError as error:
            say(f"seehear: note: the index for seehear search was not updated: {error}")

    def print(self) -> None:
        """Print what was done since this was asked last, in the order of the files."""
        from seehear.cli.lanes import print_lanes

        if self._json:
            return
        for place in sorted(self._shown):
            shown = self._shown.pop(place)
            if isinstance(shown, str):
                print(shown.encode("utf-8", "replace").decode())
            else:
                print_lanes(shown)
        written = [path for place in sorted(self._written) for path in self._written[place]]
        self._written.clear()
        if self.many and written:
            say(f"{amount(len(written), 'file')} in {self._place(self._out)}")
        elif not self.many:
            for path in written:
                say(f"wrote {self._place(path)}")

    def _place(self, path: Path) -> str:
        return str(path) if self._mirror is None else self._mirror.shown(path)

    def finish(self) -> int:
        """Print the result and return the exit code."""
        if self._json:
            self._print_json()
        self.print()
        if not self.failed and not self._stopped:
            return 0
        if self.failed and self._folders and self._archive is not None:
            self._list_failures()
        return 1 if self._standing or self._left else 2

    def _list_failures(self) -> None:
        """List all failures again at the end: the first may be hours up the screen."""
        assert self._archive is not None
        kept = self._archive.failures
        where = f" (kept in {kept.path}; --retry tries again)" if list(kept) else ""
        say(f"{amount(len(self.failed), 'file')} failed{where}:")
        for source, problem in self.failed.items():
            say(f"  {source}: {problem}")

    def _print_json(self) -> None:
        timelines = []
        for place in sorted(self._shown):
            shown = self._shown[place]
            assert not isinstance(shown, str)
            timelines.append(shown.to_dict())
        if self._single and timelines:
            print_json(timelines[0])
            return
        print_json(
            {
                "timelines": timelines,
                "failed": _named(self.failed, "error"),
                "left": _named(self._left, "reason"),
                "corrected": _named(self._kept, "kept"),
                "skipped": self._skipped,
            }
        )


def _named(found: dict[str, str], key: str) -> list[dict[str, str]]:
    return [{"source": source, key: value} for source, value in found.items()]


def say(line: str) -> None:
    """Print a line on stderr."""
    print(line.encode("utf-8", "replace").decode(), file=sys.stderr, flush=True)
