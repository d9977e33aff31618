"""Which rows can run here, on which features, and in which folder each leaves its runs.

A row runs on its own features where the folder holds them.  Where the folder holds no row's own
features (offline ones, say), every row runs on the first feature set of its recipe that the folder
does hold: the same comparison, on other inputs.  Rows that then have one definition ("HAN" and "HAN
+ Clip") share one folder, as do rows of different tables.
"""

import hashlib
import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seehear.data import Dataset
from seehear.errors import ConfigError, SeehearError
from seehear.features import FeatureStore
from seehear.labels.space import find_space, text_tower
from seehear.recipes import FEATURES, Recipe, get, resolve
from seehear.reproduce.tables import Row, Table
from seehear.time import TRACKS
from seehear.train.data import missing_streams

_Fault = tuple[str, str | None]  # what is wrong, and the command that mends it


@dataclass(frozen=True)
class Entry:
    """A row as it is to run.

    Args:
        row: of the table.
        recipe: resolved.
        features: feature set; another one than `row.features` where the folder holds only that.
        folder: below the output folder; equal definitions have equal folders.
        labels: folder of its segment labels, or None.
        seeds: to run.
        reason: why it cannot run, or None.
        command: what makes the missing piece.
    """

    row: Row
    recipe: Recipe
    features: str
    folder: str
    labels: str | None
    seeds: tuple[int, ...]
    reason: str | None = None
    command: str | None = None

    @property
    def own_features(self) -> bool:
        """Whether it runs on the features of the published row."""
        return self.features == self.row.features


def plan(
    table: Table,
    dataset: Dataset,
    store: FeatureStore,
    *,
    rows: Iterable[str] | None = None,
    inputs: str | None = None,
    settings: Mapping[str, Any] | None = None,
    seeds: Mapping[str, Sequence[int]] | None = None,
) -> list[Entry]:
    """Return the rows of a table as they are to run on this dataset and features folder.

    Args:
        table: which one.
        dataset, store: as opened.
        rows: keys of the rows wanted; None: all.
        inputs: run every row on this feature set; None: see the module.
        settings: on top of each row's own, by path (`training.epochs`).
        seeds: by row key; `""` stands for all others; default: the seed of each recipe.

    Raises:
        ConfigError: no such row, feature set or setting.
    """
    chosen, seeds = table.choose(rows), dict(seeds or {})
    table.choose([key for key in seeds if key])
    if inputs is not None and inputs not in FEATURES:
        raise ConfigError(
            f"no feature set {inputs!r}",
            where="--inputs",
            hint=f"expected one of {', '.join(FEATURES)}",
        )
    others = inputs is None and all(
        missing_streams(FEATURES[row.features], store) for row in table.rows
    )
    towers: dict[str, _Fault | None] = {}
    entries = []
    for row in chosen:
        recipe = get(row.recipe)
        features = inputs or (_held(recipe, store) if others else None) or row.features
        try:
            resolved = resolve(recipe, features, {**row.settings, **(settings or {})})
        except ConfigError as error:
            raise ConfigError(
                f"row {row.key}: {error.problem}", where=error.where, hint=error.hint
            ) from None
        reason, command = _obstacle(resolved, features, dataset, store, towers)
        entries.append(
            Entry(
                row,
                resolved,
                features,
                _folder(resolved, features, dataset),
                _labels_folder(resolved, dataset),
                tuple(seeds.get(row.key, seeds.get("", (resolved.training.seed,)))),
                reason,
                command,
            )
        )
    return entries


def _held(recipe: Recipe, store: FeatureStore) -> str | None:
    return next(
        (name for name in recipe.features if not missing_streams(FEATURES[name], store)), None
    )


def _obstacle(
    recipe: Recipe,
    features: str,
    dataset: Dataset,
    store: FeatureStore,
    towers: dict[str, _Fault | None],
) -> tuple[str | None, str | None]:
    """Return why the row cannot run and the command that mends it; (None, None) if it can."""
    wanted = FEATURES[features]
    spaces = _spaces(recipe)
    lacking = missing_streams(wanted, store) + [
        f"{name}'s space shared with language" for name in spaces if find_space(store, name) is None
    ]
    if lacking:
        ids = {
            track: list(dict.fromkeys(s.split("/")[0] for s in streams))
            for track, streams in (
                ("audio", wanted.audio),
                ("visual", (*wanted.visual, *wanted.motion)),
            )
        }
        for name, track in spaces.items():
            ids[track] += [name] if name not in ids[track] else []
        options = " ".join(f"--{track} {','.join(ids[track])}" for track in ("visual", "audio"))
        folder = f"{Path(store.path)}-{features.replace('+', '-')}"
        return (
            f"feature set {features} needs {', '.join(lacking)}, which the folder does not hold",
            (
                f"seehear extract {shlex.quote(str(dataset.root))} {options} --out"
                f" {shlex.quote(folder)}"
            ),
        )
    for name in spaces:
        if name not in towers:
            towers[name] = _tower_fault(name)
        if fault := towers[name]:
            return f"no words can be compared with {name}'s features: {fault[0]}", fault[1]
    return None, None


def _spaces(recipe: Recipe) -> dict[str, str]:
    """Return the encoders whose joint space the recipe's segment labels are made in, with their
    track.
    """
    options = recipe.labels.segments
    return (
        {}
        if options is None
        else {getattr(options, track): track for track in TRACKS if options.has(track)}
    )


def _tower_fault(encoder: str) -> _Fault | None:
    """Return what is wrong with an encoder's text tower and the command that mends it; None if
    nothing is.
    """
    try:
        text_tower(encoder).encode(["other"])
    except SeehearError as error:
        hint = error.hint or ""
        return error.problem, hint.removeprefix("run: ") if hint.startswith("run: ") else None
    return None


def _folder(recipe: Recipe, features: str, dataset: Dataset) -> str:
    words = ("summary", "paper", "published", "differs")
    definition = {key: value for key, value in recipe.to_dict().items() if key not in words}
    return f"runs/{recipe.name}-{features}-{_digest(definition, dataset.fingerprint())}"


def _labels_folder(recipe: Recipe, dataset: Dataset) -> str | None:
    if recipe.labels.segments is None:
        return None
    stage = next(stage for stage in recipe.stages if stage.name == "labels")
    made = [
        getattr(stage.make, "__name__", ""),
        dict(stage.settings),
        recipe.to_dict()["labels"]["segments"],
    ]
    return f"labels/{_digest(made, dataset.fingerprint())}"


def _digest(*values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:10]
