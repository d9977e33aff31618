"""`seehear demo`: a small world of our own clips, everything run on it, and a report."""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.cli.console import print_json, progress, table
from seehear.cli.figures import percent

if TYPE_CHECKING:
    from seehear.demo.run import DemoResult


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("seehear-demo"),
        metavar="DIR",
        help="folder for everything it makes; the same command goes on (default: seehear-demo)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another seed, another world (default: 0)"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=None,
        metavar="N",
        help="processes that render and decode (default: one a core, at most 8)",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Run everything and print the result lines and where the report lies."""
    from seehear.demo.run import Options, run_demo
    from seehear.errors import ConfigError

    if args.seed < 0 or (args.jobs is not None and args.jobs < 1):
        raise ConfigError("--seed must not be negative, --jobs must be positive")
    began = time.monotonic()
    outcome = run_demo(
        args.out,
        Options(
            seed=args.seed,
            jobs=args.jobs or min(8, os.cpu_count() or 1),
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
    print(f"report: {outcome.report}")
