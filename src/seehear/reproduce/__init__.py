"""Reproduce a published table: plan its rows, share what they share, run what is missing, set it
beside the paper.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seehear.data import Dataset
from seehear.errors import ConfigError, DataError, SeehearError
from seehear.features import FeatureStore
from seehear.reproduce.pool import run_tasks
from seehear.reproduce.result import collect, write
from seehear.reproduce.rows import Entry, plan
from seehear.reproduce.share import pooled_store, shared_labels
from seehear.reproduce.tables import TABLES, Row, Table, table
from seehear.reproduce.task import Task

__all__ = ["TABLES", "Entry", "Row", "Table", "plan", "reproduce", "table"]


def reproduce(
    name: str,
    dataset: Dataset,
    store: FeatureStore,
    out: Path,
    *,
    rows: Sequence[str] | None = None,
    inputs: str | None = None,
    settings: Mapping[str, Any] | None = None,
    seeds: Mapping[str, Sequence[int]] | None = None,
    split: str = "test",
    jobs: int = 1,
    device: str = "cpu",
    say: Callable[[str], None] = lambda line: None,
    done: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Run the rows of a table that an earlier call has not finished; write and return the table.

    Args:
        name: `table1` to `table7`.
        dataset, store: as opened.
        out: output folder; several tables may share it, and then share runs and labels.
        rows, inputs, settings, seeds: see `plan`.
        split: what is scored.
        jobs: rows at a time, each in a process of its own with one thread; 0: in this process.
        device: where to compute.
        say: receives one line at a time.
        done: called after each finished task (`plan` tells how many there are).

    Raises:
        ConfigError: no such table, row, feature set or setting.
        DataError: the split is not there or has no truth.
        SeehearError: no row can run; the first reason is given.
    """
    chosen = table(name)
    if not dataset.split(split).has_truth:
        raise DataError(
            f"expected segment truth of split {split}, the dataset has none",
            where=dataset.root,
            hint="choose another --split",
        )
    if jobs < 0:
        raise ConfigError(f"expected 0 or more processes, got {jobs}", where="--jobs")
    entries = plan(chosen, dataset, store, rows=rows, inputs=inputs, settings=settings, seeds=seeds)
    ready = [entry for entry in entries if entry.reason is None]
    faults: dict[str, str] = {}

    def report(task: Task, fault: str | None) -> None:
        if fault is not None:
            faults[task.folder.relative_to(out).as_posix()] = fault
            say(f"{task.name}: {fault}")
        done()

    out = Path(out).resolve()
    if ready:
        pooled = pooled_store(store, dataset, ready, out / "features", say)
        run_tasks(
            _tasks(ready, dataset, store, pooled, out, split, device, faults, say, done),
            jobs=jobs,
            report=report,
            say=say,
        )
    result = collect(chosen, entries, faults, dataset, out, split=split, settings=settings or {})
    if not any(row["ours"] for row in result["rows"]):
        row = result["rows"][0]
        raise SeehearError(
            f"no row of {name} could run; {row['title']}: {row['problem']}",
            where=store.path,
            hint=f"run: {row['command']}" if row["command"] else None,
        )
    write(result, out)
    return result


def count_tasks(entries: Sequence[Entry]) -> int:
    """Return how many runs the rows come to, each shared one once."""
    return len(
        {(entry.folder, seed) for entry in entries if entry.reason is None for seed in entry.seeds}
    )


def _tasks(
    entries: Sequence[Entry],
    dataset: Dataset,
    store: FeatureStore,
    pooled: FeatureStore,
    out: Path,
    split: str,
    device: str,
    faults: dict[str, str],
    say: Callable[[str], None],
    done: Callable[[], None],
) -> Iterator[Task]:
    """Yield what is left to run; the labels of a row are made just before its first task."""
    seen = set()
    for entry in entries:
        for seed in entry.seeds:
            folder = out / entry.folder / f"seed-{seed}"
            if folder in seen:
                continue
            seen.add(folder)
            frames = entry.recipe.network.rows == "frame"
            task = Task(
                f"{entry.row.title} seed {seed}",
                dataset.root,
                Path((store if frames else pooled).path),
                entry.recipe,
                entry.features,
                None if entry.labels is None else out / entry.labels,
                seed,
                folder,
                split,
                device,
            )
            if task.done:
                done()
                continue
            try:
                shared_labels(entry, dataset, pooled, out, say)
            except SeehearError as error:
                faults[f"{entry.folder}/seed-{seed}"] = str(error)
                say(f"{task.name}: {error}")
                done()
                continue
            say(f"{task.name}: {entry.recipe.name} on {entry.features}")
            yield task
