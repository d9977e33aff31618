"""From dataset, features and recipe to a run folder: prepare once, then stage by stage, for one
seed or several.

    RUN/recipe.json               the resolved recipe, and what the run was asked for
    RUN/labels/                   segment labels, where the recipe makes them
    RUN/stages/NAME[.npz]         what earlier stages made
    RUN/seed-N/, RUN/summary.json one run a seed, their mean and spread
    RUN/{initial,best,last}.safetensors, log.jsonl, run.json      the parser

Whatever is there is not made again: the same command continues a run that was stopped.
"""

import json
import platform
import statistics as stats
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from seehear._version import __version__
from seehear.data import Dataset, Split
from seehear.errors import ConfigError, DataError
from seehear.labels.store import SegmentLabels, load
from seehear.recipes import FeatureSet, Recipe, Stage, differences, get, resolve
from seehear.recipes.contract import Clips, Context, Predict, Predicted
from seehear.train.artefacts import load_artefact, save_artefact
from seehear.train.data import (
    choose_features,
    find_missing,
    load_clips,
    standardise,
    statistics,
)
from seehear.train.files import read_json, read_tensors, write_json
from seehear.train.log import LOG, read_log
from seehear.train.loop import Bar, Job, Silent, fit
from seehear.train.model import BEST, SCHEMA, describe_features, load_run, predict
from seehear.train.state import LAST
from seehear.train.targets import build_targets

RUN, RECIPE, SUMMARY = "run.json", "recipe.json", "summary.json"


@dataclass(frozen=True)
class Options:
    """How to run, as opposed to what: nothing here changes a result except `device`.

    Args:
        device: `cpu`, `cuda`, or `auto`.
        save_every: steps between saved states inside an epoch; 0: after epochs only.
        tensorboard: also write TensorBoard event files.
        skip_missing: leave out clips without features instead of refusing.
        say: receives one line at a time.
        progress: opens a display for a number of items.
    """

    device: str = "auto"
    save_every: int = 0
    tensorboard: bool = False
    skip_missing: bool = False
    say: Callable[[str], None] = lambda line: None
    progress: Callable[[int, str], AbstractContextManager[Bar]] = lambda total, label: nullcontext(
        Silent()
    )


@dataclass(frozen=True)
class Prepared:
    """Inputs of one recipe on one dataset; the same for every seed."""

    dataset: Dataset
    store: Any
    recipe: Recipe
    features: FeatureSet
    train: Clips
    val: Clips | None
    truth: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None
    normalisation: Mapping[str, torch.Tensor]
    asked: Mapping[str, Any] = field(default_factory=dict)


def prepare(
    dataset: Dataset,
    store: Any,
    recipe: str | Recipe,
    *,
    features: str | None = None,
    settings: Mapping[str, Any] | None = None,
    options: Options | None = None,
) -> Prepared:
    """Return everything that does not depend on the seed: features read, pooled, checked and
    standardised.

    Args:
        dataset: with a `train` split; `val` is used for selection if it has segment truth.
        store: an open features folder.
        recipe: name or definition.
        features: the feature set to use; None: the recipe's first that the folder holds.
        settings: overrides such as `{"training.epochs": 3}`.

    Raises:
        SeehearError: no training clips, features missing, damaged or of another encoder, unknown
            settings.
    """
    options = options or Options()
    recipe = get(recipe) if isinstance(recipe, str) else recipe
    chosen = choose_features(recipe, store, features)
    resolved = resolve(recipe, chosen.name, settings)
    if "train" not in dataset.splits:
        raise DataError(
            f"expected a split called train, got {', '.join(dataset.splits) or 'none'}",
            where=dataset.root,
        )
    frames = resolved.network.rows == "frame"
    loaded: dict[str, Clips] = {}
    kept: dict[str, list[int]] = {}
    for name in ("train", "val"):
        if name in dataset.splits and (name == "train" or dataset.splits[name].clips):
            split = dataset.splits[name]
            rows = _present(store, chosen, split, options)
            loaded[name] = load_clips(
                store,
                chosen,
                [split.clips[i].name for i in rows],
                split.weak[rows],
                dataset.grid.count,
                frames=frames,
            )
            kept[name] = rows
    if not loaded["train"].weak.any():
        raise DataError(
            f"none of the {len(loaded['train'])} training clips has a label",
            where=dataset.root,
            hint=(
                "the table of split train names the classes of each clip in the column event_labels"
            ),
        )
    normalisation = statistics(loaded["train"]) if chosen.standardise else {}
    device = _device(options.device)
    loaded = {
        name: _place(standardise(clips, normalisation), device) for name, clips in loaded.items()
    }
    truth = None
    if "val" in loaded and dataset.splits["val"].has_truth:
        value = dataset.splits["val"].truth()
        truth = (value.audio[kept["val"]], value.visual[kept["val"]])
    elif resolved.training.select != "last":
        options.say("val has no segment truth: the last epoch is kept (training.select=last)")
        resolved = replace(
            resolved, training=replace(resolved.training, select="last", select_visual=None)
        )
    return Prepared(
        dataset,
        store,
        resolved,
        chosen,
        loaded["train"],
        loaded.get("val"),
        truth,
        normalisation,
        {"recipe": recipe.name, "features": chosen.name, "settings": _plain(settings or {})},
    )


