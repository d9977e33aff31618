"""From prepared inputs to a run folder: stage by stage, for one seed or several.

A stage that the folder already holds is not run again, so the same command continues a run that was
stopped.
"""

import platform
import statistics as stats
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from seehear._version import __version__
from seehear.amounts import amount
from seehear.data import Dataset
from seehear.data.vocabulary import mostly_unlike, unlike
from seehear.errors import ConfigError, DataError
from seehear.labels.fit import misfit
from seehear.labels.lsld.emptied import Emptied, find_emptied
from seehear.labels.released import released_labels
from seehear.labels.store import SegmentLabels, load
from seehear.lock import owned
from seehear.nn.graph import require_onnx
from seehear.recipes import Stage
from seehear.recipes._call import call
from seehear.recipes.contract import Arrays, Artefact, ClipInputs, Context, Predict
from seehear.runs.description import describe_features
from seehear.runs.model_file import SCHEMA
from seehear.runs.predicted import Predicted
from seehear.share.bundle import MODEL as BEST
from seehear.time import TRACKS
from seehear.train.files import write_model
from seehear.train.fit_decoding import fitted
from seehear.train.folder import RunFolder, StageRecorder
from seehear.train.loop import TrainingTask, fit
from seehear.train.model import load_run
from seehear.train.networks import predict
from seehear.train.options import RunOptions, check_seed
from seehear.train.prepare import Prepared, choose_device
from seehear.train.second_round import second_round
from seehear.train.targets import build_targets


def run(
    prepared: Prepared,
    out: str | Path,
    *,
    seed: int | None = None,
    labels: SegmentLabels | None = None,
    shared: Path | None = None,
    options: RunOptions | None = None,
) -> Path:
    """Train one seed to the end, or go on where it stopped; return the run folder.

    Args:
        prepared: see `prepare`.
        out: the run folder.
        seed: of everything random; None: the recipe's.
        labels: segment labels made elsewhere (`seehear denoise`); None: the recipe's own stage
            makes them.
        shared: folder for artefacts that do not depend on the seed; None: the run folder.
        options: how to run.

    Raises:
        ConfigError: the folder holds another run, another command writes into it, the recipe does
            not learn from the labels given, or `check_seed` refuses the seed.
        SeehearError: see `prepare` and `loop.fit`.
    """
    options, folder, recipe = options or RunOptions(), RunFolder(out), prepared.recipe
    if labels is not None and not any("labels" in stage.needs for stage in recipe.stages):
        raise ConfigError(
            f"recipe {recipe.name} does not learn from segment labels",
            hint="leave them out, or choose a recipe that does, such as lsld",
            parameter="labels",
        )
    for stage in recipe.stages:
        if stage.make is None:
            options.team.require_batch(recipe.at(stage).training.batch)
    if seed is None:
        seed = recipe.training.seed
    check_seed(seed)
    with ExitStack() as stack:
        options.team.lead(lambda: stack.enter_context(owned(folder.path)))
        trained = _go_on(prepared, folder, seed, labels, RunFolder(shared or out), options)
    _say_few(prepared, options, trained and shared is None)
    return folder.path


def _is_finished(folder: RunFolder) -> bool:
    return folder.finished


def _say_few(prepared: Prepared, options: RunOptions, trained: bool) -> None:
    """Say what it means that there were few clips, if something was trained on them."""
    if trained and prepared.few is not None:
        options.say(prepared.few)


def _go_on(
    prepared: Prepared,
    folder: RunFolder,
    seed: int,
    labels: SegmentLabels | None,
    shared: RunFolder,
    options: RunOptions,
) -> bool:
    """Do the stages that a run folder lacks; return whether it lacked any."""
    recipe, about, team = prepared.recipe, _about(prepared, seed, labels), options.team
    if team.size > 1:
        about["machine"]["processes"] = team.size
    asked = {
        **prepared.asked,
        "seed": seed,
        "dataset": about["dataset"],
        "definition": recipe.to_dict(),
        "labels": about["labels"],
    }
    team.lead(lambda: folder.claim(asked))
    if team.lead(lambda: folder.finished):
        options.say(f"{folder}: already trained, nothing to do")
        return False
    team.lead(require_onnx)  # before training, which may take hours
    stages = _Stages(prepared, folder, shared, seed, about, options)
    if labels is not None:
        stages.take(labels)
    for stage in recipe.stages:
        stages.perform(stage)
    if recipe.training.fit_decoding:
        team.lead(lambda: _fit_decoding(prepared, folder))
    team.lead(folder.finish)
    return True


