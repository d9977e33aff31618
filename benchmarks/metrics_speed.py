"""How fast are the metrics, against the literal evaluation, and how do they grow?

    python benchmarks/metrics_speed.py [--clips 1200] [--most 100000] [--repeat 51]

Scores CLIPS clips of 10 segments and 25 classes at both levels, with labels as dense as LLP's, by
the fast evaluator and by the oracle (`seehear.metrics.reference`), whose figures must agree; then
1,000 clips up to MOST for the growth, each in a process of its own whose peak memory is read.
Prints JSON.
"""

import argparse
import json
import resource
import subprocess
import sys
from typing import Any

import numpy as np
from common import print_result, seconds
from numpy.typing import NDArray

from seehear.metrics import evaluate
from seehear.metrics import reference as oracle

SEGMENTS, CLASSES = 10, 25


def main() -> None:
    """Check, time, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=1200)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=51)
    parser.add_argument(
        "--one", type=int, help=argparse.SUPPRESS
    )  # a step of the growth, in its own process
    args = parser.parse_args()
    if args.one:
        print(json.dumps(growth_step(args.one, args.repeat)))
        return
    arrays = make(args.clips)
    gap = max(
        abs(value - oracle.evaluate(*arrays)[0][key])
        for key, value in evaluate(*arrays).figures().items()
    )
    if gap > 1e-12:
        raise SystemExit(f"the evaluators differ by {gap}")
    fast = seconds(lambda: evaluate(*arrays).figures(), repeat=args.repeat, warm=3)
    slow = seconds(lambda: oracle.evaluate(*arrays), repeat=3)
    steps = [clips for clips in (1000, 10_000, args.most) if clips <= args.most]
    growth = [
        json.loads(
            subprocess.run(
                [sys.executable, __file__, "--one", str(clips), "--repeat", "5"],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for clips in steps
    ]
    per_clip = [step["median_s"] / step["clips"] * 1e6 for step in growth]
    print_result(
        {
            "clips": args.clips,
            "segments": SEGMENTS,
            "classes": CLASSES,
            "largest_figure_gap": gap,
            "fast": fast,
            "oracle": slow,
            "growth": growth,
            "figures": {
                f"{args.clips:,} clips, ms": round(1000 * fast["median_s"], 1),
                "the same by the oracle, s": round(slow["median_s"], 2),
                "times faster": round(slow["median_s"] / fast["median_s"]),
                "times faster, by processor time": round(slow["cpu_s"] / fast["cpu_s"]),
                **{
                    f"{step['clips']:,} clips, microseconds a clip": round(cost, 1)
                    for step, cost in zip(growth, per_clip, strict=True)
                },
                f"{growth[-1]['clips']:,} clips, peak memory MB": growth[-1]["peak_mb"],
            },
        }
    )


def make(clips: int) -> list[NDArray[np.bool_]]:
    """Return predictions and truth (N, T, C), in which 10 % of segments differ.

    One or two classes a clip and track, in one or two runs each.
    """
    rng = np.random.default_rng(0)
    arrays = []
    for _ in range(2):
        there = rng.random((clips, 1, CLASSES)) < 1.6 / CLASSES
        first = rng.integers(0, SEGMENTS // 2, (clips, 1, CLASSES))
        last = rng.integers(SEGMENTS // 2, SEGMENTS + 1, (clips, 1, CLASSES))
        times = np.arange(SEGMENTS)[:, None]
        arrays.append(there & (times >= first) & (times < last))
    return [truth ^ (rng.random(truth.shape) < 0.02) for truth in arrays] + arrays


def growth_step(clips: int, repeat: int) -> dict[str, Any]:
    """Return time and peak memory of scoring `clips` clips, arrays of the inputs included."""
    rng = np.random.default_rng(0)
    sample = make(1000)
    drawn = rng.integers(0, 1000, clips)
    arrays = [array[drawn] for array in sample]
    taken = seconds(lambda: evaluate(*arrays).figures(), repeat=repeat)
    return {
        "clips": clips,
        **taken,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    main()
