"""`seehear parse`: make timelines of videos: what is heard, what is seen, and when."""

import argparse
import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.addresses import address_of, stamp
from seehear.amounts import amount
from seehear.cli.console import Progress, progress
from seehear.cli.hours import Hours
from seehear.cli.inputs import (
    Inputs,
    add_audio_stream,
    check_audio_stream,
    collect,
)
from seehear.cli.parse_kept import (
    about_origins,
    ask_library,
    check_keep,
    from_kept,
    keeper,
    kept_as,
    library_of,
    settle,
    without_rows,
)
from seehear.cli.parse_result import Result, say
from seehear.closest import shown
from seehear.data import LLP_VOCABULARY
from seehear.errors import ConfigError, UnreachableError
from seehear.files import Json
from seehear.library.archive import Made, ParsedArchive, Wishes
from seehear.library.names import result_names
from seehear.library.plan import FileTask
from seehear.lock import owned

if TYPE_CHECKING:
    from seehear.library.mirror import Mirror
    from seehear.parser import Parser
    from seehear.parser.many import Parsed

_MOST_JOBS = 4
_SHARED = "choose a folder, on a cluster one that every node shares"
_INTERVAL_S = 10.0  # from one look at a watched folder to the next


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="media files or folders of them, also at addresses (s3://bucket/folder)",
    )
    words = parser.add_mutually_exclusive_group()
    words.add_argument(
        "--events", metavar="WORDS", help='classes to look for, such as "Dog,Speech"'
    )
    words.add_argument(
        "--vocabulary",
        metavar="FILE",
        help="one class per line: name, or name = description (default: LLP's 25 classes)",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--preset",
        default=None,
        metavar="NAME",
        help="zero-shot parser: offline (default; small encoders) or clip (CLIP and CLAP)",
    )
    how.add_argument(
        "--model", metavar="MODEL", help="a trained parser: a run folder or a model file"
    )
    parser.add_argument(
        "--prior",
        metavar="NAME",
        help=(
            "with --model, how the zero-shot preset helps it: support (on footage like its "
            "training footage), language (on other footage), likeness (whichever fits the video) "
            "or none (default: the recipe's choice)"
        ),
    )
    parser.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="NAME",
        dest="formats",
        help="format of the files written: json (default), csv, vtt, srt, html, ... (repeatable)",
    )
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        help="folder or address to write to (default: the current folder)",
    )
    parser.add_argument(
        "--threshold",
        metavar="P",
        help="lowest probability of an event, from 0 to 1; two for audio and visual: 0.6,0.4",
    )
    parser.add_argument(
        "--fps",
        type=int,
        metavar="N",
        help="frames to look at per second (presets only; default: 2)",
    )
    add_audio_stream(parser)
    parser.add_argument(
        "--still",
        type=float,
        metavar="LEVELS",
        help=(
            "encode pictures that look the same only once: those in which no part differs by "
            "more than this many of 256 grey levels, such as 2 (default: encode every picture)"
        ),
    )
    parser.add_argument(
        "--all",
        dest="everything",
        action="store_true",
        help="in folders, also try files whose names do not end as those of media do",
    )
    _add_archive(parser)
    _add_kept(parser)
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="where to run: this machine or a Ray cluster",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help=(
            f"decoding processes (default: one per core and file, at most {_MOST_JOBS}; on a"
            " cluster as many as it has)"
        ),
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="longest wait for ten segments of a file before it is given up (default: 60)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help=(
            "print only JSON on stdout: the timeline of one file, or all timelines and the failures"
        ),
    )


def _add_archive(parser: argparse.ArgumentParser) -> None:
    """Add the options for going on with a folder of results."""
    parser.add_argument(
        "--again",
        choices=("changed", "all"),
        help=(
            "parse again: changed (files that changed, or were parsed for other words or in "
            "another way) or all (default: what is done stays)"
        ),
    )
    parser.add_argument(
        "--overwrite-changed",
        action="store_true",
        help="with --again, also replace timelines that a person or another tool changed",
    )
    parser.add_argument(
        "--retry", action="store_true", help="in folders, also try the files that failed before"
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="keep looking for new files until Ctrl-C; files still being written are waited for",
    )
    parser.add_argument(
        "--interval",
        type=float,
        metavar="SECONDS",
        help="with --watch, the time from one look to the next (default: 10)",
    )