def _present(store: Any, features: FeatureSet, split: Split, options: Options) -> list[int]:
    """Return the rows of the split's clips to use: all, or those that have features."""
    if not options.skip_missing:
        return list(range(len(split.clips)))
    missing = set(find_missing(store, features, [clip.name for clip in split.clips]))
    if missing:
        options.say(
            f"{split.name}: {len(missing)} of {len(split.clips)} clips have no features and are"
            f" left out (first: {min(missing)})"
        )
    return [row for row, clip in enumerate(split.clips) if clip.name not in missing]


def run(
    prepared: Prepared,
    out: str | Path,
    *,
    seed: int | None = None,
    labels: SegmentLabels | None = None,
    shared: Path | None = None,
    options: Options | None = None,
) -> Path:
    """Train one seed to the end, or go on where it stopped; return the run folder.

    Args:
        prepared: see `prepare`.
        out: the run folder.
        seed: None: the recipe's.
        labels: segment labels made elsewhere (`seehear denoise`); None: the recipe's own stage
            makes them.
        shared: where artefacts go that do not depend on the seed; None: into the run folder.

    Raises:
        ConfigError: the folder holds another run.
        SeehearError: see `prepare` and `loop.fit`.
    """
    options, out = options or Options(), Path(out)
    recipe = prepared.recipe
    seed = recipe.training.seed if seed is None else seed
    if labels is not None and not any("labels" in stage.needs for stage in recipe.stages):
        raise ConfigError(
            f"recipe {recipe.name} does not learn from segment labels",
            where="--labels",
            hint="leave them out, or choose a recipe that does, such as lsld",
        )
    about = _about(prepared, recipe, seed, labels)
    _claim(
        out,
        {
            **prepared.asked,
            "seed": seed,
            "dataset": about["dataset"],
            "definition": recipe.to_dict(),
            "labels": None if labels is None else labels.provenance,
        },
    )
    if (out / RUN).exists():
        options.say(f"{out}: already trained, nothing to do")
        return out
    made: dict[str, Any] = {}
    if labels is not None:
        made["labels"] = _aligned(labels, prepared)
    for stage in recipe.stages:
        final = stage is recipe.stages[-1]
        folder = out if final else out / "stages" / stage.name
        if stage.name in made:
            continue
        needed = {name: made[name] for name in stage.needs}
        if stage.make is not None:
            made[stage.name] = _make(
                stage, prepared, (shared or out) if stage.seedless else out, seed, needed, options
            )
        else:
            if not (folder / LAST).exists():
                options.say(f"stage {stage.name}: {stage.does}") if not final else None
                fit(_job(recipe.at(stage), prepared, folder, seed, needed, about, options))
            made[stage.name] = folder
    _finish(out)
    return out


