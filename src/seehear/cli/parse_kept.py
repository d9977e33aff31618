"""What `seehear parse` keeps of clips for other questions, and what it answers from that."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.cli.console import progress
from seehear.cli.inputs import Inputs
from seehear.closest import shown
from seehear.errors import ConfigError, FeatureError, SeehearError
from seehear.library.archive import Look, Made, ParsedArchive
from seehear.library.plan import FileTask, Standing, Wanted

if TYPE_CHECKING:
    from seehear.cli.parse_result import Result
    from seehear.features.kept import KeptWriter, Precision
    from seehear.parser import Parser

KEEPS: "dict[str, Precision]" = {"features": "exact", "features-half": "half"}
# standings of timelines that were made from the content the file has now
_SAME = (Standing.DONE, Standing.WORDS, Standing.PARSER)


def check_keep(args: argparse.Namespace, formats: Sequence[str]) -> None:
    """Refuse to keep features where nothing would find them.

    Raises:
        ConfigError: no timeline is written beside which they could lie, or no video is parsed.
    """
    if args.keep is None:
        return
    if args.origin == "library":
        raise ConfigError(
            "works only with videos: nothing is encoded for a library", parameter="keep"
        )
    if "json" not in formats:
        raise ConfigError("needs timelines (json) among the formats", parameter="keep")
    if args.json and args.out is None and not args.formats:
        raise ConfigError(
            "needs a folder to keep them in", parameter="keep", hint="give --out FOLDER"
        )


def library_of(args: argparse.Namespace) -> Path | None:
    """Return the library whose clips are to be asked again; None: files are to be parsed.

    A folder with timelines and without media is one; where media lie beside them, only if asked.

    Raises:
        ConfigError: a library is asked for, and there is none.
    """
    from seehear.library.kept import is_library

    if args.origin == "media" or (args.watch and args.origin is None):
        return None
    paths = [Path(path) for path in args.paths]
    found = [path for path in paths if is_library(path)]
    if args.origin != "library" and all(map(_has_media, found)):
        return None
    if not found:
        hint = "make one: seehear parse VIDEOS --keep features --out LIBRARY"
        where = ", ".join(args.paths)
        raise ConfigError("expected a folder of timelines", where=where, hint=hint)
    if len(paths) > 1:
        hint = "name one library at a time; for a folder of videos and timelines use --from media"
        where = ", ".join(args.paths)
        raise ConfigError("expected one folder of timelines", where=where, hint=hint)
    _check_library(args, found[0])
    return found[0]


def _check_library(args: argparse.Namespace, library: Path) -> None:
    if args.watch:
        raise ConfigError("--watch works only with folders of videos, got a library", where=library)
    if args.keep is not None:
        raise ConfigError(
            "works only with videos: nothing is encoded for a library", parameter="keep"
        )


def settle(args: argparse.Namespace, library: Path | None) -> None:
    """Set where results go and what is done again; a library is written into itself.

    Raises:
        ConfigError: `--overwrite-changed` without `--again`, which writes over nothing.
    """
    if library is not None and args.out is None and (args.formats or not args.json):
        args.out, args.again = str(library), args.again or "changed"
    if args.overwrite_changed and args.again is None:
        raise ConfigError("--overwrite-changed works only with --again changed or --again all")


def about_origins(args: argparse.Namespace) -> Iterator[str]:
    """Yield a note on each folder that holds videos and kept features, unless --from is given."""
    from seehear.library.kept import is_library, keeps_features

    for path in map(Path, args.paths):
        both = is_library(path) and keeps_features(path) and _has_media(path)
        if args.origin is None and both:
            yield (
                f"{path} holds videos and timelines: its videos are parsed, from what was kept "
                "of them where that suffices; --from library parses the timelines' clips alone"
            )


def _has_media(folder: Path) -> bool:
    from seehear.media.files import list_media

    return bool(list_media(folder).files)


def keeper(
    args: argparse.Namespace, archive: ParsedArchive | None, tasks: Mapping[Path, FileTask]
) -> "Callable[[Path], KeptWriter] | None":
    """Return a function from a file to the writer of its features; None: nothing is kept."""
    from seehear.features.kept import KeptWriter

    where = kept_as(args, archive, tasks)
    return None if where is None else lambda path: KeptWriter(*where(path))


def kept_as(
    args: argparse.Namespace, archive: ParsedArchive | None, tasks: Mapping[Path, FileTask]
) -> "Callable[[Path], tuple[Path, Precision]] | None":
    """Return a function from a file to where its features are kept, and how; None: nowhere."""
    from seehear.features.beside import kept_path

    if args.keep is None or archive is None:
        return None
    return lambda path: (kept_path(archive.timeline_path(tasks[path])), KEEPS[args.keep])


def without_rows(look: Look, archive: ParsedArchive, args: argparse.Namespace) -> None:
    """Put files back to be parsed whose timelines are done but whose features were not kept."""
    if args.keep is None:
        return
    precision = KEEPS[args.keep]
    lacking = [task for task in look.done if not _keeps(archive.timeline_path(task), precision)]
    look.done = [task for task in look.done if task not in lacking]
    look.todo += lacking


def _keeps(timeline: Path, precision: "Precision") -> bool:
    from seehear.features.beside import kept_path
    from seehear.features.kept import opened_kept

    try:
        with opened_kept(kept_path(timeline)) as rows:
            return rows.about.precision in ("exact", precision)
    except FeatureError:
        return False


def from_kept(
    args: argparse.Namespace,
    parser: "Parser",
    archive: ParsedArchive,
    result: "Result",
    tasks: Sequence[FileTask],
) -> list[FileTask]:
    """Answer from what was kept where it fits; return what is to be parsed from media.

    Args:
        args: of the command.
        parser: how it is parsed.
        archive: the library.
        result: takes the answers in.
        tasks: all that there is to do.
    """
    likely = [task for task in tasks if _may_answer(task, archive, args)]
    if not likely:
        return list(tasks)
    misfits = _answer_all(likely, parser, archive, result)
    left = [task for task in tasks if task not in likely]
    for problem, found in misfits.items():
        names = shown((task.file.source for task in found), most=3)
        result.tell(f"{amount(len(found), 'file')} parsed from media ({names}): {problem}")
        left += found
    answered = len(tasks) - len(left)
    if answered:
        told = f"{amount(answered, 'file')} parsed from kept features"
        result.tell(f"{told}; --from media parses the media")
    return [task for task in tasks if task in left]


def _answer_all(
    tasks: Sequence[FileTask], parser: "Parser", archive: ParsedArchive, result: "Result"
) -> dict[str, list[FileTask]]:
    """Take in what kept features answer; return the files that they do not fit, by the reason."""
    misfits: dict[str, list[FileTask]] = {}
    with progress(len(tasks), "answer", timed=False) as bar:
        for task in tasks:
            try:
                _answer(task, parser, archive, result, bar.note)
            except FeatureError as error:
                misfits.setdefault(error.problem, []).append(task)
            bar.advance(detail="files")
    return misfits


def _may_answer(task: FileTask, archive: ParsedArchive, args: argparse.Namespace) -> bool:
    """Return whether a file has kept features that may answer, with the precision asked for."""
    from seehear.features.beside import kept_path

    timeline = archive.timeline_path(task)
    if task.standing not in _SAME or not kept_path(timeline).is_file():
        return False
    return args.keep is None or _keeps(timeline, KEEPS[args.keep])


def _answer(
    task: FileTask,
    parser: "Parser",
    archive: ParsedArchive,
    result: "Result",
    note: Callable[[str], None],
) -> None:
    """Take in what kept features answer of a file.

    Raises:
        FeatureError: they do not fit.
    """
    from seehear.features.beside import kept_path
    from seehear.parser.kept import parse_kept
    from seehear.parser.many import Parsed

    path = task.file.path
    line = parse_kept(parser, kept_path(archive.timeline_path(task)), archive.hash_of(path))
    result.add(task, Parsed(path, line), note=note)


def ask_library(
    library: Path, parser: "Parser", archive: ParsedArchive | None, result: "Result"
) -> None:
    """Parse the clips of a library from what was kept of them.

    Args:
        library: the folder.
        parser: how.
        archive: where timelines go, which may be the same folder; None: they are only shown.
        result: takes them in.

    Raises:
        FeatureError: no clip can be answered.
    """
    from seehear.library.kept import KeptLibrary
    from seehear.parser.kept import parse_kept
    from seehear.parser.many import Parsed

    clips = KeptLibrary(library)
    by_name = {clip.written.name: clip for clip in clips}
    tasks = []
    for name, clip in by_name.items():
        source = clip.written.source or name
        tasks.append(FileTask(Wanted(clip.video, source, named=True), name))
    result.take(Inputs([task.file for task in tasks], [], {}))
    todo = tasks
    if archive is not None:
        made = Made(parser.vocabulary.names, parser.about())
        look = archive.look_at(tasks, made)
        result.look(look, made)
        todo = look.todo
    todo = result.writable(todo)
    refused: dict[str, list[SeehearError]] = {}
    with progress(len(todo), "answer", timed=False) as bar:
        for task in todo:
            clip = by_name[task.name]
            try:
                clips.check(clip)
                line = parse_kept(parser, clip.rows, clip.written.hash)
                result.add(task, Parsed(task.file.path, line), note=bar.note)
            except SeehearError as error:
                refused.setdefault(error.problem, []).append(error)
                result.failed[task.file.source] = error.problem
            bar.advance(detail="files")
    for problem, errors in refused.items():
        if len(errors) == len(tasks):
            raise FeatureError(_of(problem, errors), where=library, hint=errors[0].hint)
        result.tell(f"{_of(problem, errors)}, first {errors[0].where}; {errors[0].hint}")


def _of(problem: str, errors: Sequence[SeehearError]) -> str:
    return f"{problem} ({amount(len(errors), 'file')})"
