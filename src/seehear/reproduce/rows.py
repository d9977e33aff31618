"""Which rows can run here, on which features, and in which folder each leaves its runs.

A row runs on its own features where the folder holds them.  Where the folder holds no row's own
features (offline ones, say), every row runs on the first feature set of its recipe that the folder
does hold: the same comparison, on other inputs.  Rows that then have the same definition ("HAN" and
"HAN + Clip") share one folder, as do rows of different tables.  Our own controls run where all rows
run on the features of the controls, or where they are asked for by name.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from seehear.closest import suggest
from seehear.data import Dataset
from seehear.data.releases import SETS
from seehear.errors import ConfigError, SeehearError
from seehear.features import FeatureStore
from seehear.features.commands import extract_command, features_command, set_encoders
from seehear.files import Json
from seehear.labels.released import Released
from seehear.labels.rule import rule_encoders
from seehear.labels.space import find_space, text_tower
from seehear.recipes import FEATURES, Recipe, get, resolve
from seehear.reproduce.tables import Row, Table
from seehear.runs.inputs import missing_streams
from seehear.train.options import check_seed


@dataclass(frozen=True)
class Obstacle:
    """Why a row cannot run.

    Args:
        reason: one line.
        command: the command that helps; None: there is none.
    """

    reason: str
    command: str | None = None


@dataclass(frozen=True)
class Entry:
    """A row as it is to run.

    Args:
        row: of the table.
        recipe: resolved.
        features: feature set that it runs on; it may be another than `row.features`.
        folder: folder of its runs below the output folder; equal definitions have the same.
        labels: likewise of its segment labels; None: it has none.
        seeds: seeds to run.
        reason: why it cannot run; None: it can.
        command: the command that makes what is missing; None: there is none.
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
    settings: Mapping[str, Json] | None = None,
    seeds: Mapping[str, Sequence[int]] | None = None,
) -> list[Entry]:
    """Return the rows of a table as they are to run on this dataset and features folder.

    Args:
        table: which one.
        dataset, store: as opened.
        rows: keys of the rows wanted; None: all.
        inputs: run every row on this feature set; None: as the module says.
        settings: on top of each row's own, by path (`training.epochs`).
        seeds: by row key, with `""` for all other rows; None: the seed of each recipe.

    Raises:
        ConfigError: no such row, feature set or setting, or a seed out of range.
    """
    named = table.choose(rows)
    seeds = seeds or {}
    table.choose(filter(None, seeds), parameter="seeds")
    if inputs is not None and inputs not in FEATURES:
        raise ConfigError(
            f"no feature set {inputs!r}", parameter="inputs", hint=suggest(inputs, FEATURES)
        )
    chosen_features = _Features(inputs, store, _holds_none(table, store))
    towers: dict[str, Obstacle | None] = {}
    entries = []
    if rows is None:
        named = tuple(chosen_features.joined(table))
    for published in named:
        features = chosen_features.of(published)
        row = published.on(features)
        recipe = _resolved(row, features, settings or {})
        own_seeds = seeds.get(row.key, seeds.get("", (recipe.training.seed,)))
        for seed in own_seeds:
            check_seed(seed, "seeds")
        entry = _entry(row, recipe, features, dataset, own_seeds)
        obstacle = _obstacle(recipe, features, dataset, store, towers)
        if obstacle is not None:
            entry = replace(entry, reason=obstacle.reason, command=obstacle.command)
        entries.append(entry)
    return entries


def _holds_none(table: Table, store: FeatureStore) -> bool:
    """Return whether the folder lacks the features of every printed row."""
    printed = (row for row in table.rows if not row.control)
    return all(missing_streams(FEATURES[row.features], store) for row in printed)