def _fit_decoding(prepared: Prepared, folder: RunFolder) -> None:
    """Write the decoding with the best figures on val into the model file of the run.

    Raises:
        ConfigError: there is no truth to fit it on.
    """
    if prepared.val is None or prepared.truth is None:
        raise ConfigError(
            "a decoding is fitted on val, which has no segment truth here",
            where=prepared.dataset.root,
            hint="set training.fit_decoding=false",
        )
    path = folder.path / BEST
    run, recipe = load_run(path), prepared.recipe
    device = torch.device("cpu")
    predicted = predict(run.copies, prepared.val, recipe.network.forward, device)
    found = fitted(recipe.decoding, predicted, prepared.truth, prepared.dataset.grid.step_s)
    about = {**run.about, "decoding": found.to_dict()}
    weights = {name: net.state_dict() for name, net in run.copies.items()}
    write_model(path, weights, run.normalisation, about, prepared.likeness)


@dataclass
class _Stages:
    """The stages of a run, and what the finished ones have made.

    Args:
        prepared: inputs.
        folder: of the run.
        shared: folder for artefacts that do not depend on the seed.
        seed: of everything random.
        about: what every model file says about itself.
        options: how to run.
        arrays: by computing stage, its arrays.
        networks: by training stage, its folder.
    """

    prepared: Prepared
    folder: RunFolder
    shared: RunFolder
    seed: int
    about: Mapping[str, Any]
    options: RunOptions
    arrays: dict[str, Arrays] = field(default_factory=dict)
    networks: dict[str, RunFolder] = field(default_factory=dict)

    def perform(self, stage: Stage) -> None:
        """Do a stage if its artefact is not there yet."""
        if stage.name in self.arrays:
            return
        team = self.options.team
        if stage.make is not None:
            self.arrays[stage.name] = team.lead(lambda: self._compute(stage))
            return
        final = stage is self.prepared.recipe.stages[-1]
        folder = self.folder if final else self.folder.stage(stage.name)
        if not team.lead(lambda: folder.trained):
            if not final:
                self._announce(stage)
            self._train(stage, folder)
        self.networks[stage.name] = folder

    def take(self, labels: SegmentLabels) -> None:
        """Take labels that were made elsewhere, and save them, because reports show them."""
        self.arrays["labels"] = _aligned(labels, self.prepared)
        if not self.options.team.leads:
            return
        # not in the folder that several seeds share: another seed may use the recipe's own labels
        if self.folder.load_artefact("labels") is None:
            self.folder.save_artefact("labels", labels)
            self._warn(labels)

    def _warn(self, made: Artefact) -> Artefact:
        """Return segment labels with their warnings, which are also printed."""
        told = label_warnings(made, self.prepared.train) if isinstance(made, SegmentLabels) else []
        for line in told:
            self.options.say(f"seehear: warning: {line}")
        if not told or not isinstance(made, SegmentLabels):
            return made
        return replace(made, provenance={**made.provenance, "warnings": told})

    def _announce(self, stage: Stage) -> None:
        self.options.say(f"stage {stage.name}: {self.prepared.recipe.does(stage)}")

    def _needed(self, stage: Stage) -> dict[str, Arrays]:
        return {name: self.arrays[name] for name in stage.needs if name in self.arrays}

    def _compute(self, stage: Stage) -> Arrays:
        """Return the artefact of a computing stage, from disk if it is there."""
        assert stage.make is not None
        folder = self.shared if stage.seedless else self.folder
        found = folder.load_artefact(stage.name)
        if found is None:
            self._announce(stage)
            prepared = self.prepared
            context = Context(
                prepared.recipe,
                stage,
                prepared.dataset,
                prepared.store,
                prepared.train,
                self._needed(stage),
                self.seed,
                _predictor(self.networks, prepared.train.weak.device),
            )
            made = self._warn(call(stage.make, context, prepared.recipe, f"stage {stage.name}"))
            folder.save_artefact(stage.name, made)
            found = folder.load_artefact(stage.name)
        return _as_arrays(found, self.prepared)

    def _train(self, stage: Stage, folder: RunFolder) -> None:
        """Train one network to the end."""
        needed = self._needed(stage)
        if "labels" in needed and self.prepared.recipe.at(stage).labels.rounds > 1:
            first = needed
            again = self.options.team.lead(lambda: self._second_round(stage, first))
            needed = {**needed, "labels": again}
        task = self._task(stage, needed)
        definition = {
            "recipe": task.recipe.to_dict(),
            "decoding": task.recipe.decoding.to_dict(),
        }
        recorder = StageRecorder(
            folder,
            {**self.about, **definition},
            self.prepared.normalisation,
            self.prepared.likeness,
            tensorboard=self.options.tensorboard and self.options.team.leads,
        )
        with recorder:
            fit(task, recorder, self.options)

    def _second_round(self, stage: Stage, needed: Mapping[str, Arrays]) -> Arrays:
        """Return the segment labels of the second round, from disk if they are there."""
        name = f"{stage.name}-second-round"
        if self.folder.load_artefact(name) is None:
            self.options.say(
                "segment labels, second round: with the answers of parsers trained on other clips"
            )
            prepared = self.prepared
            made = second_round(self._task(stage, needed), prepared.dataset, prepared.store)
            self.folder.save_artefact(name, made)
        return _as_arrays(self.folder.load_artefact(name), self.prepared)

    def _task(self, stage: Stage, needed: Mapping[str, Arrays]) -> TrainingTask:
        """Return what a training stage learns from."""
        prepared, recipe = self.prepared, self.prepared.recipe.at(stage)
        train = prepared.train
        grid = prepared.dataset.grid
        tracks = None if prepared.track_weak is None else torch.from_numpy(prepared.track_weak)
        targets = build_targets(recipe.labels, train.weak.cpu(), needed, grid.count, tracks=tracks)
        return TrainingTask(
            recipe=recipe,
            train=train,
            targets={name: array.to(train.weak.device) for name, array in targets.items()},
            val=prepared.val,
            truth=prepared.truth,
            artefacts=needed,
            dims=prepared.dims,
            segments=grid.count,
            seed=self.seed,
            device=choose_device(self.options.device),
            step_s=grid.step_s,
        )


