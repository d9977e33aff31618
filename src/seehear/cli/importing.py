"""`seehear import`: annotations of other tools into timelines, or into the truth of a dataset."""

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.cli.annotations import TRACKS, add_reading
from seehear.errors import ConfigError, SeehearError
from seehear.files import Json

if TYPE_CHECKING:
    from seehear.interchange import Hints
    from seehear.interchange.gather import FileReport, Gathering
    from seehear.interchange.mapping import Meanings

_SHOWN = 5  # lines on what is not used
_KINDS = ("corrections", "truth", "features")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    from seehear import interchange

    width = max(map(len, interchange.FORMATS))
    lines = [f"  {name:{width}}  {f.summary}" for name, f in interchange.FORMATS.items()]
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join(
        ["the format is told by what a file holds, not by its name; formats:", *lines, _EPILOG]
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="files of annotations; with --as features, features folders or tables of vectors",
    )
    parser.add_argument(
        "--out",
        metavar="PATH",
        type=Path,
        required=True,
        help="the library whose timelines take them in, or a new folder for a dataset",
    )
    parser.add_argument(
        "--media",
        metavar="PATH",
        type=Path,
        help="folder of the videos that the files are about, or the one video",
    )
    parser.add_argument(
        "--as",
        dest="kind",
        choices=_KINDS,
        default="corrections",
        help=(
            "what they become: corrections of timelines (default), the truth of a dataset for "
            "seehear evaluate, or features that others computed, searched as if parsing had kept "
            "them"
        ),
    )
    parser.add_argument(
        "--map", metavar="FILE", type=Path, help="what tiers and labels mean (TOML, see below)"
    )
    add_reading(parser)
    parser.add_argument("--events", metavar="WORDS", help="only these classes, such as Dog,Speech")
    parser.add_argument(
        "--vocabulary", metavar="FILE", type=Path, help="only these classes, one per line"
    )
    parser.add_argument(
        "--point",
        dest="point_s",
        metavar="SECONDS",
        type=float,
        help="length given to moments that have none (default: they are left out)",
    )
    parser.add_argument(
        "--reviewed",
        action="store_true",
        help="the files name everything in their clips: what they do not name is not there",
    )
    parser.add_argument("--by", metavar="NAME", help="who annotated, for the record")
    parser.add_argument(
        "--split", default="test", metavar="NAME", help="with --as truth, the split (default: test)"
    )
    parser.add_argument(
        "--fps", metavar="N", type=float, help="frames a second, where a file does not say"
    )
    parser.add_argument(
        "--start-timecode",
        metavar="HH:MM:SS:FF",
        help="timecode of the media's first frame, where times do not count from zero",
    )
    parser.add_argument("--encoding", metavar="NAME", help="character set, such as cp1251")
    parser.add_argument(
        "--vectors",
        metavar="COLUMN=ENCODER",
        action="append",
        default=[],
        help=(
            "the encoder that made a column of a table of vectors: one of seehear models ls, or "
            "audio:NAME or visual:NAME (repeatable)"
        ),
    )
    parser.add_argument(
        "--vouch",
        action="store_true",
        help=(
            "you vouch that seehear's own encoders of these names, with their weights, made the "
            "vectors; parsing and searches for open words may then use them, too"
        ),
    )
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")


_EPILOG = """
a mapping:
  [tiers]
  "CHI*" = "heard"           this tier is heard; its labels are the classes
  "FA1" = "heard: Speech"    whatever stands in it is Speech
  "notes" = "-"              left out
  [labels]
  "dog barking" = "Dog"      another word for a class"""


def run(args: argparse.Namespace) -> int:
    """Read what is given, put it where it belongs, and say what was not used."""
    if args.kind == "features":
        from seehear.cli.importing_features import run as run_features

        return run_features(args)
    for name in ("vectors", "vouch"):
        if getattr(args, name):
            raise ConfigError(
                "works only with features of others", parameter=name, hint="give --as features"
            )
    return _import_annotations(args)


def _import_annotations(args: argparse.Namespace) -> int:
    """Read every file, put its rows where they belong, and say what was not used."""
    from seehear.cli.console import print_json, warn
    from seehear.interchange import files_of
    from seehear.interchange.gather import Gathering
    from seehear.interchange.media import MediaFolder

    meanings = _meanings(args)
    write = _truth_writer(args, meanings) if args.kind == "truth" else _library_writer(args)
    work = Gathering(MediaFolder(args.media), meanings, format=args.format, hints=_hints(args))
    for path in args.files:
        for file in files_of(path):
            work.read(file)
    written = _Written()
    if any(file.error is None for file in work.files):
        written = write(work)
    errors = [_spoken(file.error) for file in work.files if file.error is not None]
    warn([*errors, *written.failed])
    if args.json:
        print_json(_as_json(args, work, written))
    else:
        warn(_told_unused(work.files))
        print("\n".join(_told(work, written)))
    if len(errors) == len(work.files):
        return 2
    return 1 if errors or written.failed else 0


