"""A trained system on one split: what it decided, how good that is, and how it learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.data import Dataset
from seehear.errors import ConfigError, WeightsError
from seehear.features import FeatureStore
from seehear.features.windowed import lengths_of
from seehear.metrics import FIGURE_KEYS, Report, evaluate
from seehear.time import Timeline, decide

TRUTH = "truth"


@dataclass(frozen=True, eq=False)
class System:
    """One run, read once for everything that is drawn of it.

    Args:
        name: what readers see: the recipe's name, with the folder's where two runs share it.
        path: the run folder or model file.
        about: what the run recorded of itself.
        audio, visual: (N, T, C) bool, decisions on the split's clips.
        segment_prob: (N, T, 2, C), what stands behind them.
        report: against the truth; None where the split has none.
        log: one entry an epoch, as `log.jsonl` holds them; empty for a model file.
        lengths: segments of each clip, where clips differ in length.
        joint: whether the truth tells only what is heard and seen at once.
    """

    name: str
    path: Path
    about: Mapping[str, Any]
    audio: NDArray[np.bool_]
    visual: NDArray[np.bool_]
    segment_prob: NDArray[np.floating]
    report: Report | None
    log: Sequence[Mapping[str, Any]]
    lengths: Sequence[int] = ()
    joint: bool = False

    @property
    def guided(self) -> bool:
        """Whether words stand beside its network when it parses; here the network is alone."""
        recipe = self.about.get("recipe") or {}
        return bool(recipe.get("network", {}).get("prior", "none") != "none")

    def length(self, row: int) -> int:
        """Return how many segments the clip of one row has."""
        return self.lengths[row] if self.lengths else self.audio.shape[1]

    def timeline(self, dataset: Dataset, row: int, source: str) -> Timeline:
        """Return what the system found in the clip of one row."""
        count = self.length(row)
        return Timeline.from_arrays(
            self.audio[row, :count],
            self.visual[row, :count],
            grid=replace(dataset.grid, count=count),
            vocabulary=dataset.vocabulary.names,
            source=source,
            audio_prob=self.segment_prob[row, :count, 0],
            visual_prob=self.segment_prob[row, :count, 1],
        )

    def truth(self, dataset: Dataset, split: str, row: int, source: str) -> Timeline:
        """Return what is really heard and seen in the clip of one row."""
        truth, count = dataset.split(split).truth(), self.length(row)
        return Timeline.from_arrays(
            truth.audio[row, :count],
            truth.visual[row, :count],
            grid=replace(dataset.grid, count=count),
            vocabulary=dataset.vocabulary.names,
            source=source,
        )


def read_systems(
    paths: Sequence[Path], store: FeatureStore, dataset: Dataset, split: str
) -> list[System]:
    """Return the runs of `paths` on one split, each under a name of its own.

    Raises:
        ConfigError: a run is named twice.
        SeehearError: see `parser.stored.predict_beside`.
    """
    if len({path.resolve() for path in paths}) < len(paths):
        raise ConfigError("a run is named twice", parameter="against")
    found = [_read(path, store, dataset, split) for path in paths]
    taken = [TRUTH, *(system.name for system in found)]
    named = []
    for system in found:
        if taken.count(system.name) > 1:
            system = replace(system, name=f"{system.name} ({system.path.name})")
        named.append(system)
    return named


def network_alone(system: System, dataset: Dataset, split: str) -> str | None:
    """Return the line that what is shown is not what parsing finds; None where it is.

    Args:
        system: whose decisions are shown.
        dataset, split: what they were made on.
    """
    if not system.guided:
        return None
    return (
        f"{system.name}: the network alone. As it parses, with words beside it: seehear evaluate"
        f" {dataset.root} --split {split} --model {system.path} --features FEATURES"
    )


def rows_of(dataset: Dataset, split: str, clips: Sequence[str]) -> list[int]:
    """Return the rows of clips that a user named, by name or id.

    Raises:
        ConfigError: the split has no such clip.
    """
    found: dict[str, int] = {}
    for row, clip in enumerate(dataset.split(split).clips):
        found[clip.name] = found[clip.id] = row
    unknown = [name for name in clips if name not in found]
    if unknown:
        raise ConfigError(
            f"split {split} has no clip {unknown[0]}",
            parameter="clips",
            hint=f"its first is {dataset.split(split).clips[0].id}",
        )
    return [found[name] for name in clips]


def examples(system: System, dataset: Dataset, split: str, count: int) -> list[int]:
    """Return rows of clips worth looking at, evenly spaced from the best to the worst.

    Clips of a single class say little about telling tracks apart, so those with two classes or more
    come first.
    """
    weak = dataset.split(split).weak
    rows = np.flatnonzero(weak.sum(axis=1) >= 2)
    if len(rows) < count:
        rows = np.arange(len(weak))
    if system.report is not None:
        types = [FIGURE_KEYS.index(f"{level}/type") for level in ("segment", "event")]
        score = system.report.matrix()[rows][:, types].mean(axis=1)
        rows = rows[np.argsort(-score, kind="stable")]
    chosen = np.linspace(0, len(rows) - 1, min(count, len(rows))).round().astype(int)
    return [int(rows[i]) for i in chosen]


def _read(path: Path, store: FeatureStore, dataset: Dataset, split: str) -> System:
    from seehear.parser.stored import predict_beside
    from seehear.train import RunFolder, load_run

    run = load_run(path)
    *prob, decoding = predict_beside(run, store, dataset, split, prior="none").predicted
    on = decide(*prob, decoding=decoding, step_s=dataset.grid.step_s)
    audio, visual = on[:, :, 0], on[:, :, 1]
    report = None
    if dataset.split(split).has_truth:
        truth = dataset.split(split).truth()
        report = evaluate(audio, visual, truth.audio, truth.visual)
    about = run.about
    try:
        name = str(about["recipe"]["name"])
    except (KeyError, TypeError):
        raise WeightsError(
            "the run does not say which recipe it was trained with", where=path
        ) from None
    return System(
        name,
        path,
        about,
        audio,
        visual,
        prob[0],
        report,
        RunFolder(path).log(),
        lengths_of(store, dataset, dataset.split(split)),
        dataset.joint,
    )