def run_seeds(
    prepared: Prepared,
    out: str | Path,
    seeds: Iterable[int],
    *,
    labels: SegmentLabels | None = None,
    options: Options | None = None,
) -> list[Path]:
    """Train several seeds, each in `out/seed-N`, and write mean and spread of their val figures;
    return the folders.

    Raises:
        ConfigError: `out` is not new, empty, or an earlier call's folder; a seed is named twice.
    """
    options, out, seeds = options or Options(), Path(out), list(seeds)
    if len(set(seeds)) != len(seeds):
        raise ConfigError(
            f"expected different seeds, got {', '.join(map(str, seeds))}", where="--seeds"
        )
    if (out / RECIPE).exists():
        raise ConfigError(
            "this folder holds the run of one seed", where=out, hint="choose another --out"
        )
    folders = []
    for seed in seeds:
        options.say(f"seed {seed}")
        folders.append(
            run(
                prepared,
                out / f"seed-{seed}",
                seed=seed,
                labels=labels,
                shared=out,
                options=options,
            )
        )
    figures = [read_json(folder / RUN)["figures"] for folder in folders]
    write_json(
        out / SUMMARY,
        {
            "recipe": prepared.asked["recipe"],
            "features": prepared.asked["features"],
            "settings": prepared.asked["settings"],
            "seeds": seeds,
            "val": summarise(figures) if all(figures) else None,
        },
    )
    return folders


def load_labels(path: str | Path, dataset: Dataset) -> SegmentLabels:
    """Return segment labels of `seehear denoise` after checking that they are of this dataset.

    Raises:
        DataError: no labels there, damaged ones, or labels of another vocabulary or dataset.
    """
    labels = load(path)
    made_of = labels.provenance.get("dataset", {})
    if isinstance(made_of, Mapping) and made_of.get("fingerprint") not in (
        None,
        dataset.fingerprint(),
    ):
        raise DataError(
            f"labels of another dataset ({made_of.get('name')}), or its tables have changed",
            where=path,
            hint="run seehear denoise on this dataset",
        )
    _check_vocabulary(labels, dataset, path)
    return labels


def _check_vocabulary(labels: SegmentLabels, dataset: Dataset, where: object) -> None:
    if tuple(labels.vocabulary) != dataset.vocabulary.names:
        odd = sorted(set(labels.vocabulary) ^ set(dataset.vocabulary.names))
        raise DataError(
            f"segment labels are of another vocabulary ({', '.join(odd) or 'another order'})",
            where=where,
            hint="run seehear denoise on this dataset",
        )


def _make(
    stage: Stage,
    prepared: Prepared,
    out: Path,
    seed: int,
    needed: Mapping[str, Any],
    options: Options,
) -> Any:
    """Return the artefact of a computing stage: the one on disk, or a new one."""
    found = load_artefact(out, stage.name)
    if found is None:
        options.say(f"stage {stage.name}: {stage.does}")
        assert stage.make is not None
        context = Context(
            prepared.recipe,
            stage,
            prepared.dataset,
            prepared.store,
            prepared.train,
            {name: value for name, value in needed.items() if not isinstance(value, Path)},
            seed,
            _predictor(needed, prepared.train.weak.device),
        )
        save_artefact(out, stage.name, stage.make(context))
        found = load_artefact(out, stage.name)
    return _aligned(found, prepared) if isinstance(found, SegmentLabels) else found


def _predictor(needed: Mapping[str, Any], device: torch.device) -> Predict:
    """Return what runs the networks of earlier stages."""

    def run_network(stage: str, clips: Clips, **changed: object) -> Predicted:
        trained = load_run(needed[stage], device=str(device))
        forward = {**trained.about["recipe"]["network"]["forward"], **changed}
        return predict(trained.copies, clips, forward, device)

    return run_network


def _job(
    recipe: Recipe,
    prepared: Prepared,
    folder: Path,
    seed: int,
    needed: Mapping[str, Any],
    about: Mapping[str, Any],
    options: Options,
) -> Job:
    targets = build_targets(recipe.labels, prepared.train.weak.cpu(), needed)
    return Job(
        recipe=recipe,
        train=prepared.train,
        targets={k: v.to(prepared.train.weak.device) for k, v in targets.items()},
        val=prepared.val,
        truth=prepared.truth,
        folder=folder,
        seed=seed,
        about={**about, "recipe": recipe.to_dict(), "decoding": recipe.decoding.to_dict()},
        artefacts={name: value for name, value in needed.items() if not isinstance(value, Path)},
        normalisation=prepared.normalisation,
        dims=about["dims"],
        segments=prepared.dataset.grid.count,
        device=_device(options.device),
        save_every=options.save_every,
        tensorboard=options.tensorboard,
        progress=options.progress,
    )


