"""The run folder: its files, what they hold, and how a stopped run goes on.

RUN/recipe.json               the resolved recipe, and what the run was asked for
RUN/labels/                   segment labels, where the recipe makes them
RUN/stages/NAME[.npz]         what earlier stages made
RUN/initial.safetensors       the parser before training
RUN/best.safetensors          the parser that was kept
RUN/last.safetensors          the parser after the last epoch
RUN/model.onnx                the parser that was kept, as a graph: parsing without PyTorch
RUN/state.safetensors         all that a stopped stage needs to go on; removed at its end
RUN/log.jsonl                 one line an epoch
RUN/run.json                  the record of the finished run; written last
RUN/figures-SPLIT.json        the figures on a split
RUN/seed-N/, RUN/summary.json one run a seed, their mean and spread
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch
from torch import Tensor

from seehear.errors import ConfigError, WeightsError
from seehear.files import Json, refused, write_text
from seehear.foreign.forms import anything, items, maybe, number, record, table, text, whole
from seehear.foreign.texts import read_json_lines
from seehear.labels.store import SegmentLabels, is_labels, load, save
from seehear.recipes import differences
from seehear.recipes.contract import Artefact
from seehear.share.about import ABOUT
from seehear.share.bundle import FIGURES, GRAPH, RECORD
from seehear.share.bundle import MODEL as BEST
from seehear.share.bundle import RECIPE as DEFINITION
from seehear.train.board import Board
from seehear.train.files import (
    read_arrays,
    read_json,
    read_model,
    read_tensors,
    write_arrays,
    write_json,
    write_model,
    write_tensors,
)
from seehear.train.graph_file import write_graph
from seehear.train.loop import Epoch, Learner
from seehear.train.model import load_run

INITIAL, LAST = "initial.safetensors", "last.safetensors"
STATE, LOG = "state.safetensors", "log.jsonl"
SUMMARY = "summary.json"
LABELS, STAGES, SEED = "labels", "stages", "seed-"


class RunFolder:
    """One run on disk, or one of its training stages.

    Args:
        path: the folder; it may not exist yet.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def __str__(self) -> str:
        return str(self.path)

    # --- what the run is

    def claim(self, asked: Mapping[str, Any]) -> None:
        """Write what this run is; if the folder says so already, check that it is the same run.

        Args:
            asked: what makes the run, as JSON values: `recipe`, `features`, `settings`, `seed`,
                `dataset`, `definition` and `labels`.

        Raises:
            ConfigError: the folder holds another run, or something else.
            WeightsError: recipe.json, which says what run it is, is damaged.
        """
        asked = json.loads(json.dumps(asked))
        if (self.path / DEFINITION).exists():
            self._require_same(read_json(self.path / DEFINITION, _ASKED), asked)
        else:
            self._require_free()
            write_json(self.path / DEFINITION, asked)

    def _require_free(self) -> None:
        if not self.path.exists():
            return
        if not self.path.is_dir() or any(self.path.iterdir()):
            raise ConfigError(
                "expected a new or empty folder or a run to go on with, got something else",
                where=self.path,
                hint="choose another",
                parameter="out",
            )

    def _require_same(self, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        found = {}
        for key in ("recipe", "features", "seed"):
            if before.get(key) != now[key]:
                found[key] = (before.get(key), now[key])
        found |= differences(before.get("definition", {}), now["definition"])
        for key, (old, new) in found.items():
            raise self._of_another(f"a run with {key} {old}, not {new}")
        old = {**before, "dataset": _without_parts(before.get("dataset"))}
        new = {**now, "dataset": _without_parts(now["dataset"])}
        for key in ("dataset", "labels"):
            if old.get(key) != new[key]:
                raise self._of_another(f"a run on another {key}")

    def _of_another(self, what: str) -> ConfigError:
        return ConfigError(
            f"this folder holds {what}",
            where=self.path,
            hint="choose another, or remove the folder",
            parameter="out",
        )

    # --- how far it is

    @property
    def claimed(self) -> bool:
        """Whether the folder holds the run of one seed, finished or not."""
        return (self.path / DEFINITION).exists()

    @property
    def trained(self) -> bool:
        """Whether training came to its end."""
        return (self.path / LAST).exists()

    @property
    def finished(self) -> bool:
        """Whether the whole run came to its end."""
        return (self.path / RECORD).exists()

    def finish(self) -> None:
        """Write the graph of the parser that was kept, and the record of the run.

        Raises:
            MissingExtraError: onnx is not installed.
        """
        with torch.random.fork_rng(devices=[]):  # building a network draws random weights first
            trained = load_run(self.path / BEST)
        lines = self.log()
        record = {
            **trained.about,
            "epochs": len(lines),
            "seconds": round(sum(line["seconds"] for line in lines), 2),
        }
        if (graph := write_graph(trained, self.path / GRAPH)) is not None:
            record["graph"] = graph
        write_json(self.path / RECORD, record)

    def record(self) -> dict[str, Any]:
        """Return the record of a finished run (run.json).

        Raises:
            WeightsError: missing or damaged.
        """
        record: dict[str, Any] = read_json(self.path / RECORD, lambda value: _DONE(ABOUT(value)))
        return record

    def log(self) -> list[dict[str, Any]]:
        """Return one record for each finished epoch; see `read_log`."""
        return read_log(self.path / LOG)

    def newest_stage(self) -> "RunFolder | None":
        """Return the training stage that wrote to its log last; None if no log is there."""
        logs = [*self.path.glob(f"{STAGES}/*/{LOG}"), *self.path.glob(LOG)]
        if not logs:
            return None
        return RunFolder(max(logs, key=lambda path: path.stat().st_mtime_ns).parent)

    # --- its parts

    def stage(self, name: str) -> "RunFolder":
        """Return the folder of an earlier training stage."""
        return RunFolder(self.path / STAGES / name)

    def seed(self, seed: int) -> "RunFolder":
        """Return the run of one of several seeds."""
        return RunFolder(self.path / f"{SEED}{seed}")

    @property
    def labels(self) -> Path:
        """The folder of the segment labels that were trained on; several seeds may share one."""
        own = self.path / LABELS
        shared = self.path.parent / LABELS
        if self.path.name.startswith(SEED) and not is_labels(own) and is_labels(shared):
            return shared
        return own

    def label_warnings(self) -> list[str]:
        """Return the warnings that were recorded when the segment labels were made."""
        if not is_labels(self.labels):
            return []
        return list(map(str, load(self.labels).provenance.get("warnings", ())))

    def save_artefact(self, name: str, value: Artefact) -> None:
        """Save atomically what a computing stage returned: segment labels, or arrays."""
        if isinstance(value, SegmentLabels):
            save(value, self.path / name)
        else:
            write_arrays(self._arrays(name), value)

    def load_artefact(self, name: str) -> Artefact | None:
        """Return what a computing stage made; None if it has not been made yet."""
        if is_labels(self.path / name):
            return load(self.path / name)
        path = self._arrays(name)
        return read_arrays(path) if path.exists() else None

    def _arrays(self, name: str) -> Path:
        return self.path / STAGES / f"{name}.npz"

    def write_summary(self, summary: Json) -> None:
        """Write mean and spread of the figures of several seeds."""
        write_json(self.path / SUMMARY, summary)

    def write_figures(self, split: str, figures: Mapping[str, float]) -> None:
        """Write the figures on a split."""
        write_json(self.path / FIGURES.format(split=split), dict(figures))


def _without_parts(dataset: Json) -> Json:
    """Return a run's record of its dataset without the entries that older runs do not have."""
    if not isinstance(dataset, dict):
        return dataset
    return {key: value for key, value in dataset.items() if key not in ("parts", "classes")}


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the records of a log, one for each epoch; none if there is no log.

    A last line that was cut off, as by a kill, is left out.

    Raises:
        WeightsError: a line is not the record of an epoch.
    """
    if not path.exists():
        return []
    return read_json_lines(path, _LINE, kind=WeightsError, hint=_BROKEN_LOG)


_BROKEN_LOG = "the log is damaged: take that line out, or remove the log"
_FIGURES = maybe(table(number()))
_LINE = record(
    {"epoch": whole(), "loss": table(number()), "val": _FIGURES, "seconds": number(0)},
    {"lr": number(), "chosen": items(text)},
)
_ASKED = record({}, {"definition": table(anything)})
_DONE = record(
    {
        "epoch": whole(),
        "epochs": whole(),
        "seconds": number(0),
        "machine": record({"threads": whole()}),
    }
)
_KEPT = record({"epoch": whole(), "score": number(), "figures": _FIGURES}, others=False)
_COUNTERS = record(
    {"epoch": whole(), "step": whole(), "sums": items(number()), "best": table(_KEPT)},
    {"averaged": table(items(number()))},
    others=False,
)


class StageRecorder:
    """Writes a training stage to disk while it learns, and restores a stopped one.

    Args:
        folder: of the stage.
        about: written into every model file (JSON).
        normalisation: mean and deviation by which the clips were standardised, for model files.
        likeness: numbers that tell clips unlike the training clips, for model files.
        tensorboard: also write TensorBoard event files.
    """

    def __init__(
        self,
        folder: RunFolder,
        about: Mapping[str, Any],
        normalisation: Mapping[str, Tensor],
        likeness: Mapping[str, Tensor] | None = None,
        *,
        tensorboard: bool = False,
    ) -> None:
        self._path = folder.path
        self._about = about
        self._normalisation = normalisation
        self._likeness = likeness
        self._board = Board(folder.path) if tensorboard else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._board is not None:
            self._board.close()

    def begin(self, learner: Learner) -> None:
        """Write the initial weights, or restore the learner of a stopped run.

        Raises:
            WeightsError: the saved state is damaged, or of another run.
        """
        if (self._path / STATE).exists():
            self._restore(learner)
        else:
            self._write(INITIAL, {"main": learner.nets["main"].state_dict()}, {"epoch": 0})
        # lines after the saved state are of epochs that will be trained again
        done = [
            line for line in read_log(self._path / LOG) if line["epoch"] <= learner.counters.epoch
        ]
        write_text(self._path / LOG, "".join(map(_log_line, done)))

    def _restore(self, learner: Learner) -> None:
        path = self._path / STATE
        tensors, counters = read_tensors(path, _COUNTERS)
        best: Mapping[str, dict[str, Tensor]] = {}
        if counters["best"]:
            best = read_model(self._path / BEST).copies
        try:
            learner.restore(tensors, counters, best)
        except (RuntimeError, TypeError, ValueError, LookupError) as error:
            raise WeightsError(
                f"the saved state does not fit this run ({error})",
                where=path,
                hint="remove it to begin this stage again",
            ) from None

    def pause(self, learner: Learner) -> None:
        """Write the state, so that a stopped run goes on from here."""
        write_tensors(self._path / STATE, *learner.state())

    def epoch(self, learner: Learner, epoch: Epoch) -> None:
        """Write the kept weights if they changed, the line of the epoch, and the state."""
        if epoch.chosen:
            self._write_best(learner)
        self._append(epoch)
        if self._board is not None:
            self._board.epoch(epoch)
        self.pause(learner)

    def end(self, learner: Learner) -> None:
        """Write the last weights, and remove the state, which is no longer needed."""
        weights = {"main": learner.nets["main"].state_dict()}
        self._write(LAST, weights, {"epoch": learner.counters.epoch})
        (self._path / STATE).unlink(missing_ok=True)

    def _write_best(self, learner: Learner) -> None:
        kept = learner.counters.best
        copies = {}
        for copy, entry in kept.items():
            copies[copy] = {"epoch": entry["epoch"], "score": entry["score"]}
        main = {"epoch": kept["main"]["epoch"], "figures": kept["main"]["figures"]}
        self._write(BEST, learner.best, {**main, "copies": copies})

    def _write(
        self, name: str, copies: Mapping[str, Mapping[str, Tensor]], more: Mapping[str, Any]
    ) -> None:
        about = {**self._about, **more}
        write_model(self._path / name, copies, self._normalisation, about, self._likeness)

    def _append(self, epoch: Epoch) -> None:
        line = {
            "epoch": epoch.number,
            "lr": epoch.lr,
            "loss": dict(epoch.losses),
            "val": None if epoch.figures is None else dict(epoch.figures),
            "chosen": epoch.chosen,
            "seconds": round(epoch.seconds, 3),
        }
        path = self._path / LOG
        try:
            with open(path, "a", encoding="utf-8") as file:
                file.write(_log_line(line))
        except OSError as error:
            raise refused(error, path, wanted=len(_log_line(line))) from None


def _log_line(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False) + "\n"
