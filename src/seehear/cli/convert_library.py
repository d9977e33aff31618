"""`seehear convert parquet` and `convert json`: a library of files into one of parts, and back."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from seehear.library.parts.converting import Converted

FORMS = ("parquet", "json")


def is_library(args: argparse.Namespace) -> bool:
    """Return whether a library is to be converted, and not a run that is named like a form."""
    given = args.checkpoint is not None
    return args.system in FORMS and (given or not Path(args.system).exists())


def run_library(args: argparse.Namespace) -> int:
    """Convert a library; print what was done; return the exit code."""
    from seehear.cli.console import print_json, progress

    if args.checkpoint is None:
        raise ConfigError("expected the library to convert, got none", parameter="checkpoint")
    if args.out is None:
        raise ConfigError("expected a place to write to, got none", parameter="out")
    for name in ("video", "features", "vocabulary"):
        if getattr(args, name) is not None:
            raise ConfigError("works only with a released checkpoint", parameter=name)
    with progress(None, "convert") as bar:
        done, place = _converted(args, bar.advance)
    if args.json:
        print_json({**vars(done), "library": place})
    else:
        print(_told(done, place))
        for line in done.notes:
            print(f"seehear: note: {line}", file=sys.stderr)
        for line in done.failed:
            print(f"seehear: {line}", file=sys.stderr)
    if not done.failed:
        return 0
    return 1 if len(done.failed) < done.clips else 2


def _converted(args: argparse.Namespace, advance: "Callable[[], None]") -> "tuple[Converted, str]":
    """Convert; return what was done, and where the result lies."""
    from seehear.library.parts import made, opened, parts_of
    from seehear.library.parts.converting import to_files, to_parts

    if args.system == "parquet":
        library = made(args.out)
        return to_parts(args.checkpoint, library, advance=advance), library.store.address
    source = parts_of(opened(args.checkpoint))
    if source is None:
        hint = "seehear convert parquet makes one of a folder of timelines"
        raise ConfigError("expected a library of Parquet parts", where=args.checkpoint, hint=hint)
    return to_files(source, args.out, advance=advance), str(args.out)


def _told(done: "Converted", place: str) -> str:
    there = done.clips - done.written - done.newer - len(done.failed)
    told = f"{done.written:,} of {amount(done.clips, 'clip')} written to {place}"
    if there > 0:
        told += f"; {there:,} were there already"
    if done.newer:
        told += f"; {done.newer:,} are newer there and were left as they are"
    return told
