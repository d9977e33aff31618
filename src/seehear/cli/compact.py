"""`seehear compact`: many small parts of a library made into few."""

import argparse
from pathlib import Path

from seehear.amounts import amount
from seehear.errors import ConfigError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "library",
        metavar="LIBRARY",
        type=Path,
        help="library of Parquet parts (seehear convert parquet), a folder or an address",
    )
    parser.add_argument(
        "--keep-hours",
        metavar="HOURS",
        type=float,
        default=1.0,
        help=(
            "delete parts that were replaced longer ago than this; 0 if nobody else reads the "
            "library (default: 1)"
        ),
    )
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Compact; say what was done."""
    from seehear.cli.console import print_json, progress
    from seehear.library.parts import opened, parts_of
    from seehear.library.parts.compact import compact

    if not args.keep_hours >= 0:
        told = f"expected 0 or more, got {args.keep_hours:g}"
        raise ConfigError(told, parameter="keep_hours")
    library = parts_of(opened(args.library))
    if library is None:
        hint = "a folder of timeline files needs none; seehear convert parquet makes parts of it"
        raise ConfigError("expected a library of Parquet parts", where=args.library, hint=hint)
    with progress(None, "compact") as bar:
        done = compact(library, keep_s=args.keep_hours * 3600, advance=bar.advance)
    if args.json:
        print_json(vars(done))
        return 0
    gone = f"; {done.removed:,} old commits removed" if done.removed else ""
    parts = amount(done.after, "part")
    print(f"{amount(done.clips, 'clip')} in {parts}, before in {done.before:,}{gone}")
    return 0