def _about(
    prepared: Prepared, recipe: Recipe, seed: int, labels: SegmentLabels | None
) -> dict[str, Any]:
    """Return what every model file says about itself."""
    dataset, clips = prepared.dataset, prepared.train
    grid, vocabulary = dataset.grid, dataset.vocabulary
    encoders = prepared.store.encoders()
    return {
        "schema": SCHEMA,
        "seehear": __version__,
        "recipe": recipe.to_dict(),
        "seed": seed,
        "features": describe_features(prepared.features),
        "dims": {
            "audio": clips.audio.shape[-1],
            "visual": clips.visual.shape[-1],
            "motion": None if clips.motion is None else clips.motion.shape[-1],
        },
        "vocabulary": {
            "names": list(vocabulary.names),
            "descriptions": list(vocabulary.descriptions),
        },
        "grid": {"count": grid.count, "step_s": grid.step_s, "start_s": grid.start_s},
        "encoders": {name: encoders.get(name, {}) for name in prepared.features.encoders},
        "decoding": recipe.decoding.to_dict(),
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint(),
            "train_clips": len(clips),
        },
        "labels": None if labels is None else labels.provenance,
        "machine": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "processor": platform.machine(),
        },
        "epoch": 0,
        "figures": None,
    }


def _claim(out: Path, asked: Mapping[str, Any]) -> None:
    """Write what this run is, or refuse a folder that holds another one."""
    path = out / RECIPE
    if not path.exists():
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise ConfigError(
                "expected a new or empty folder or a run to go on with, got something else",
                where=out,
                hint="choose another --out",
            )
        write_json(path, asked)
        return
    before, now = read_json(path), _plain(asked)
    found = {
        key: (before.get(key), now[key])
        for key in ("recipe", "features", "seed")
        if before.get(key) != now[key]
    }
    found |= differences(before.get("definition", {}), now["definition"])
    if found:
        key, (old, new) = next(iter(found.items()))
        raise ConfigError(
            f"this folder holds a run with {key} {old}, not {new}",
            where=out,
            hint="choose another --out, or remove the folder",
        )
    for key in ("dataset", "labels"):
        if before.get(key) != now[key]:
            raise ConfigError(
                f"this folder holds a run on another {key}",
                where=out,
                hint="choose another --out, or remove the folder",
            )


def _aligned(labels: SegmentLabels, prepared: Prepared) -> dict[str, Any]:
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
                f"{track} labels: expected {prepared.dataset.grid.count} segments, got"
                f" {array.shape[1]}",
                hint="run seehear denoise on this dataset",
            )
    return arrays


def _finish(out: Path) -> None:
    _, about = read_tensors(out / BEST)
    lines = read_log(out / LOG)
    write_json(
        out / RUN,
        {**about, "epochs": len(lines), "seconds": round(sum(x["seconds"] for x in lines), 2)},
    )


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ConfigError("no CUDA device found", where=f"--device {name}", hint="use --device cpu")
    return torch.device(name)


def _place(clips: Clips, device: torch.device) -> Clips:
    """Return the clips on the device if they fill at most half of its free memory; batches are
    copied otherwise.
    """
    if device.type != "cuda":
        return clips
    size = sum(
        a.numel() * a.element_size()
        for a in (clips.audio, clips.visual, clips.motion)
        if a is not None
    )
    return clips.to(device) if size < 0.5 * torch.cuda.mem_get_info(device)[0] else clips


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def summarise(figures: Iterable[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Return mean and spread (sample standard deviation; 0 for one run) of each figure over
    runs.
    """
    rows = list(figures)
    return {
        key: {
            "mean": stats.fmean(row[key] for row in rows),
            "spread": stats.stdev(row[key] for row in rows) if len(rows) > 1 else 0.0,
        }
        for key in rows[0]
    }
