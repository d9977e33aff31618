"""Measure the seven tables on one dataset, one run at a time, and keep every figure as data.

    python benchmarks/measure_tables.py DATASET --features FEATURES --out SCRATCH
        [--data benchmarks/tables] [--until 18:55] [--bill] [--set training.epochs=1]

A unit of work is one seed of one row; rows with one definition share it.  What was measured before
lies in the data folder (`runs.json`, and `tableN.json` as `seehear reproduce` writes it) and is
neither measured nor written again, whatever became of SCRATCH: kill this at any moment and start it
again.  After each unit the data folder is whole.  `--bill` prints what is left and what it costs by
what was measured, and runs nothing.  `make tables` runs it on the development clips; the pages are
generated from the data folder (docs/_build/measured.py).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seehear._version import __version__
from seehear.data import Dataset, open_dataset
from seehear.errors import SeehearError
from seehear.features import FeatureStore, open_features
from seehear.reproduce import TABLES, plan, reproduce
from seehear.reproduce.result import collect
from seehear.reproduce.rows import Entry
from seehear.reproduce.task import RESULT
from seehear.train.files import write_json

ORDER = ("table2", "table1", "table3", "table5", "table6", "table4", "table7")
SEEDS = {"table4": (1,)}  # the grid: sixteen rows
THREE = (1, 2, 3)
RUNS = "runs.json"
JOBS = 1  # a process of its own, so that its memory is
DIGITS = 6  # of a figure between 0 and 1
Runs = dict[str, dict[str, dict[str, Any]]]  # run folder, seed, what came out


@dataclass(frozen=True)
class Unit:
    """One seed of one row."""

    table: str
    entry: Entry
    seed: int

    @property
    def folder(self) -> str:
        """Its run folder; equal for rows of one definition."""
        return f"{self.entry.folder}/seed-{self.seed}"


def main() -> int:
    """Measure what is left, until all is there or the time is up."""
    args = _arguments()
    settings = dict(pair.split("=", 1) for pair in args.set)
    dataset, store = open_dataset(args.dataset), open_features(args.features)
    data, out = args.data, args.out
    tables = args.tables.split(",")
    entries = {name: _entries(name, dataset, store, settings) for name in tables}
    units = list(_units(entries))
    runs = _read(data / RUNS)
    left = [unit for unit in units if str(unit.seed) not in runs.get(unit.entry.folder, {})]
    say(_bill(units, left, runs))
    if args.bill:
        return 0
    restore(runs, out)
    about = {"commit": _commit(), "seehear": __version__, "machine": _machine()}
    for unit in left:
        if args.until and time.strftime("%H:%M", time.gmtime()) >= args.until:
            say(f"{args.until} UTC: stopped")
            break
        _measure(unit, dataset, store, out, settings)
        taken = take(unit, out, about)
        if taken:
            runs.setdefault(unit.entry.folder, {})[str(unit.seed)] = taken
            _write(data, entries, dataset, out, runs, settings)
    _write(data, entries, dataset, out, runs, settings)
    return 0


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="run folders; may be thrown away")
    parser.add_argument("--data", type=Path, default=Path(__file__).parent / "tables")
    parser.add_argument("--tables", default=",".join(ORDER))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--until", metavar="HH:MM", help="start no unit after this time, UTC")
    parser.add_argument("--bill", action="store_true", help="print what is left, run nothing")
    return parser.parse_args()


def _entries(
    name: str, dataset: Dataset, store: FeatureStore, settings: dict[str, Any]
) -> list[Entry]:
    """Return the rows of a table that can run here."""
    seeds = {"": SEEDS.get(name, THREE)}
    found = plan(TABLES[name], dataset, store, settings=settings, seeds=seeds)
    return [entry for entry in found if entry.reason is None]


def _units(entries: dict[str, list[Entry]]) -> Iterator[Unit]:
    """Yield each unit once: table by table, and in a table the first seed of all rows first."""
    seen = set()
    for name, rows in entries.items():
        for seed in SEEDS.get(name, THREE):
            for entry in rows:
                unit = Unit(name, entry, seed)
                if seed in entry.seeds and unit.folder not in seen:
                    seen.add(unit.folder)
                    yield unit


def _measure(
    unit: Unit, dataset: Dataset, store: FeatureStore, out: Path, settings: dict[str, Any]
) -> None:
    """Run one unit in a process of its own; a fault is printed, and the others go on."""
    now = time.strftime("%H:%M:%S", time.gmtime())
    say(f"{now} {unit.table} {unit.entry.row.key} seed {unit.seed}")
    try:
        reproduce(
            unit.table,
            dataset,
            store,
            out,
            rows=[unit.entry.row.key],
            settings=settings,
            seeds={"": [unit.seed]},
            jobs=JOBS,
            device="cpu",
        )
    except SeehearError as error:
        print(error, file=sys.stderr, flush=True)


def restore(runs: Runs, out: Path) -> None:
    """Put what was measured before where `reproduce` looks for finished runs."""
    for folder, seeds in runs.items():
        for seed, run in seeds.items():
            path = out / folder / f"seed-{seed}" / RESULT
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                known = {key: value for key, value in run.items() if key not in _OURS}
                write_json(path, known)


_OURS = ("commit", "seehear", "machine", "recipe", "features", "settings")


def take(unit: Unit, out: Path, about: dict[str, str]) -> dict[str, Any] | None:
    """Return what a unit came to, with what it was measured on; None when it failed."""
    path = out / unit.folder / RESULT
    if not path.exists():
        return None
    run = _rounded(json.loads(path.read_text(encoding="utf-8")))
    write_json(path, run)  # so that the tables do not depend on which of the two is read
    asked = {
        "recipe": unit.entry.recipe.name,
        "features": unit.entry.features,
        "settings": dict(unit.entry.row.settings),
    }
    return {**asked, **run, **about}


def _rounded(value: Any) -> Any:
    """Return JSON values with the digits that mean something."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return round(value, DIGITS) if isinstance(value, float) else value


