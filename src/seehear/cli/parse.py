"""`seehear parse`: videos or folders in, timelines out."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.cli.console import print_json, progress
from seehear.cli.inputs import (
    Input,
    Inputs,
    add_audio_stream,
    check_audio_stream,
    collect,
)
from seehear.errors import ConfigError, MissingExtraError, SeehearError
from seehear.files import make_folder, unwritable
from seehear.lock import owned
from seehear.media.files import told

if TYPE_CHECKING:
    from seehear.parser import Parser
    from seehear.parser.many import Parsed
    from seehear.time import Timeline

Note = Callable[[str], None]  # prints a line above the bar
_SHOWN = 5  # files whose lanes are drawn; of more, one line each
_MOST_JOBS = 4


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="media files, or folders that hold some"
    )
    words = parser.add_mutually_exclusive_group()
    words.add_argument(
        "--events", metavar="WORDS", help='classes to look for, such as "Dog,Speech"'
    )
    words.add_argument(
        "--vocabulary",
        metavar="FILE",
        help="one class a line: name, or name = description (default: LLP's 25 classes)",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--preset",
        default=None,
        metavar="NAME",
        help="zero-shot parser: offline (default; small encoders) or clip (CLIP and CLAP)",
    )
    how.add_argument(
        "--model", metavar="RUN_OR_FILE", help="a trained parser: a run folder or a model file"
    )
    parser.add_argument(
        "--prior",
        metavar="NAME",
        help=(
            "with --model, the zero-shot preset beside it: language (for footage unlike what it was"
            " trained on), support (for footage like it) or none (default)"
        ),
    )
    parser.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="FORMAT",
        dest="formats",
        help="of the files written: json (default), csv, vtt, srt, html, ... (repeat for several)",
    )
    parser.add_argument("--out", metavar="DIR", help="folder of the files written (default: here)")
    parser.add_argument(
        "--threshold",
        metavar="P",
        help="least probability of an event, from 0 to 1; two for audio and visual: 0.6,0.4",
    )
    parser.add_argument(
        "--fps", type=int, metavar="N", help="frames looked at a second (presets; default 2)"
    )
    add_audio_stream(parser)
    parser.add_argument(
        "--all",
        dest="everything",
        action="store_true",
        help="of folders, also try files that are not called as media are",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help=f"decoding processes (default: one a core and file, at most {_MOST_JOBS})",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="longest wait for ten segments of a file before it is given up (default 60)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help=(
            "print only JSON on stdout: the timeline of one file, else all of them and the failures"
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    formats = _formats(args.formats)
    if args.timeout <= 0 or (args.jobs is not None and args.jobs < 1):
        raise ConfigError("--jobs and --timeout must be positive")
    check_audio_stream(args)
    found = collect(map(Path, args.paths), everything=args.everything)
    if not found.files and len(found.failed) == 1:
        raise found.failed[0][1]
    result = _Result(args, formats)
    result.look(found)
    with contextlib.nullcontext() if args.out is None else owned(args.out):
        inputs = result.writable(found.files)
        parser = _parser(args) if inputs else None
        if parser is not None:
            _parse(args, parser, inputs, result)
    return result.finish(many=len(inputs) > _SHOWN)


def _formats(values: list[str]) -> list[str]:
    """Return the formats to write; an unknown one is found out before hours of work."""
    from seehear import export

    named = [name for name in ",".join(values).split(",") if name]
    formats = list(dict.fromkeys(named)) or ["json"]
    for name in formats:
        export.get(name)
    return formats


def _parser(args: argparse.Namespace) -> "Parser":
    from seehear.media.container import require_av
    from seehear.parser.options import make_parser

    # else every video would fail with it; the preset's own extra brings what it needs besides
    require_av("clip" if args.preset == "clip" else "offline")
    parser = make_parser(
        preset=args.preset,
        model=args.model,
        threshold=args.threshold,
        events=args.events,
        vocabulary=args.vocabulary,
        fps=args.fps,
        prior=args.prior,
    )
    parser.audio_stream = args.audio_stream
    return parser


def _parse(
    args: argparse.Namespace, parser: "Parser", inputs: Sequence[Input], result: "_Result"
) -> None:
    """Parse every file, then bring the index of the library up to date."""
    from seehear.parser import parse_many

    for line in parser.scorer.doubts():
        result.tell(line)
    by_path = {item.path: item for item in inputs}
    jobs = args.jobs or min(len(inputs), os.cpu_count() or 1, _MOST_JOBS)
    with progress(len(inputs), "parse") as bar:
        for parsed in parse_many(
            parser,
            list(by_path),
            jobs=jobs,
            timeout_s=args.timeout,
            report=lambda path, time_s: bar.advance(0, f"{path.name} {time_s:.0f} s"),
        ):
            item = by_path[parsed.path]
            result.add(item, parsed, note=bar.note)
            # where nothing was done, the failure is all there is to say
            if len(inputs) > 1 or not result.failed:
                bar.advance(detail=item.source)
    result.index()


class _Result:
    """What was done so far: files written, timelines to show, failures."""

    def __init__(self, args: argparse.Namespace, formats: list[str]) -> None:
        self._formats, self._json = formats, args.json
        self._single = len(args.paths) == 1 and not Path(args.paths[0]).is_dir()
        # only asked to print: nothing is left behind
        self._writes = not args.json or args.out is not None or bool(args.formats)
        self._out_given = args.out is not None
        self._out = Path(args.out or "")
        self._timelines: dict[str, Timeline] = {}
        self._written: list[Path] = []
        self._skipped: dict[str, list[str]] = {}
        self._told: set[str] = set()
        self.failed: dict[str, str] = {}

    def tell(self, line: str) -> None:
        """Say once what is so of every file."""
        self._told.add(line)
        _say(f"seehear: note: {line}")

    def look(self, found: Inputs) -> None:
        """Tell what of the files and folders is not done, and why."""
        for path, error in found.failed:
            self.fail(str(path), error)
        for path, names in found.skipped.items():
            self._skipped[str(path)] = list(names)
            _say(f"seehear: note: {path}: {told(names)}")

    def fail(self, source: str, error: SeehearError, note: Note | None = None) -> None:
        self.failed[source] = error.problem
        (note or _say)(f"seehear: {error}")

    def writable(self, inputs: Sequence[Input]) -> list[Input]:
        """Return the files whose results can be written; hours of work are not for nothing.

        Raises:
            ConfigError: the folder of the results cannot be made or takes no files.
        """
        from seehear import export

        if not (self._writes and inputs):
            return list(inputs)
        make_folder(self._out)
        kept = []
        for item in inputs:
            files = [self._out / f"{item.name}{export.get(f).suffix}" for f in self._formats]
            refusal = next(filter(None, map(unwritable, files)), None)
            if refusal is None:
                kept.append(item)
                continue
            hint = "rename the file, or choose another folder"
            self.fail(item.source, ConfigError(refusal, where=item.path, hint=hint))
        return kept

    def add(self, item: Input, parsed: "Parsed", *, note: Note) -> None:
        """Take in what became of a file."""
        if parsed.timeline is not None:
            self._done(item, parsed.timeline.named(item.source), note)
            return
        assert parsed.error is not None
        self.fail(item.source, parsed.error, note)

    def _done(self, item: Input, timeline: "Timeline", note: Note) -> None:
        """Write a timeline in all formats; whatever the disk refuses is this file's failure."""
        from seehear import export

        try:
            for form in self._formats if self._writes else []:
                path = self._out / f"{item.name}{export.get(form).suffix}"
                self._written.append(export.write(timeline, form, path, media=item.path))
        except SeehearError as error:
            self.fail(item.source, error, note)
            return
        self._timelines[item.source] = timeline
        for warning in (line for line in timeline.warnings if line not in self._told):
            note(f"seehear: {item.path}: warning: {warning}")

    def index(self) -> None:
        """Bring the index of the library up to date, where there is one to be."""
        if not (self._out_given and "json" in self._formats and self._timelines):
            return
        try:
            from seehear.library import update

            for line in update(self._out).notes:
                _say(f"seehear: note: {line}")
        except (ImportError, MissingExtraError):
            return  # searching is an extra; timelines are complete without
        except SeehearError as error:
            _say(f"seehear: note: the index for seehear search was not updated: {error}")

    def finish(self, *, many: bool) -> int:
        """Print the result and return the exit code."""
        if self._json:
            self._print_json()
        else:
            self._show(many)
        if self.failed:
            return 1 if self._timelines else 2
        return 0

    def _print_json(self) -> None:
        timelines = [timeline.to_dict() for timeline in self._timelines.values()]
        if self._single and timelines:
            print_json(timelines[0])
            return
        failed = [{"source": source, "error": error} for source, error in self.failed.items()]
        print_json({"timelines": timelines, "failed": failed, "skipped": self._skipped})

    def _show(self, many: bool) -> None:
        from seehear.cli.lanes import print_lanes, summary

        for timeline in self._timelines.values():
            if many:
                print(summary(timeline).encode("utf-8", "replace").decode())
            else:
                print_lanes(timeline)
        if many and self._written:
            _say(f"{len(self._written)} files in {self._out}")
        elif not many:
            for path in self._written:
                _say(f"wrote {path}")


def _say(line: str) -> None:
    print(line.encode("utf-8", "replace").decode(), file=sys.stderr, flush=True)