@dataclass
class _Written:
    """What was written."""

    about: dict[str, Json] = field(default_factory=dict)
    said: str = "nothing was written"
    notes: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def _library_writer(args: argparse.Namespace) -> "Callable[[Gathering], _Written]":
    from seehear.cli.decode import update_index
    from seehear.files import make_folder
    from seehear.library.imports import place_rows
    from seehear.lock import owned

    make_folder(args.out)

    def write(work: "Gathering") -> _Written:
        clips = list(work.clips.values())
        with owned(args.out):
            done = place_rows(args.out, clips, reviewed=args.reviewed, by=args.by)
            update_index(args.out)
        for number, reason in done.unused.items():
            work.refuse(number, reason)
        for number, what in done.cut.items():
            work.note(number, what)
        about: dict[str, Json] = {"timelines": list(done.timelines), "new": list(done.new)}
        count = amount(len(done.timelines), "timeline")
        said = f"{count} in {args.out}, {len(done.new):,} of them new"
        return _Written(about, said, failed=list(done.failed))

    return write


def _truth_writer(
    args: argparse.Namespace, meanings: "Meanings"
) -> "Callable[[Gathering], _Written]":
    from seehear.interchange.truth import TruthSet, check_truth_folder, write_truth

    check_truth_folder(args.out, args.split)
    folder = args.media
    if folder is not None and folder.is_file():
        folder = folder.parent

    def write(work: "Gathering") -> _Written:
        clips = list(work.clips.values())
        about = TruthSet(args.out.resolve().name, args.split, folder, meanings.words)
        refused, notes = write_truth(args.out, clips, about)
        for number, reason in refused:
            work.refuse(number, reason)
        said = f"a dataset of {amount(len(clips), 'clip')} in {args.out}: seehear doctor {args.out}"
        return _Written({"clips": len(clips), "split": args.split}, said, notes)

    return write


def _meanings(args: argparse.Namespace) -> "Meanings":
    from seehear.data import Vocabulary
    from seehear.interchange.mapping import Meanings, read_meanings

    if args.events is not None and args.vocabulary is not None:
        raise ConfigError(
            "expected one list of classes, got two", parameter="events", hint="leave one out"
        )
    if args.point_s is not None and not 0 < args.point_s < math.inf:
        raise ConfigError(f"expected seconds above 0, got {args.point_s:g}", parameter="point_s")
    meanings = Meanings() if args.map is None else read_meanings(args.map)
    listed = args.events if args.events is not None else args.vocabulary
    words = None if listed is None else Vocabulary.parse(listed).names
    track = None if args.track is None else TRACKS[args.track]
    return replace(meanings, track=track, words=words, point_s=args.point_s)


def _hints(args: argparse.Namespace) -> "Hints":
    from seehear.interchange import Hints
    from seehear.interchange.timecode import parse, rate_of

    if args.fps is not None:
        rate_of(args.fps)
    code = args.start_timecode
    if code is not None and parse(code) is None:
        raise ConfigError(
            f"expected a timecode HH:MM:SS:FF, got {code!r:.40}", parameter="start_timecode"
        )
    return Hints(args.fps, code, args.encoding, said=code is not None)


def _options(text: str) -> str:
    """Return a text that names options instead of parameters."""
    return _spoken(SeehearError(text))


def _spoken(error: SeehearError) -> str:
    from seehear.cli.options import spoken

    return spoken(error, _parser(), "import")


@cache
def _parser() -> argparse.ArgumentParser:
    from seehear.cli.main import build_parser

    return build_parser("import")


def _as_json(args: argparse.Namespace, work: "Gathering", written: _Written) -> Json:
    files: list[Json] = []
    for file in work.files:
        unused = [{"where": one.where, "reason": _options(one.reason)} for one in file.unused]
        about: dict[str, Json] = {
            "file": str(file.path),
            "format": file.format or None,
            "rows": file.rows,
            "used": file.used,
            "unused": unused,
            "notes": list(map(_options, file.notes)),
        }
        if file.error is not None:
            about["error"] = _spoken(file.error)
        files.append(about)
    return {
        "files": files,
        "out": str(args.out),
        **written.about,
        "failed": written.failed,
        "notes": list(map(_options, written.notes)),
    }


def _told_unused(files: "list[FileReport]") -> Iterator[str]:
    """Yield a line for what is not used; of many rows of a file, the first ones."""
    for file in files:
        for one in file.unused[:_SHOWN]:
            yield f"{file.path}: {one.where}: not used: {_options(one.reason)}"
        if len(file.unused) > _SHOWN:
            more = len(file.unused) - _SHOWN
            yield f"{file.path}: {amount(more, 'more row')} not used; --json lists them all"


def _told(work: "Gathering", written: _Written) -> Iterator[str]:
    for file in work.files:
        if file.error is None:
            yield f"{file.path}: {file.format}, {file.used:,} of {amount(file.rows, 'row')} used"
        yield from (f"note: {_options(note)}" for note in file.notes)
    yield from (f"note: {_options(note)}" for note in written.notes)
    yield written.said