@dataclass(frozen=True)
class _Features:
    """On which feature set each row runs.

    Args:
        asked: the feature set that the caller wants for all rows; None: none.
        store: the features folder.
        holds_none: whether it lacks the features of every printed row.
    """

    asked: str | None
    store: FeatureStore
    holds_none: bool

    def of(self, row: Row) -> str:
        """Return the feature set of a row."""
        if self.asked is not None:
            return self.asked
        if row.control and not missing_streams(FEATURES[row.features], self.store):
            return row.features
        held = _held(get(row.recipe), self.store) if self.holds_none else None
        return held or row.features

    def joined(self, table: Table) -> list[Row]:
        """Return the rows that run if none is named."""
        rows = [row for row in table.rows if self._joins(row)]
        controls = [row for row in rows if row.control]
        return controls if table.by_features and controls else rows

    def _joins(self, row: Row) -> bool:
        """Return whether a row runs without being named; a control does where all rows run on its
        features.
        """
        if not row.control:
            return True
        if self.asked is not None:
            return self.asked == row.features
        return self.holds_none and not missing_streams(FEATURES[row.features], self.store)


def _entry(
    row: Row, recipe: Recipe, features: str, dataset: Dataset, seeds: Sequence[int]
) -> Entry:
    folder = _folder(recipe, features, dataset)
    return Entry(row, recipe, features, folder, _labels_folder(recipe, dataset), tuple(seeds))


def _held(recipe: Recipe, store: FeatureStore) -> str | None:
    """Return the recipe's first feature set that the folder holds."""
    held = (name for name in recipe.features if not missing_streams(FEATURES[name], store))
    return next(held, None)


def _resolved(row: Row, features: str, settings: Mapping[str, Json]) -> Recipe:
    try:
        return resolve(get(row.recipe), features, {**row.settings, **settings})
    except ConfigError as error:
        raise ConfigError(
            f"row {row.key}: {error.problem}",
            where=error.where,
            hint=error.hint,
            parameter=error.parameter,
        ) from None


def _obstacle(
    recipe: Recipe,
    features: str,
    dataset: Dataset,
    store: FeatureStore,
    towers: dict[str, Obstacle | None],
) -> Obstacle | None:
    """Return why the row cannot run; None if it can.

    `towers` keeps what was found out about text towers, for the next row.
    """
    spaces = _spaces(recipe)
    lacking = missing_streams(FEATURES[features], store)
    for encoder in spaces:
        if find_space(store, encoder) is None:
            lacking.append(f"{encoder}'s space shared with language")
    if lacking:
        return Obstacle(
            f"feature set {features} needs {', '.join(lacking)}, which the folder does not hold",
            _extract_command(features, spaces, dataset, store),
        )
    rule = recipe.labels.segments
    if isinstance(rule, Released) and (fault := rule.missing(dataset)) is not None:
        return Obstacle(fault.problem, (fault.hint or "").removeprefix("run: "))
    for encoder in spaces:
        if encoder not in towers:
            towers[encoder] = _tower_obstacle(encoder)
        obstacle = towers[encoder]
        if obstacle is not None:
            return obstacle
    return None


def _extract_command(
    features: str, spaces: Mapping[str, str], dataset: Dataset, store: FeatureStore
) -> str:
    """Return the command that makes a feature set, and the spaces that segment labels need."""
    wanted = FEATURES[features]
    if features in SETS and missing_streams(wanted, store):
        return features_command(dataset, wanted, store.path)
    encoders: dict[str, list[str]] = {"visual": [], "audio": []}
    if features not in SETS:
        encoders = set_encoders(wanted)
    for encoder, track in spaces.items():
        encoders[track].append(encoder)
    return extract_command(dataset, encoders, f"{Path(store.path)}-{features.replace('+', '-')}")


def _spaces(recipe: Recipe) -> dict[str, str]:
    """Return the encoders in whose space segment labels are made, with their track."""
    rule = recipe.labels.segments
    if rule is None:
        return {}
    return {encoder: track for track, encoder in rule_encoders(rule).items()}


def _tower_obstacle(encoder: str) -> Obstacle | None:
    """Return what is wrong with an encoder's text tower, if anything is."""
    try:
        text_tower(encoder).encode(["other"])
    except SeehearError as error:
        reason = f"no words can be compared with {encoder}'s features: {error.problem}"
        hint = error.hint or ""
        command = hint.removeprefix("run: ")
        return Obstacle(reason, command if command != hint else None)
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


def _digest(*values: Json) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:10]
