"""`seehear demo`: a small world of our own clips, everything run on it, and a report.

Or only a clip to try things on, or only the clips with their labels to learn from.
"""

import argparse
import os
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.cli.console import print_json, progress, table
from seehear.cli.figures import percent

if TYPE_CHECKING:
    from seehear.demo.run import DemoResult


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--out",
        type=Path,
        default=Path("seehear-demo"),
        metavar="FOLDER",
        help="folder for everything it makes; run again to go on (default: seehear-demo)",
    )
    what.add_argument(
        "--clip",
        type=Path,
        default=None,
        metavar="FILE",
        help="only make one clip of ten seconds, to try things on",
    )
    what.add_argument(
        "--dataset",
        type=Path,
        default=None,
        metavar="FOLDER",
        help="only make the clips with their labels: a dataset to train on",
    )
    parser.add_argument(
        "--clips",
        type=int,
        default=None,
        metavar="N",
        help="how many clips to make, train, val and test together (default: 156)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="seed of everything that is drawn at random (default: 0)",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=None,
        metavar="N",
        help="processes that render and decode (default: one per core, at most 8)",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Run everything and print the result lines and where the report lies."""
    from seehear.errors import ConfigError
    from seehear.media.container import require_av

    if args.seed < 0 or (args.jobs is not None and args.jobs < 1):
        raise ConfigError("--seed must not be negative, --jobs must be positive")
    args.jobs = args.jobs or min(8, os.cpu_count() or 1)
    if args.clip is None and args.dataset is None:
        return _whole(args)
    require_av()  # these two need no more than it, the whole demo does
    return _dataset(args) if args.clip is None else _clip(args)


def _clip(args: argparse.Namespace) -> int:
    """Make the first clip and say what is in it, and what to type next."""
    from seehear.demo.world import make_clip

    script = make_clip(args.clip)
    told = dict.fromkeys(kind for _, _, kind in script.audio + script.visual)
    words = ",".join(told).replace("_", " ")
    if args.json:
        print_json({"clip": str(args.clip), "audio": script.audio, "visual": script.visual})
    else:
        print(f"{args.clip}: {script.told()}")
        print(f'next: seehear parse {shlex.quote(str(args.clip))} --events "{words}"')
    return 0


def _dataset(args: argparse.Namespace) -> int:
    """Make the clips with their labels and say what to type next."""
    from seehear.demo.world import KINDS, SPLITS, make_world, shares

    splits = SPLITS if args.clips is None else shares(args.clips)
    count = sum(splits.values())
    with progress(count, "render") as bar:
        make_world(
            args.dataset,
            seed=args.seed,
            splits=splits,
            jobs=args.jobs,
            on_clip=lambda name: bar.advance(),
        )
    if args.json:
        print_json({"dataset": str(args.dataset), "clips": dict(splits)})
    else:
        sizes = ", ".join(f"{n} {split}" for split, n in splits.items())
        print(
            f"{args.dataset}: {amount(count, 'clip')} of ten seconds ({sizes}),"
            f" {amount(len(KINDS), 'class')}"
        )
        print(f"next: seehear doctor {shlex.quote(str(args.dataset))}")
    return 0


def _whole(args: argparse.Namespace) -> int:
    """Run every step and show what came of it."""
    from seehear.demo.run import Options, run_demo
    from seehear.demo.world import SPLITS, shares

    began = time.monotonic()
    outcome = run_demo(
        args.out,
        Options(
            seed=args.seed,
            jobs=args.jobs,
            splits=SPLITS if args.clips is None else shares(args.clips),
            progress=progress,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        ),
    )
    seconds = time.monotonic() - began
    if args.json:
        quality = {stage: dict(figures) for stage, figures in outcome.quality.items()}
        for figures in quality.values():
            figures.pop("per_class", None)
        print_json(
            {
                "figures": outcome.figures,
                "note": outcome.note,
                "report": str(outcome.report),
                "seconds": round(seconds, 1),
                "label_quality": quality,
                "timeline": outcome.timeline.to_dict(),
            }
        )
    else:
        _show(outcome, seconds)
    return 0


def _show(outcome: "DemoResult", seconds: float) -> None:
    from seehear.demo.run import AUDIO, NOTE, VISUAL
    from seehear.labels.quality import SEGMENT_KEYS
    from seehear.time import Track

    short = {
        "audio": "heard",
        "visual": "seen",
        "audio_visual": "both",
        "type": "type",
        "event": "event",
    }
    words = {Track.AUDIO: "heard", Track.VISUAL: "seen", Track.AUDIO_VISUAL: "both"}
    rows = []
    for stage, figures in outcome.quality.items():
        rows.append([stage, *(percent(figures[key]) for key in SEGMENT_KEYS)])
    table(
        "Training labels (percent, by segment)",
        ["labels", *(short[key.split("/")[1]] for key in SEGMENT_KEYS)],
        rows,
    )
    table(
        f"The unseen clip: {outcome.timeline.source}",
        ["track", "class", "from", "to", "score"],
        [
            [words[e.track], e.label, f"{e.start_s:g} s", f"{e.end_s:g} s", f"{e.score or 0:.2f}"]
            for e in outcome.timeline
        ],
    )
    rows = []
    for name, figures in outcome.figures.items():
        rows.append([name, *map(percent, figures.values())])
    table(
        "Parsers on the test clips (percent): five figures of segments, five of events",
        ["", *(short[key.split("/")[1]] for key in outcome.figures["han"])],
        rows,
        note=(
            f"offline encoders {VISUAL} (pictures) and {AUDIO} (sound), not CLIP and VGGish; clips"
            f" of our own making; {seconds:.0f} s"
        ),
    )
    two = {name: percent(figures["segment/type"]) for name, figures in outcome.figures.items()}
    table(
        "What makes the difference (type by segment, percent)",
        ["labels", "attention to the other track", "none of it"],
        [
            ["weak (han)", two["han"], two["han apart"]],
            ["denoised (lsld)", two["lsld"], two["lsld apart"]],
        ],
        note=NOTE,
    )
    if outcome.note is not None:
        print(outcome.note)
    print(f"report: {outcome.report}")
