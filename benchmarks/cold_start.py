"""How long does a command take that does little, against another checkout of this package?

    python benchmarks/cold_start.py --folder SCRATCH [--against CHECKOUT] [--repeat 5] [--clip FILE]

Times, in processes of their own, one after the other and both checkouts in turn: `seehear parse` of
one clip of ten seconds, zero-shot and with a trained parser, and `seehear search` on 1,000
timelines.  Both checkouts run on the same Python and libraries; with `git worktree add CHECKOUT
COMMIT` any commit is one.  Before anything is timed, both must find the same.  Prints JSON: medians
of seconds, of processor time (which a busy machine lengthens less) and of the largest process in
megabytes, and ratios to the other checkout.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import print_result
from search_speed import make

OURS = Path(__file__).resolve().parents[1]
_FOUND = ("source", "duration_s", "grid", "vocabulary", "tracks", "events")  # of a timeline


def main() -> None:
    """Make what the commands need, check, time, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument("--against", type=Path, help="another checkout (default: none)")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--clip", type=Path, help="a clip (default: one of the demo)")
    parser.add_argument("--model", type=Path, help="a run (default: one trained in SCRATCH)")
    args = parser.parse_args()
    if args.against and not (args.against / "src" / "seehear").is_dir():
        parser.error(f"--against: expected a checkout of this package, got {args.against}")
    args.folder.mkdir(parents=True, exist_ok=True)
    clip, model = args.clip or _clip(args.folder), args.model or _model(args.folder)
    checkouts = {"here": OURS} | ({"there": args.against} if args.against else {})
    for name in checkouts:  # an index each: its form may differ
        make(args.folder / f"library-{name}", 1000)
    commands = {
        "parse": ("parse", str(clip.resolve()), "--json"),
        "parse_trained": ("parse", str(clip.resolve()), "--json", "--model", str(model.resolve())),
        "search": ("search", str((args.folder / "library-").resolve()), "audio:Dog", "--json"),
    }
    figures: dict[str, Any] = {}
    for name, command in commands.items():
        taken = _timed(command, checkouts, args.repeat)
        for place, runs in taken.items():
            for measure, values in zip(("s", "cpu_s", "mb"), zip(*runs, strict=True), strict=True):
                key = f"{name}_{measure}" if place == "here" else f"{name}_there_{measure}"
                figures[key] = round(statistics.median(values), 3)
        if len(taken) == 2:
            for measure in ("s", "cpu_s", "mb"):
                ratio = figures[f"{name}_{measure}"] / figures[f"{name}_there_{measure}"]
                figures[f"{name}_{measure}_ratio"] = round(ratio, 2)
    print_result({"repeat": args.repeat, "figures": figures})


def _timed(
    command: Sequence[str], checkouts: dict[str, Path], repeat: int
) -> dict[str, list[tuple[float, float, float]]]:
    """Return seconds, processor seconds and megabytes of each run by checkout."""
    found = {place: _found(_run(command, place, root)[0]) for place, root in checkouts.items()}
    if len(found) == 2 and found["here"] != found["there"]:
        raise SystemExit(f"{' '.join(command)}: the checkouts do not find the same")
    taken: dict[str, list[tuple[float, float, float]]] = {place: [] for place in checkouts}
    for _ in range(repeat):
        for place, root in checkouts.items():
            taken[place].append(_run(command, place, root)[1])
    return taken


def _found(printed: str) -> object:
    """Return what was found: hits, or of a timeline what is not a time stamp or a version."""
    value = json.loads(printed)
    hits = [(hit["timeline"], hit["start_s"], hit["end_s"]) for hit in value.get("hits", ())]
    return {"hits": hits, **{key: value.get(key) for key in _FOUND}}


def _run(
    command: Sequence[str], place: str, checkout: Path
) -> tuple[str, tuple[float, float, float]]:
    """Run a command of a checkout; return what it printed, and what it took."""
    words = [f"{word}{place}" if word.endswith("/library-") else word for word in command]
    # compiled files are kept, as they are where the package is installed
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPATH": str(checkout / "src")}
    with tempfile.TemporaryFile("w+") as out:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-m", "seehear.cli.main", *words],
            env=environment,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(child.pid, 0)
        taken = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{checkout}: seehear {' '.join(words)} ended with {child.returncode}")
        out.seek(0)
        return out.read(), (taken, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _clip(folder: Path) -> Path:
    from seehear.demo.world import render, unseen

    path = folder / "clip.mp4"
    if not path.exists():
        render(unseen(), path, np.random.default_rng(0))
    return path


def _model(folder: Path) -> Path:
    """Return a run of HAN on a few clips: as large as any, whatever it has learnt.

    It is trained in a process of its own: what this one grows to, a command that it starts counts
    as its own.
    """
    run = folder / "run"
    if not run.exists():
        child = multiprocessing.get_context("spawn").Process(target=_train, args=(folder, run))
        child.start()
        child.join()
    return run


def _train(folder: Path, run: Path) -> None:
    from seehear import train
    from seehear.data import open_dataset
    from seehear.demo.world import make_world
    from seehear.extraction.extract import extract
    from seehear.features import open_features

    world = make_world(folder / "world", splits={"train": 4, "val": 2, "test": 1})
    extract([world], out=folder / "features", visual=["conse"], audio=["yamnet"])
    settings = {"training.epochs": 1}
    dataset, store = open_dataset(world), open_features(folder / "features")
    train.run(train.prepare(dataset, store, "han", settings=settings), run)


if __name__ == "__main__":
    main()
