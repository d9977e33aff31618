"""How long does a command take that does little, against another checkout of this package?

    python benchmarks/cold_start.py --folder SCRATCH [--against CHECKOUT] [--repeat 5] [--clip FILE]

Times, in processes of their own, one after the other and both checkouts in turn: `seehear parse` of
one clip of ten seconds, zero-shot and with a trained parser, and `seehear search` on 1,000
timelines.  Both checkouts run on the same Python and libraries; with `git worktree add CHECKOUT
COMMIT` any commit is one.  Before anything is timed, both must find the same, unless --differs says
that the other checkout decides otherwise; what it cannot read is made with it.  Prints JSON:
medians of seconds, of processor time (which a busy machine lengthens less) and of the largest
process in megabytes, and ratios to the other checkout.
"""

import argparse
import json
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

OURS = Path(__file__).resolve().parents[1]
_FOUND = ("source", "duration_s", "grid", "vocabulary", "tracks", "events")  # of a timeline


def main() -> None:
    """Make what the commands need, check, time, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument("--against", type=Path, help="another checkout (default: none)")
    parser.add_argument(
        "--differs", action="store_true", help="the other checkout finds something else; time it"
    )
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--clip", type=Path, help="a clip (default: one of the demo)")
    args = parser.parse_args()
    if args.against and not (args.against / "src" / "seehear").is_dir():
        parser.error(f"--against: expected a checkout of this package, got {args.against}")
    args.folder.mkdir(parents=True, exist_ok=True)
    folder = args.folder.resolve()
    clip = str((args.clip or _clip(folder)).resolve())
    checkouts = {"here": OURS} | ({"there": args.against.resolve()} if args.against else {})
    for place, root in checkouts.items():  # each its own: their forms may differ
        _library(folder, place, root)
        _model(folder, place, root)
    commands = {
        "parse": ("parse", clip, "--json"),
        "parse_trained": ("parse", clip, "--json", "--model", f"{folder}/run-PLACE"),
        "search": ("search", f"{folder}/library-PLACE", "audio:Dog", "--json"),
    }
    figures: dict[str, Any] = {}
    for name, command in commands.items():
        taken = _timed(command, checkouts, args.repeat, differs=args.differs)
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
    command: Sequence[str], checkouts: dict[str, Path], repeat: int, *, differs: bool
) -> dict[str, list[tuple[float, float, float]]]:
    """Return seconds, processor seconds and megabytes of each run by checkout."""
    found = {place: _found(_run(command, place, root)[0]) for place, root in checkouts.items()}
    if len(found) == 2 and found["here"] != found["there"] and not differs:
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
    words = [word.replace("PLACE", place) for word in command]
    with tempfile.TemporaryFile("w+") as out:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-m", "seehear.cli.main", *words],
            env=_environment(checkout),
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


def _environment(checkout: Path) -> dict[str, str]:
    # compiled files are kept, as they are where the package is installed
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(checkout / "src")}


def _library(folder: Path, place: str, checkout: Path) -> None:
    """Make a library of 1,000 timelines as a checkout writes them."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from search_speed import make; make(Path(sys.argv[2]), 1000)"
    )
    words = [str(checkout / "benchmarks"), str(folder / f"library-{place}")]
    subprocess.run([sys.executable, "-c", code, *words], env=_environment(checkout), check=True)


def _model(folder: Path, place: str, checkout: Path) -> None:
    """Train HAN on a few clips with a checkout: as large as any, whatever it has learnt."""
    run, world, features = (folder / name for name in (f"run-{place}", "world", f"rows-{place}"))
    if run.exists():
        return
    if not world.exists():
        from seehear.demo.world import make_world

        make_world(world, splits={"train": 4, "val": 2, "test": 1})
    extract = ("extract", world, "--visual", "conse", "--audio", "yamnet", "--out", features)
    train = ("train", world, "--features", features, "--recipe", "han", "--out", run)
    for command in (extract, (*train, "--set", "training.epochs=1")):
        subprocess.run(
            [sys.executable, "-m", "seehear.cli.main", *map(str, command)],
            env=_environment(checkout),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


if __name__ == "__main__":
    main()
