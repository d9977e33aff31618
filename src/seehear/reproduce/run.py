"""A table from beginning to end: rows planned, runs made, results collected and written."""

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from seehear.amounts import amount
from seehear.data import Dataset
from seehear.data.scored import caution, choose_split
from seehear.errors import ConfigError, DataError, SeehearError
from seehear.features import FeatureStore
from seehear.files import Json
from seehear.lock import owned
from seehear.reproduce.common import pooled_store, shared_labels
from seehear.reproduce.pool import run_tasks
from seehear.reproduce.result import collect, write
from seehear.reproduce.rows import Entry, plan
from seehear.reproduce.tables import table
from seehear.reproduce.task import Task
from seehear.train.prepare import choose_device

Say = Callable[[str], None]


@dataclass(frozen=True)
class Choices:
    """Which rows of a table are run, and how.

    Args:
        rows, inputs, settings, seeds: see `plan`.
        split: that figures are measured on; None: `seehear.data.scored` chooses it.
        jobs: rows at a time, each in a process of its own with one thread; 0: in this process.
        device: where to compute; `auto` takes a CUDA device if there is one.  Rows that run at the
            same time share it.

    Raises:
        ConfigError: a negative number of jobs.
    """

    rows: Sequence[str] | None = None
    inputs: str | None = None
    settings: Mapping[str, Json] | None = None
    seeds: Mapping[str, Sequence[int]] | None = None
    split: str | None = None
    jobs: int = 1
    device: str = "auto"

    def __post_init__(self) -> None:
        if self.jobs < 0:
            raise ConfigError(f"expected 0 or more processes, got {self.jobs}", parameter="jobs")


def reproduce(
    name: str,
    dataset: Dataset,
    store: FeatureStore,
    out: Path,
    choices: Choices | None = None,
    *,
    say: Say = lambda line: None,
    done: Callable[[], None] = lambda: None,
    **changed: Any,
) -> dict[str, Json]:
    """Run what earlier calls have not finished of a table; write and return the table.

    Args:
        name: `table1` to `table7`.
        dataset, store: as opened.
        out: output folder; several tables may share it, and then share runs and labels.
        choices: what is run and how; by default all rows as published.
        say: receives one line at a time.
        done: called after each finished task (`count_tasks` says how many there are).
        changed: single fields of `choices`, such as `rows=["han"]`.

    Raises:
        ConfigError: no such table, row, feature set or setting; another command writes into `out`.
        DataError: the split is not there or has no truth.
        SeehearError: no row can run; the first reason is given.
    """
    chosen = table(name)
    choices = replace(choices or Choices(), **changed)
    choices = replace(choices, device=str(choose_device(choices.device)))
    scored = choose_split(dataset, choices.split)
    choices = replace(choices, split=scored.name)
    if not scored.split.has_truth:
        raise DataError(
            f"expected segment truth of split {scored.name}, the dataset has none",
            where=dataset.root,
            hint="choose another split",
            parameter="split",
        )
    for line in scored.notes:
        say(line)
    for line in scored.split.warnings():
        say(f"warning: {line}")
    entries = plan(
        chosen,
        dataset,
        store,
        rows=choices.rows,
        inputs=choices.inputs,
        settings=choices.settings,
        seeds=choices.seeds,
    )
    ready = [entry for entry in entries if entry.reason is None]
    with owned(Path(out).absolute()) as folder:
        faults = _run_rows(ready, dataset, store, folder, choices, say, done)
        result = collect(
            chosen,
            entries,
            faults,
            dataset,
            folder,
            split=scored.name,
            settings=choices.settings or {},
            machine=_machine(choices),
        )
        _require_figures(name, result, store)
        result["split_chosen"] = scored.why
        result["note"] = caution(clips=len(scored.split), seeds=_fewest_seeds(result))
        write(result, folder)
    return result


def _fewest_seeds(result: Mapping[str, Json]) -> int:
    """Return how many seeds the row with the fewest has, of those that have figures."""
    return min(len(row["seeds"]) for row in result["rows"] if row["ours"])


def _machine(choices: Choices) -> str:
    """Return on what the rows ran, in words."""
    if not choices.device.startswith("cuda"):
        return f"{platform.system()} {platform.machine()}, one thread a row"
    import torch

    card = torch.cuda.get_device_name(choices.device)
    return f"{card}, shared by {amount(max(1, choices.jobs), 'row')} at a time"


def _run_rows(
    ready: Sequence[Entry],
    dataset: Dataset,
    store: FeatureStore,
    out: Path,
    choices: Choices,
    say: Say,
    done: Callable[[], None],
) -> dict[str, str]:
    """Run all that is left of these rows; return what went wrong, by run folder."""
    faults: dict[str, str] = {}
    if ready:
        pooled = pooled_store(store, dataset, ready, out / "features", say)
        bench = _Bench(dataset, store, pooled, out, choices, say, done, faults)
        run_tasks(bench.tasks(ready), jobs=choices.jobs, report=bench.report, say=say)
    return faults


def _require_figures(name: str, result: Mapping[str, Json], store: FeatureStore) -> None:
    """Check that at least one row has figures.

    Raises:
        SeehearError: none has.
    """
    if not any(row["ours"] for row in result["rows"]):
        row = result["rows"][0]
        raise SeehearError(
            f"no row of {name} could run; {row['title']}: {row['problem']}",
            where=store.path,
            hint=f"run: {row['command']}" if row["command"] else None,
        )


def count_tasks(entries: Sequence[Entry]) -> int:
    """Return how many runs the rows need; one that several rows share counts once."""
    runs = ((entry.folder, seed) for entry in entries if not entry.reason for seed in entry.seeds)
    return len(set(runs))


@dataclass(frozen=True)
class _Bench:
    """What all tasks of one call need.

    `faults` is filled with what went wrong, by run folder.
    """

    dataset: Dataset
    store: FeatureStore
    pooled: FeatureStore
    out: Path
    choices: Choices
    say: Say
    done: Callable[[], None]
    faults: dict[str, str] = field(default_factory=dict)

    def tasks(self, entries: Sequence[Entry]) -> Iterator[Task]:
        """Yield what is left to run; the labels of a row are made just before its first task."""
        seen = set()
        for entry in entries:
            for seed in entry.seeds:
                task = self._task(entry, seed)
                if task.folder in seen:
                    continue
                seen.add(task.folder)
                if task.done:
                    self.done()
                elif self._has_labels(entry, task):
                    self.say(f"{task.name}: {entry.recipe.name} on {entry.features}")
                    yield task

    def report(self, task: Task, fault: str | None) -> None:
        """Note how a task ended."""
        if fault is not None:
            self.faults[task.folder.relative_to(self.out).as_posix()] = fault
            self.say(f"{task.name}: {fault}")
        self.done()

    def _has_labels(self, entry: Entry, task: Task) -> bool:
        try:
            shared_labels(entry, self.dataset, self.pooled, self.out, self.say)
        except SeehearError as error:
            self.report(task, str(error))
            return False
        return True

    def _task(self, entry: Entry, seed: int) -> Task:
        wants_frames = entry.recipe.network.rows == "frame"
        features = self.store if wants_frames else self.pooled
        split = self.choices.split
        assert split is not None  # chosen at the start
        return Task(
            name=f"{entry.row.title} seed {seed}",
            dataset=self.dataset.root,
            features=Path(features.path),
            recipe=entry.recipe,
            inputs=entry.features,
            labels=None if entry.labels is None else self.out / entry.labels,
            seed=seed,
            folder=self.out / entry.folder / f"seed-{seed}",
            split=split,
            device=self.choices.device,
        )