def _add_kept(parser: argparse.ArgumentParser) -> None:
    """Add the options for keeping features, and for parsing from kept ones."""
    parser.add_argument(
        "--keep",
        choices=("features", "features-half"),
        help=(
            "keep the encoders' features beside the timelines, so that parsing for other words "
            "needs no video; features-half rounds them to half the space"
        ),
    )
    parser.add_argument(
        "--from",
        dest="origin",
        choices=("media", "library"),
        help=(
            "media: parse the videos, whatever was kept; library: parse the clips of a library "
            "from what was kept, without their videos (default: from what was kept where it "
            "suffices, else from the videos)"
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    formats = _formats(args.formats)
    _check(args, formats)
    library = library_of(args)
    found = _found(args) if library is None else None
    settle(args, library)
    mirror = _mirror(args)
    with contextlib.nullcontext() if args.out is None else owned(args.out):
        if mirror is not None:
            mirror.bring()
        session = _Session(args, formats, mirror)
        for line in about_origins(args):
            session.result.tell(line)
        try:
            if library is not None:
                session.ask(library)
            elif found is not None:
                session.begin(found)
            if mirror is not None:
                mirror.send_state()
        except UnreachableError as error:
            session.result.stop(error)
        return session.result.finish()


def _mirror(args: argparse.Namespace) -> "Mirror | None":
    """Return the copy of a library at an address, which is written into; None for one here.

    Raises:
        ConfigError: the address carries credentials.
    """
    address = None if args.out is None else address_of(args.out)
    if address is None:
        return None
    from seehear.library.mirror import Mirror

    if args.keep is not None:
        raise ConfigError(
            "features are kept in folders only", where=address, parameter="keep", hint=_SHARED
        )
    mirror = Mirror(address)
    args.out = str(mirror.folder)
    return mirror


def _check(args: argparse.Namespace, formats: Sequence[str]) -> None:
    """Refuse options with wrong values, and options that do not go together.

    Raises:
        ConfigError: there are some.
    """
    _check_numbers(args)
    check_audio_stream(args)
    _check_watch(args)
    check_keep(args, formats)


def _found(args: argparse.Namespace) -> Inputs:
    """Return the media files that are meant.

    Raises:
        MediaError: there are none.
    """
    found = collect(map(Path, args.paths), everything=args.everything)
    if not found.files and len(found.failed) == 1 and not args.watch:
        raise found.failed[0][1]
    return found


def _check_numbers(args: argparse.Namespace) -> None:
    """Refuse numbers outside their range.

    Raises:
        ConfigError: there is one.
    """
    if args.timeout <= 0 or (args.jobs is not None and args.jobs < 1):
        raise ConfigError("--jobs and --timeout must be positive")
    if args.still is not None and not 0 <= args.still <= 255:
        raise ConfigError(f"--still: expected grey levels from 0 to 255, got {args.still:g}")


def _check_watch(args: argparse.Namespace) -> None:
    """Refuse options that do not go with `--watch`, or need it.

    Raises:
        ConfigError: there are some.
    """
    interval_s = args.interval
    if not args.watch:
        if interval_s is not None:
            raise ConfigError("--interval works only with --watch")
        return
    if interval_s is not None and not 0 < interval_s <= 86400:
        raise ConfigError(f"--interval: expected seconds, up to a day, got {interval_s}")
    if args.again == "all":
        raise ConfigError("--again all does not work with --watch: it would never be done")
    if args.json:
        raise ConfigError("--json does not work with --watch: the timelines are in the files")
    for path in map(Path, args.paths):
        if path.exists() and not path.is_dir():
            raise ConfigError("--watch: expected folders, got a file", where=path)


def _formats(values: list[str]) -> list[str]:
    """Return the formats to write; an unknown one is refused here, before hours of work."""
    named = [name for name in ",".join(values).split(",") if name]
    formats = list(dict.fromkeys(named)) or ["json"]
    if formats == ["json"]:
        return formats  # our own: there is nothing to find out
    from seehear import export

    for name in formats:
        export.get(name)
    return formats


def _options(args: argparse.Namespace) -> dict[str, Json]:
    """Return the options of `make_parser`."""
    names = ("preset", "model", "threshold", "events", "vocabulary", "fps", "prior")
    return {name: getattr(args, name) for name in names}


def _parser(args: argparse.Namespace) -> "Parser":
    from seehear.media.container import require_av
    from seehear.parser.options import make_parser

    # said once here, else every video would fail; the preset's extra brings PyAV and the rest
    require_av("clip" if args.preset == "clip" else "offline")
    parser = make_parser(**_options(args))
    parser.audio_stream = args.audio_stream
    parser.still = args.still
    return parser


class _Session:
    """One run of the command: its parser, what the library holds, what was done.

    Args:
        args: of the command.
        formats: to write.
        mirror: the library's copy, where it lies at an address.
    """

    def __init__(
        self, args: argparse.Namespace, formats: Sequence[str], mirror: "Mirror | None" = None
    ) -> None:
        self._args = args
        self._parser: Parser | None = None
        self._archive: ParsedArchive | None = None
        # with only JSON to print, nothing is written
        if not args.json or args.out is not None or args.formats:
            wishes = Wishes(args.again, args.overwrite_changed, args.retry)
            self._archive = ParsedArchive(Path(args.out or ""), wishes, whole=args.out is not None)
        self.result = Result(args, formats, self._archive, mirror)

    def begin(self, found: Inputs) -> None:
        """Parse what there is, or go on looking for more."""
        if self._args.watch:
            self.watch()
        else:
            self.parse(found)

    def watch(self) -> None:
        """Parse what comes, until Ctrl-C or a signal to end."""
        from seehear.cli.watch import Watch

        interval_s = self._args.interval or _INTERVAL_S
        seen = Watch(interval_s)
        say(f"watching {', '.join(self._args.paths)}; Ctrl-C ends it")
        try:
            while True:
                found = collect(map(Path, self._args.paths), everything=self._args.everything)
                for path, error in found.failed:
                    if not path.is_dir():  # a folder that is only empty is not reported
                        self.result.tell(f"{error}; it will be looked at again")
                self.parse(seen.whole(found))
                self.result.print()
                time.sleep(interval_s)
        except KeyboardInterrupt:
            self.result.index()
            say("stopped watching; run the same command again to go on")

    def parse(self, found: Inputs) -> None:
        """Parse what is to be parsed, then bring the index of the library up to date."""
        self.result.take(found)
        if not found.files:
            return
        if self._parser is None:
            self._parser = _parser(self._args)
            self._tell_words(self._parser)
        tasks = self.result.writable(self._todo(self._parser, found))
        if self._archive is not None and self._args.origin is None:
            tasks = from_kept(self._args, self._parser, self._archive, self.result, tasks)
        if tasks:
            self._run(self._parser, tasks)
        self.result.index()

    def ask(self, library: Path) -> None:
        """Parse the clips of a library from what was kept of them."""
        self._parser = _parser(self._args)
        self._tell_words(self._parser)
        ask_library(library, self._parser, self._archive, self.result)
        self.result.index()

    def _tell_words(self, parser: "Parser") -> None:
        """Say what is looked for where nobody named it, and what stands in for unknown words."""
        given = (self._args.model, self._args.events, self._args.vocabulary)
        names = parser.vocabulary.names
        if given == (None, None, None) and names == LLP_VOCABULARY.names:
            told = f"looking for LLP's {amount(len(names), 'class')} ({shown(names, most=3)})"
            self.result.tell(f'{told}; --events "Dog,Rain" names what you want')
        for line in parser.scorer.doubts():
            self.result.tell(line)

    def _todo(self, parser: "Parser", found: Inputs) -> list[FileTask]:
        """Return what is to be parsed, in the order of the files."""
        if self._archive is None:
            names = result_names(file.source for file in found.files)
            return list(map(FileTask, found.files, names))
        made = Made(parser.vocabulary.names, parser.about())
        look = self._archive.look(found.files, made)
        without_rows(look, self._archive, self._args)
        self.result.look(look, made)
        return look.todo

    def _run(self, parser: "Parser", tasks: Sequence[FileTask]) -> None:
        result = self.result
        by_path = {task.file.path: task for task in tasks}
        sizes = {path: (stamp(path) or (0, 0))[0] for path in by_path}
        hours = Hours(sizes.values())
        with progress(len(tasks), "parse", timed=False) as bar:
            for parsed in self._parsed(parser, by_path, hours, bar):
                path = parsed.path
                length_s = None if parsed.timeline is None else parsed.timeline.duration_s
                hours.finished(str(path), sizes[path], length_s)
                result.add(by_path[path], parsed, note=bar.note)
                # a single file that failed has its own line already
                if len(tasks) > 1 or not result.failed:
                    bar.advance(detail=f"files, {hours.text()}")

    def _parsed(
        self, parser: "Parser", by_path: Mapping[Path, FileTask], hours: Hours, bar: Progress
    ) -> "Iterator[Parsed]":
        """Yield the files as they get done, on this machine or on a cluster."""
        args, paths = self._args, list(by_path)
        if args.engine == "ray":
            from seehear.cli.parse_cluster import parsed_on_cluster

            where = kept_as(args, self._archive, by_path)
            return parsed_on_cluster(args, _options(args), parser, paths, where, bar.note)
        from seehear.parser import parse_many

        def reached(path: Path, time_s: float) -> None:
            hours.reached(str(path), time_s)
            bar.advance(0, f"files, {hours.text()}, {path.name}")

        parser.keep = keeper(args, self._archive, by_path)
        jobs = args.jobs or min(len(paths), os.cpu_count() or 1, _MOST_JOBS)
        return parse_many(parser, paths, jobs=jobs, timeout_s=args.timeout, report=reached)
