"""`seehear teach`: a better parser from what was reviewed."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.errors import ConfigError
from seehear.files import Json

if TYPE_CHECKING:
    from seehear.teach.lesson import Lesson


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """calibrate takes a second: for every class and track, how far the parser's \
answers must
be moved to be those of the people who reviewed them. refit takes seconds: from the features that
parse kept of the clips it learns, too, how the classes of this library look and sound. Figures
before and after are of reviewed clips that it did not learn from. Where what was learnt is no
better, MODEL holds the parser as it was."""
    parser.add_argument(
        "library", metavar="LIBRARY", type=Path, help="folder of timelines that people corrected"
    )
    parser.add_argument(
        "--how",
        required=True,
        metavar="HOW",
        help="calibrate: move scores by class and track; refit: learn from kept features, too",
    )
    parser.add_argument(
        "--out", required=True, metavar="MODEL", type=Path, help="folder of the taught parser"
    )
    parser.add_argument(
        "--weak",
        metavar="FILE",
        type=Path,
        help="the classes of clips, with neither track nor time: filename, event_labels (Dog,Car)",
    )
    parser.add_argument(
        "--model",
        metavar="RUN_OR_FILE",
        type=Path,
        help="what the library was parsed with, where that was a trained parser",
    )
    parser.add_argument(
        "--anyway", action="store_true", help="keep what was learnt even where it is no better"
    )
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Teach, and say what it brought."""
    from seehear.cli.console import print_json, warn
    from seehear.lock import owned
    from seehear.teach import folder
    from seehear.teach.calibrate import calibrate
    from seehear.teach.lesson import known_of, learn
    from seehear.teach.refit import refit
    from seehear.teach.rows import reduced

    if args.how not in ("calibrate", "refit"):
        raise ConfigError(f"expected calibrate or refit, got {args.how!r}", parameter="how")
    known = known_of(args.library, _catalogue(args.weak))
    base = folder.base_of(known.parsed, args.model)
    if args.how == "refit":
        lesson = refit(reduced(known, args.library))
    else:
        lesson = learn(known, calibrate)
    with owned(args.out):
        kept = folder.write(args.out, lesson, base, how=args.how, anyway=args.anyway)
    warn(lesson.notes[:5])
    if args.json:
        card: Json = folder.card_of(lesson, how=args.how, kept=kept)
        print_json({**card, "model": str(args.out), "better": lesson.better})
    else:
        _print(lesson, args.out, kept=kept)
    return 0


def _catalogue(path: Path | None) -> dict[str, tuple[str, ...]]:
    """Return the classes of clips that a table names."""
    from seehear.data.tables import read_table

    if path is None:
        return {}
    out = {}
    for _, (name, labels) in read_table(path, ("filename", "event_labels")):
        out[name.strip()] = tuple(filter(None, (label.strip() for label in labels.split(","))))
    return out


def _print(lesson: "Lesson", out: Path, *, kept: bool) -> None:
    from seehear.cli.console import table

    rows = []
    for name, before in lesson.before.items():
        after = lesson.after[name]
        rows.append([name, *(f"{100 * value:.1f}" for value in (before, after))])
    print(f"learnt from {lesson.clips:,} reviewed and {lesson.catalogued:,} catalogued clips")
    table("On clips that it was not learnt from", ["figure", "before", "after"], rows)
    if not kept:
        print("no better: the parser is kept as it was")
    print(f"wrote {out}; use it: seehear parse VIDEOS --model {out}")
