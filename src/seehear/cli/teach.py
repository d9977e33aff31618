"""`seehear teach`: make a better parser from what was reviewed."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.errors import ConfigError

if TYPE_CHECKING:
    from seehear.teach.lesson import Lesson
    from seehear.teach.training import HowTrained


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """\
calibrate takes a second: it learns, for every class and track, how far to move the parser's scores
so that they agree with the people who reviewed them. refit takes seconds: from the features that
parse kept, it also learns how the classes of this library look and sound. train takes minutes: on
the same features it trains the network of a recipe, which answers beside the parser; what people
reviewed counts as it is, and what only a catalogue says is weighed against what the parser said.
The figures before and after come from reviewed clips that it did not learn from. If what was
learnt is no better, MODEL holds the parser as it was."""
    parser.add_argument(
        "library", metavar="LIBRARY", type=Path, help="folder of timelines that people corrected"
    )
    parser.add_argument(
        "--how",
        required=True,
        metavar="NAME",
        help=(
            "calibrate: move scores by class and track; refit: also learn from kept features; "
            "train: also train a network"
        ),
    )
    parser.add_argument(
        "--out", required=True, metavar="MODEL", type=Path, help="folder of the taught parser"
    )
    parser.add_argument(
        "--weak",
        metavar="FILE",
        type=Path,
        help="weak labels of clips, a table of filename and event_labels (Dog,Car)",
    )
    parser.add_argument(
        "--model",
        metavar="MODEL",
        type=Path,
        help="the parser that the library was parsed with, if it was a trained one",
    )
    parser.add_argument(
        "--recipe",
        metavar="NAME",
        help="recipe whose network is trained, one of seehear recipes ls (default: the "
        "recommended one)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="change one setting of the recipe, such as training.epochs=3 (repeatable)",
    )
    parser.add_argument(
        "--anyway", action="store_true", help="keep what was learnt even if it is no better"
    )
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Teach, and say what it brought."""
    from seehear.cli.console import print_json, warn
    from seehear.teach.teaching import Wish, catalogue_of, teach

    catalogue = {} if args.weak is None else catalogue_of(args.weak)
    trained = _trained(args)
    wish = Wish(args.library, args.how, catalogue, args.model, args.anyway, trained)
    done = teach(wish, args.out)
    warn(done.lesson.notes[:5])
    if args.json:
        print_json({**done.card, "model": str(args.out), "better": done.lesson.better})
    else:
        _print(done.lesson, args.out, kept=done.kept)
    return 0


def _trained(args: argparse.Namespace) -> "HowTrained | None":
    """Return how a network is trained; None: none is.

    Raises:
        ConfigError: an option of the network without `--how train`.
    """
    from seehear.cli.console import progress
    from seehear.cli.train import parse_settings

    if args.how != "train":
        for name in ("recipe", "settings"):
            if getattr(args, name):
                raise ConfigError("works only with train", parameter=name, hint="leave it out")
        return None
    from seehear.teach.training import HowTrained
    from seehear.train.options import RunOptions

    options = RunOptions(device="cpu", say=_say, progress=progress)
    return HowTrained(args.recipe, parse_settings(args.settings)[1], options)


def _say(line: str) -> None:
    print(f"teach: {line}", file=sys.stderr, flush=True)


def _print(lesson: "Lesson", out: Path, *, kept: bool) -> None:
    from seehear.cli.console import table

    rows = []
    for name, before in lesson.before.items():
        after = lesson.after[name]
        rows.append([name, *(f"{100 * value:.1f}" for value in (before, after))])
    catalogued = amount(lesson.catalogued, "catalogued clip")
    print(f"learnt from {amount(lesson.clips, 'reviewed clip')} and {catalogued}")
    table("On clips that it was not learnt from", ["figure", "before", "after"], rows)
    if not kept:
        print("no better: the parser is kept as it was")
    print(f"wrote {out}; use it: seehear parse VIDEOS --model {out}")
