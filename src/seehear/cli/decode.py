"""`seehear decode`: decide again from the scores that timelines keep."""

import argparse
import contextlib
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.errors import ConfigError
from seehear.files import Json

if TYPE_CHECKING:
    from seehear.library.decisions import Decided
    from seehear.time import Decoding


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """\
No video is read and no encoder runs, so this takes seconds. What a person confirmed, corrected,
added, removed or reviewed stays. Without options the parser's own decisions come back."""
    parser.add_argument(
        "library", metavar="LIBRARY", type=Path, help="folder of timelines, or one timeline"
    )
    parser.add_argument(
        "--threshold",
        metavar="P",
        help="lowest probability of an event, from 0 to 1; two for audio and visual: 0.6,0.4",
    )
    parser.add_argument(
        "--hysteresis",
        metavar="P",
        help="an event continues while its probability is at least P; none: at least the threshold",
    )
    parser.add_argument("--min-duration", metavar="SECONDS", type=float, help="drop shorter events")
    parser.add_argument(
        "--fill-gap", metavar="SECONDS", type=float, help="fill pauses up to this length"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what would change; write nothing"
    )
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Decide every timeline again, and say what changed."""
    from seehear.cli.console import print_json, warn

    done = _decide(args, _Change(args))
    failed = [one for one in done if one.error is not None]
    good = [one for one in done if one.error is None]
    warn(str(one.error) for one in failed)
    if args.json:
        print_json(_as_json(good, failed, written=not args.dry_run))
    else:
        print(_told(good, dry=args.dry_run))
    if not failed:
        return 0
    return 1 if good else 2


def _decide(args: argparse.Namespace, change: "_Change") -> "list[Decided]":
    from seehear.cli.console import progress
    from seehear.library.decisions import decide_library
    from seehear.lock import owned

    done = []
    own = args.library.is_dir() and not args.dry_run
    with contextlib.ExitStack() as stack:
        if own:
            stack.enter_context(owned(args.library))
        bar = stack.enter_context(progress(None, "decode"))
        for decided in decide_library(args.library, change, write=not args.dry_run):
            done.append(decided)
            bar.advance(detail=decided.path)
    if own:
        update_index(args.library)
    return done


def _as_json(good: "list[Decided]", failed: "list[Decided]", *, written: bool) -> Json:
    clips = [
        {"timeline": d.path, "before": d.before, "after": d.after, "changed": d.changed}
        for d in good
    ]
    lost = [{"timeline": d.path, "error": str(d.error)} for d in failed]
    return {"clips": clips, "failed": lost, "written": written}


def _told(good: "list[Decided]", *, dry: bool) -> str:
    changed = sum(one.changed for one in good)
    before = sum(one.before for one in good)
    after = sum(one.after for one in good)
    would = "would change" if dry else "changed"
    return (
        f"{changed:,} of {amount(len(good), 'timeline')} {would}:"
        f" {amount(before, 'event')} before, {after:,} now"
    )


def update_index(library: Path) -> None:
    """Bring the index of a library up to date, where the extra for it is installed."""
    from seehear.cli.console import warn
    from seehear.errors import MissingExtraError
    from seehear.library import update

    with contextlib.suppress(MissingExtraError):  # without the extra there is no index
        warn(f"note: {line}" for line in update(library).notes)


class _Change:
    """Changes the settings of a parser to those that the options ask for."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._limits = _numbers("threshold", args.threshold, most=2)
        hysteresis = args.hysteresis
        self._keeps = hysteresis is not None
        self._keep = None if hysteresis in (None, "none") else _numbers("hysteresis", hysteresis)[0]
        if self._limits and self._keep is not None and self._keep > min(self._limits):
            raise ConfigError(
                f"expected a number no higher than the threshold, got {hysteresis}",
                parameter="hysteresis",
            )
        self._lengths = {"min_duration_s": args.min_duration, "fill_gap_s": args.fill_gap}
        for name, value in self._lengths.items():
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise ConfigError(f"expected seconds, 0 or more, got {value}", parameter=name)

    def __call__(self, decoding: "Decoding") -> "Decoding":
        """Return the settings with what was asked for put in; the rest stays."""
        if self._limits:
            audio, visual = self._limits[0], self._limits[-1]
            decoding = replace(decoding, threshold=audio, visual_threshold=visual)
        if self._keeps:
            decoding = replace(decoding, keep_threshold=self._keep)
        lengths = {name: value for name, value in self._lengths.items() if value is not None}
        return replace(decoding, **lengths)


def _numbers(name: str, text: str | None, *, most: int = 1) -> list[float]:
    if text is None:
        return []
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not (0 < len(found) <= most and all(0 <= number <= 1 for number in found)):
        two = ", or two (audio,visual)" if most == 2 else " or none"
        raise ConfigError(f"expected a number from 0 to 1{two}, got {text}", parameter=name)
    return found