def _predictor(networks: Mapping[str, RunFolder], device: torch.device) -> Predict:
    """Return a function that runs the networks of earlier stages."""

    def run_network(stage: str, clips: ClipInputs, **changed: object) -> Predicted:
        trained = load_run(networks[stage].path, device=str(device))
        forward = {**trained.about["recipe"]["network"]["forward"], **changed}
        return predict(trained.copies, clips, forward, device)

    return run_network


def run_seeds(
    prepared: Prepared,
    out: str | Path,
    seeds: Iterable[int],
    *,
    labels: SegmentLabels | None = None,
    options: RunOptions | None = None,
) -> list[Path]:
    """Train several seeds, each in `out/seed-N`; return the folders.

    Mean and spread of their val figures are written to `out/summary.json`.

    Args:
        prepared, labels, options: see `run`.
        out: folder of the runs.
        seeds: one or more.

    Raises:
        ConfigError: `out` holds the run of a single seed, no seed is named or one twice, or see
            `run`.
    """
    options, folder, seeds = options or RunOptions(), RunFolder(out), list(seeds)
    _check_seeds(seeds)
    team = options.team
    team.lead(lambda: _require_seeds(folder))
    runs = [folder.seed(seed) for seed in seeds]
    trained = not all(map(_is_finished, runs))
    with ExitStack() as stack:
        team.lead(lambda: stack.enter_context(owned(folder.path)))
        for seed, one in zip(seeds, runs, strict=True):
            options.say(f"seed {seed}")
            run(prepared, one.path, seed=seed, labels=labels, shared=folder.path, options=options)
        if team.leads:
            figures = [one.record()["figures"] for one in runs]
            val = summarise(figures) if all(figures) else None
            folder.write_summary({**prepared.asked, "seeds": seeds, "val": val})
    _say_few(prepared, options, trained)
    return [one.path for one in runs]


def _check_seeds(seeds: Sequence[int]) -> None:
    """Refuse no seed, one that is named twice, and what is no seed.

    Raises:
        ConfigError: it is so.
    """
    if not seeds or len(set(seeds)) != len(seeds):
        told = ", ".join(map(str, seeds)) or "none"
        raise ConfigError(f"expected different seeds, got {told}", parameter="seeds")
    for seed in seeds:
        check_seed(seed, "seeds")


def _require_seeds(folder: RunFolder) -> None:
    """Check that a folder does not hold the run of a single seed.

    Raises:
        ConfigError: it does.
    """
    if folder.claimed:
        raise ConfigError(
            "this folder holds the run of one seed",
            where=folder,
            hint="choose another",
            parameter="out",
        )