def _write(
    data: Path,
    entries: dict[str, list[Entry]],
    dataset: Dataset,
    out: Path,
    runs: Runs,
    settings: dict[str, Any],
) -> None:
    """Write all files of the data folder anew, each at once."""
    data.mkdir(parents=True, exist_ok=True)
    write_json(data / RUNS, runs)
    for name, rows in entries.items():
        result = collect(
            TABLES[name],
            rows,
            {},
            dataset,
            out,
            split="test",
            settings=settings,
        )
        machines = set()
        for row, entry in zip(result["rows"], rows, strict=True):
            measured = [runs[entry.folder][str(seed)] for seed in row["seeds"]]
            row["wanted"] = list(entry.seeds)
            row["finished"] = [run["finished"] for run in measured]
            row["commits"] = sorted({run["commit"] for run in measured})
            machines |= {run["machine"] for run in measured}
        result["machine"] = " or ".join(sorted(machines))
        finished = [day for row in result["rows"] for day in row["finished"]]
        result["date"] = max(finished, default="not yet").split(" ")[0]
        write_json(data / f"{name}.json", _rounded(result))


def _read(path: Path) -> Runs:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _bill(units: list[Unit], left: list[Unit], runs: Runs) -> str:
    """Return how many units are left and their seconds, by the same recipe's measured ones."""
    taken: dict[str, list[float]] = {}
    for seeds in runs.values():
        for run in seeds.values():
            taken.setdefault(run["recipe"], []).append(run["cpu_seconds"])
    costs = {name: sum(values) / len(values) for name, values in taken.items()}
    known = [costs[u.entry.recipe.name] for u in left if u.entry.recipe.name in costs]
    unknown = sorted({u.entry.recipe.name for u in left if u.entry.recipe.name not in costs})
    more = f"; not measured yet: {', '.join(unknown)}" if unknown else ""
    return (
        f"{len(units)} units, {len(left)} left: {sum(known) / 60:.0f} minutes of one core for"
        f" {len(known)} of them{more}"
    )


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, one thread a row"


def _commit() -> str:
    """Return the commit of the code that is measured."""
    import seehear

    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(seehear.__file__).parent,
    )
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    raise SystemExit(main())
