"""One row, one seed: train, score, and write down figures, time and memory."""

import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from seehear.errors import SeehearError
from seehear.files import Json
from seehear.foreign.forms import maybe, number, record, table, text, whole
from seehear.recipes import FIGURES, Recipe

RESULT = "result.json"
FAULT = "fault.txt"


@dataclass(frozen=True)
class Task:
    """What a process needs to train one seed of one row; it can be pickled.

    Args:
        name: for messages.
        dataset, features: folders.
        recipe: resolved for `inputs`.
        inputs: the feature set.
        labels: folder of its segment labels, or None.
        seed: of weights, order and dropout.
        folder: the run folder.
        split: the split that is scored at the end.
        device: where to compute.
    """

    name: str
    dataset: Path
    features: Path
    recipe: Recipe
    inputs: str
    labels: Path | None
    seed: int
    folder: Path
    split: str
    device: str = "cpu"

    @property
    def done(self) -> bool:
        """Whether it was finished earlier, on this split."""
        return has_result(self.folder) and self.split in read(self.folder)["splits"]


def has_result(folder: Path) -> bool:
    """Return whether the task of a run folder has been finished, on some split."""
    return (folder / RESULT).exists()


def read(folder: Path) -> dict[str, Json]:
    """Return the result of a finished task.

    Raises:
        WeightsError: missing or damaged.
    """
    from seehear.train.files import read_json

    return read_json(folder / RESULT, _RESULT)


_FIGURES = record(dict.fromkeys(FIGURES, maybe(number())))
_RESULT = record(
    {"splits": table(_FIGURES), "seed": whole(), "seconds": number(0)},
    {
        "epoch": whole(),
        "epochs": whole(),
        "val": maybe(_FIGURES),
        "cpu_seconds": number(0),
        "threads": whole(),
        "peak_mb": number(0),
        "own": table(table(maybe(number()))),
        "finished": text,
    },
)


def perform(task: Task) -> dict[str, Json]:
    """Train and score; return the result that is also written to the run folder.

    Raises:
        SeehearError: as `seehear.train.prepare` and `seehear.train.run`.
    """
    from seehear.data import open_dataset
    from seehear.features import open_features
    from seehear.labels.store import load
    from seehear.parser.language import stored_logits
    from seehear.parser.stored import predict_beside
    from seehear.train import RunFolder, RunOptions, load_run, prepare, run
    from seehear.train.files import write_json
    from seehear.train.predict import measure

    started, used = time.perf_counter(), time.process_time()
    dataset, store = open_dataset(task.dataset), open_features(task.features)
    options = RunOptions(device=task.device)
    labels = None if task.labels is None else load(task.labels)
    before = read(task.folder) if has_result(task.folder) else None
    if before is None:
        prepared = prepare(
            dataset,
            store,
            task.recipe,
            features=task.inputs,
            options=options,
            language=stored_logits,
        )
        run(prepared, task.folder, seed=task.seed, labels=labels, options=options)
        del prepared
    about = RunFolder(task.folder).record()
    trained = load_run(task.folder)
    predicted = predict_beside(trained, store, dataset, task.split, prior="none").predicted
    figures, own = measure(predicted, store, dataset, task.split)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    result = before or {
        "seed": task.seed,
        "epoch": about["epoch"],
        "epochs": about["epochs"],
        "val": about["figures"],
        "splits": {},
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(time.process_time() - used, 1),
        "threads": about["machine"]["threads"],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20),
        "finished": time.strftime("%Y-%m-%d %H:%M"),
    }
    result["splits"][task.split] = figures
    if own:
        result["own"] = {**result.get("own", {}), task.split: own}
    write_json(task.folder / RESULT, result)
    return result


def perform_alone(task: Task) -> None:
    """Perform a task as the only work of a process, with one thread.

    An error is written beside the run folder (`FAULT`), and the process ends.
    """
    import torch

    from seehear.processes import end_with_parent

    end_with_parent()
    torch.set_num_threads(1)
    fault = task.folder.with_name(f"{task.folder.name}.{FAULT}")
    fault.unlink(missing_ok=True)
    try:
        perform(task)
    except SeehearError as error:
        fault.parent.mkdir(parents=True, exist_ok=True)
        fault.write_text(str(error), encoding="utf-8")
        os._exit(2)
    except KeyboardInterrupt:
        os._exit(130)