def load_labels(path: str | Path, dataset: Dataset) -> SegmentLabels:
    """Return segment labels of `seehear denoise`, or of a file that LSLD published (`.npz`).

    Args:
        path: of the folder or the file.
        dataset: that the labels must belong to.

    Raises:
        DataError: no labels there, damaged ones, or labels of another vocabulary or dataset.
    """
    if Path(path).suffix == ".npz":
        return released_labels(dataset, path)
    labels = load(path)
    _check_vocabulary(labels, dataset, path)
    if (problem := misfit(labels, dataset)) is not None:
        raise DataError(problem, where=path, hint="run seehear denoise on this dataset")
    return labels


def label_warnings(labels: SegmentLabels, train: ClipInputs) -> list[str]:
    """Return the warnings recorded with the labels; if none were, those for emptied classes."""
    if (told := labels.provenance.get("warnings")) is not None:
        return list(map(str, told))
    chosen, weak = labels.select(train.names), train.weak.cpu().numpy()
    found: list[Emptied] = []
    for track in TRACKS:
        if (array := chosen.get(track)) is not None:
            found += find_emptied(track, weak, array, labels.vocabulary)
    return list(map(str, found))


def _check_vocabulary(labels: SegmentLabels, dataset: Dataset, where: object) -> None:
    if tuple(labels.vocabulary) != dataset.vocabulary.names:
        odd = unlike(labels.vocabulary, dataset.vocabulary, "the labels")
        hint = "run seehear denoise on this dataset"
        if mostly_unlike(labels.vocabulary, dataset.vocabulary):
            hint = f"they seem to be of another dataset: name the labels of this one, or {hint}"
        raise DataError(
            f"segment labels have other classes than the dataset; {odd}", where=where, hint=hint
        )


def _as_arrays(made: Artefact | None, prepared: Prepared) -> Arrays:
    """Return an artefact as arrays in the order of the training clips."""
    assert made is not None  # it has just been written
    return _aligned(made, prepared) if isinstance(made, SegmentLabels) else made


def _aligned(labels: SegmentLabels, prepared: Prepared) -> Arrays:
    """Return the label arrays in the order of the training clips.

    Raises:
        DataError: labels of another vocabulary or grid, or training clips without labels.
    """
    _check_vocabulary(labels, prepared.dataset, None)
    chosen = labels.select(prepared.train.names)
    arrays = {track: chosen.get(track) for track in ("audio", "visual")}
    for track, array in arrays.items():
        if array is not None and array.shape[1] != prepared.dataset.grid.count:
            raise DataError(
                f"{track} labels: expected {amount(prepared.dataset.grid.count, 'segment')}, got"
                f" {array.shape[1]}",
                hint="run seehear denoise on this dataset",
            )
    return arrays


def _about(prepared: Prepared, seed: int, labels: SegmentLabels | None) -> dict[str, Any]:
    """Return what every model file says about itself."""
    dataset, recipe, features = prepared.dataset, prepared.recipe, prepared.features
    grid, vocabulary = dataset.grid, dataset.vocabulary
    encoders = prepared.store.encoders()
    provenance = None if labels is None else labels.provenance
    return {
        "schema": SCHEMA,
        "seehear": __version__,
        "recipe": recipe.to_dict(),
        "seed": seed,
        "features": describe_features(features),
        "dims": prepared.dims,
        "vocabulary": {
            "names": list(vocabulary.names),
            "descriptions": list(vocabulary.descriptions),
        },
        "grid": {"count": grid.count, "step_s": grid.step_s, "start_s": grid.start_s},
        "encoders": {name: encoders.get(name, {}) for name in features.encoders},
        "decoding": recipe.decoding.to_dict(),
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint(),
            "parts": dataset.parts(),
            "train_clips": len(prepared.train),
            "classes": _counts(prepared),
        },
        "labels": provenance,
        "machine": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "processor": platform.machine(),
        },
        "epoch": 0,
        "figures": None,
    }


def _counts(prepared: Prepared) -> dict[str, int]:
    """Return how many training clips are labelled with each class."""
    counts = prepared.train.weak.sum(dim=0).tolist()
    return {
        name: round(n) for name, n in zip(prepared.dataset.vocabulary.names, counts, strict=True)
    }


def summarise(figures: Iterable[Mapping[str, float | None]]) -> dict[str, dict[str, float]]:
    """Return mean and spread of each figure that all runs have.

    The spread is the sample standard deviation; 0 for one run.

    Args:
        figures: of each run, at least one; None for a figure that it lacks.
    """
    rows = list(figures)
    out = {}
    for key in rows[0]:
        values = [value for row in rows if (value := row.get(key)) is not None]
        if len(values) < len(rows):
            continue
        spread = stats.stdev(values) if len(values) > 1 else 0.0
        out[key] = {"mean": stats.fmean(values), "spread": spread}
    return out
