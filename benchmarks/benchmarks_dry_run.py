"""Can each benchmark be read, learnt from and measured at its full size, and what does it cost?

    python benchmarks/benchmarks_dry_run.py --tables BENCHMARKS [--only lfav,ave,vggsounder,unav100]
        [--train SHARE]

BENCHMARKS holds `lfav`, `ave` and `vggsounder` with their official tables; UnAV-100 is a made-up
file of its size (10,790 clips of up to 60 s, 100 classes, three events each).  Every clip of the
test split (AVE without h5py: of all) gets random probabilities on its own segments; the ten figures
and the benchmark's own are computed from them.  The figures mean nothing.  A process a benchmark,
so that its peak memory is its own.

`--train SHARE` instead trains HAN for one epoch on random features of the official shapes and
evaluates the whole test split by the command itself: LFAV's folders of VGGish, ResNet-18 and
R(2+1)D-18 (60 to 360 s a clip, 1 MB each), UWAV's of CLIP and CLAP for UnAV-100, and AVE's two
HDF5 files (4 GB; needs h5py).  A share of 0.1 takes every tenth clip of LFAV and UnAV-100; for AVE
it must be 1.  VGGSounder has no training split.
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
from seehear.data import Dataset, open_dataset
from seehear.features.ave_hdf5 import FILES, KEY
from seehear.metrics import evaluate
from seehear.metrics.own_figures import Given, official_figures

FOLDERS = {
    "lfav": {"LFAV/vggish": 128, "LFAV/resnet18": 512, "LFAV/r2plus1d_18": 512},
    "unav100": {"UnAV/feats_CLIP/segment_feats": 768, "UnAV/feats_CLAP/segment_feats": 512},
}
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
    for name in args.only.split(","):
        task, more = (measure, ()) if args.train is None else (learn, (args.train,))
        if args.train is not None and name == "vggsounder":
            continue
        worker = multiprocessing.get_context("spawn").Process(
            target=task, args=(args.tables, name, *more)
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


def learn(tables: Path, name: str, share: float) -> None:
    """Print what an epoch on one benchmark costs, and the evaluation of whole clips."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        if name == "unav100":
            data, features = made_up(root), root
        elif name == "ave":
            data = features = ave_files(tables / name, root)
        else:
            data, features = tables / name, root
        dataset = open_dataset(data)
        count = sum(map(len, dataset.splits.values()))
        if name in FOLDERS:
            count = npy_files(dataset, root, FOLDERS[name], share)
        given = [str(data), "--features", str(features)]
        learned = ["--recipe", "han", "--out", str(root / "run"), "--skip-missing"]
        learned += ["--track-labels"] if name == "lfav" else []
        learned += ["--set", "training.epochs=1", "--device", "cpu"]
        for command in (
            ["train", *given, *learned],
            ["evaluate", *given, "--model", str(root / "run"), "--missing", "empty"],
        ):
            began, used = time.perf_counter(), time.process_time()
            code = seehear(command)
            wall, cpu = time.perf_counter() - began, time.process_time() - used
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            told = f"{wall:.0f} s ({cpu:.0f} s of processor), {peak:.0f} MB"
            print(f"{dataset.name} | {count} clips | {command[0]} | {told}", flush=True)
            if code:
                raise SystemExit(code)


def npy_files(dataset: Dataset, root: Path, widths: dict[str, int], share: float) -> int:
    """Write random features, a file a clip; return of how many clips."""
    rng, count = np.random.default_rng(0), 0
    for folder in widths:
        (root / folder).mkdir(parents=True)
    for split in dataset.splits.values():
        known = split.lengths or [None] * len(split)
        for clip, length in [*zip(split.clips, known, strict=True)][:: round(1 / share)]:
            count += 1
            seconds = length or int(rng.integers(60, 361))
            for folder, width in widths.items():
                rows = rng.random((seconds, width), np.float32)
                np.save(root / folder / f"{clip.id}.npy", rows)
    return count


def ave_files(tables: Path, root: Path) -> Path:
    """Write random features in AVE's two files beside a copy of its tables."""
    import h5py

    from seehear.data.ave import TABLE, sample_names

    for path in tables.iterdir():
        (root / path.name).write_bytes(path.read_bytes())
    samples = len(sample_names(root / TABLE))
    rng = np.random.default_rng(0)
    for name, (_, shape, _) in FILES.items():
        block = rng.random((16, *shape), np.float32)  # again and again: drawing takes longer
        with h5py.File(root / name, "w") as file:
            array = file.create_dataset(KEY, (samples, *shape), "f4", chunks=(1, *shape))
            for start in range(0, samples, len(block)):
                array[start : start + 16] = block[: samples - start]
    return root


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
