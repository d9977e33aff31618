"""Can each benchmark be read and measured at its full size, and what does it cost?

    python benchmarks/benchmarks_dry_run.py --tables BENCHMARKS [--only lfav,ave,vggsounder,unav100]
        [--train SHARE]

BENCHMARKS holds `lfav`, `ave` and `vggsounder` with their official tables; UnAV-100 is a made-up
file of its size (10,790 clips of up to 60 s, 100 classes, three events each).  Every clip of the
test split (AVE without h5py: of all) gets random probabilities on its own segments; the ten figures
and the benchmark's own are computed from them.  The figures mean nothing.  A process a benchmark,
so that its peak memory is its own.

`--train SHARE` instead trains HAN for one epoch on windows of LFAV's clips, of random features of
LFAV's shapes (60 to 360 s a clip, 1 MB each), and evaluates the whole clips of its test split; a
share of 0.1 takes every tenth clip.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import machine

from seehear.cli.main import main as seehear
from seehear.data import open_dataset
from seehear.metrics import evaluate
from seehear.metrics.own_figures import Given, official_figures

KEYS = ("snippet_map/mean", "segment_accuracy", "map/mean", "a/hit@1")


def main() -> None:
    """Print a line for each benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=Path, required=True)
    parser.add_argument("--only", default="lfav,ave,vggsounder,unav100")
    parser.add_argument("--train", type=float, metavar="SHARE")
    args = parser.parse_args()
    print(json.dumps(machine()), file=sys.stderr)
    if args.train is not None:
        learn(args.tables / "lfav", args.train)
        return
    for name in args.only.split(","):
        worker = multiprocessing.get_context("spawn").Process(
            target=measure, args=(args.tables, name)
        )
        worker.start()
        worker.join()


def measure(tables: Path, name: str) -> None:
    """Print what one benchmark costs."""
    with tempfile.TemporaryDirectory() as scratch:
        root = tables / name if name != "unav100" else made_up(Path(scratch))
        began = time.process_time()
        dataset = open_dataset(root)
        split = dataset.splits.get("test") or dataset.splits["all"]
        truth = None if split.exact else split.truth()
        read = time.process_time() - began
        rng = np.random.default_rng(0)
        lengths = [length or dataset.grid.count for length in split.lengths]
        probs = []
        for length in lengths or [dataset.grid.count] * len(split):
            probs.append(rng.random((length, 2, len(dataset.vocabulary)), np.float32))
        on = np.zeros((2, len(split), dataset.grid.count, len(dataset.vocabulary)), np.bool_)
        for index, prob in enumerate(probs):
            on[:, index, : len(prob)] = (prob >= 0.9).transpose(1, 0, 2)
        began = time.process_time()
        if truth is not None:
            evaluate(on[0], on[1], truth.audio, truth.visual).figures()
        ours = time.process_time() - began
        began = time.process_time()
        found = official_figures(dataset, split, truth, Given(on[0], on[1], probs))
        own = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {key: round(found.figures[key], 4) for key in KEYS if key in found.figures}
    print(
        f"{dataset.name} | {len(split)} clips of up to {dataset.grid.count} s,"
        f" {len(dataset.vocabulary)} classes | read {read:.1f} s | ten figures {ours:.1f} s |"
        f" own {own:.1f} s | {peak:.0f} MB | {figures}",
        flush=True,
    )


def learn(tables: Path, share: float) -> None:
    """Print what an epoch on LFAV costs, and the evaluation of whole clips."""
    dataset = open_dataset(tables)
    rng = np.random.default_rng(0)
    widths = {"vggish": 128, "resnet18": 512, "r2plus1d_18": 512}
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        count = 0
        for split in dataset.splits.values():
            known = split.lengths or [None] * len(split)
            for clip, length in [*zip(split.clips, known, strict=True)][:: round(1 / share)]:
                count += 1
                seconds = length or int(rng.integers(60, 361))
                for folder, width in widths.items():
                    (root / "LFAV" / folder).mkdir(parents=True, exist_ok=True)
                    rows = rng.random((seconds, width), np.float32)
                    np.save(root / "LFAV" / folder / f"{clip.id}.npy", rows)
        given = [str(tables), "--features", str(root)]
        learned = ["--recipe", "han", "--out", str(root / "run"), "--skip-missing"]
        learned += ["--track-labels", "--set", "training.epochs=1", "--device", "cpu"]
        costs = []
        for command in (
            ["train", *given, *learned],
            ["evaluate", *given, "--model", str(root / "run"), "--missing", "empty"],
        ):
            began, used = time.perf_counter(), time.process_time()
            code = seehear(command)
            costs.append((command[0], time.perf_counter() - began, time.process_time() - used))
            if code:
                raise SystemExit(code)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = [f"{name} {wall:.0f} s ({cpu:.0f} s of processor)" for name, wall, cpu in costs]
    print(f"{count} clips | {' | '.join(told)} | {peak:.0f} MB", flush=True)


def made_up(folder: Path) -> Path:
    """Write a file of UnAV-100's size and layout."""
    rng = np.random.default_rng(1)
    database = {}
    for index in range(10_790):
        duration = float(rng.uniform(5, 60))
        events = []
        for label, start in zip(
            rng.integers(100, size=3), rng.uniform(0, duration - 2, 3), strict=True
        ):
            end = float(rng.uniform(start + 1, duration))
            name = f"class {label:02}"
            segment = [round(float(start), 3), round(end, 3)]
            events.append({"segment": segment, "label": name, "label_id": int(label)})
        subset = ("train", "train", "train", "validation", "test")[index % 5]
        entry = {"subset": subset, "duration": round(duration, 3), "annotations": events}
        database[f"v{index:010}"] = entry
    text = json.dumps({"database": database})
    (folder / "unav100_made_up.json").write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    main()
