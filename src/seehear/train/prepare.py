"""The inputs of a run that do not depend on its seed: features chosen, read and checked."""

import contextlib
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data import Dataset, Split
from seehear.data.dataset import never_without, no_track_labels
from seehear.errors import ConfigError, DataError
from seehear.features import FeatureStore
from seehear.features.windowed import LEARNED, in_windows
from seehear.recipes import FeatureSet, Recipe, get, resolve
from seehear.recipes.contract import ClipInputs, Clips
from seehear.runs.inputs import ROLES, find_missing
from seehear.runs.likeness import FEWEST, TRACK_ROLES, clip_means, fit_likeness
from seehear.train.data import (
    choose_features,
    clip_bytes,
    load_clips,
    standardise,
    statistics,
    stream_clips,
)
from seehear.train.loop import Truth
from seehear.train.memory import fits_in_memory
from seehear.train.options import RunOptions
from seehear.train.streamed import StreamedClips, chunks

# returns the logits of a zero-shot parser, (N, T, 2, C), for some clips of a dataset
Language: TypeAlias = Callable[[Dataset, FeatureStore, Sequence[str]], NDArray[np.float32]]
_DEVICES = ("cpu", "cuda", "mps")
_DEVICE_SHARE = 0.5  # share of a device's free memory that the clips may fill
_ENOUGH = 20_000  # about so many clips, at most, are enough to learn the likeness of footage from


@dataclass(frozen=True)
class Prepared:
    """Inputs of one recipe on one dataset; the same for every seed.

    Args:
        dataset, store: as opened.
        recipe: resolved, as it will run.
        features: the feature set it runs on.
        train, val: standardised clips; `val` is None where there are none.
        truth: (audio, visual) boolean (N, T, C) of `val`, or None.
        normalisation: mean and deviation of the standardisation, `ROLE.mean`, `ROLE.deviation`.
        likeness: numbers that tell clips unlike the training clips (`seehear.runs.likeness`); empty
            if there are too few clips.
        asked: what the caller asked for: `recipe`, `features` and `settings` as JSON values.
        few: what to tell once the run is trained, where there are too few clips for `likeness` and
            the recipe parses by it; else None.
        track_weak: weak labels of the tracks of `train`, (N, 2, C); None: both tracks have the
            labels of the clip.
    """

    dataset: Dataset
    store: FeatureStore
    recipe: Recipe
    features: FeatureSet
    train: ClipInputs
    val: ClipInputs | None
    truth: Truth | None
    normalisation: Mapping[str, torch.Tensor]
    likeness: Mapping[str, torch.Tensor] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    few: str | None = None
    track_weak: NDArray[np.uint8] | None = None

    @property
    def dims(self) -> dict[str, int | None]:
        """Input widths by role."""
        widths: dict[str, int | None] = {}
        inputs = self.train.inputs(slice(0, 1))
        for role in ROLES:
            rows = inputs[role]
            widths[role] = None if rows is None else rows.shape[-1]
        return widths


def prepare(
    dataset: Dataset,
    store: FeatureStore,
    recipe: str | Recipe,
    *,
    features: str | None = None,
    settings: Mapping[str, Any] | None = None,
    options: RunOptions | None = None,
    language: Language | None = None,
) -> Prepared:
    """Return a recipe's inputs: features averaged to segments, checked and standardised.

    They lie in memory, or are read batch by batch (`RunOptions.stream`).

    Args:
        dataset: with a `train` split; `val` is used for selection if it has segment truth.
        store: an open features folder.
        recipe: name or definition.
        features: the feature set to use; None: the recipe's first that the folder holds.
        settings: overrides such as `{"training.epochs": 3}`.
        options: how to run.
        language: gives the logits of a zero-shot parser (`seehear.parser.language.stored_logits`),
            for networks that start from these; other networks do not use it.

    Raises:
        SeehearError: no training clips, features missing, damaged or of another encoder, unknown
            settings.
    """
    options, settings = options or RunOptions(), settings or {}
    if isinstance(recipe, str):
        recipe = get(recipe)
    asked = {"recipe": recipe.name, **_learned_from(dataset, options)}
    if not options.track_labels:
        dataset = dataset.without_track_labels()
    if dataset.varies:
        dataset, store = in_windows(dataset, store, options.window)
        options.say(f"clips differ in length: trained on {dataset.grid_from}")
    chosen = choose_features(recipe, store, features, dataset=dataset)
    resolved = resolve(recipe, chosen.name, settings)
    splits = _Splits(dataset, store, chosen, resolved.network.rows == "frame", options)
    rows = splits.rows("train")
    train, val, truth = splits.clips("train", rows), None, None
    tracks = _track_labels(dataset, rows, options)
    if not train.weak.any():
        raise DataError(
            f"none of the {amount(len(train), 'training clip')} has a label",
            where=dataset.root,
            hint=(
                "the table of split train names the classes of each clip in the column event_labels"
            ),
        )
    if (told := never_without(train.weak.cpu().numpy(), dataset.vocabulary)) is not None:
        options.say(f"warning: {told}")
    if "val" in dataset.splits and dataset.splits["val"].clips:
        rows = splits.rows("val")
        val, truth = splits.clips("val", rows), _truth(dataset.splits["val"], rows)
    likeness, few = _likeness(train, val, resolved)
    normalisation = statistics(train) if chosen.standardise else {}
    device = choose_device(options.device)
    starts = _starting(resolved, language)
    train = _told(train, starts, dataset, store)
    train = _ready(train, normalisation, device)
    if val is not None:
        val = _ready(_told(val, starts, dataset, store), normalisation, device)
    resolved = _chosen_by_truth(resolved, options, known=truth is not None, joint=dataset.joint)
    asked |= {"features": chosen.name, "settings": dict(settings)}
    return Prepared(
        dataset,
        store,
        resolved,
        chosen,
        train,
        val,
        truth,
        normalisation,
        likeness=likeness,
        asked=asked,
        few=few,
        track_weak=tracks,
    )


def _starting(recipe: Recipe, language: Language | None) -> Language | None:
    return language if recipe.network.options.get("from_language") else None


def _told(
    clips: ClipInputs, language: Language | None, dataset: Dataset, store: FeatureStore
) -> ClipInputs:
    """Return the clips with the logits of a zero-shot parser, if their network takes such."""
    if language is None:
        return clips
    assert isinstance(clips, Clips | StreamedClips)  # there are no others
    prior = torch.from_numpy(language(dataset, store, clips.names))
    return dataclasses.replace(clips, prior=prior)


def _chosen_by_truth(recipe: Recipe, options: RunOptions, *, known: bool, joint: bool) -> Recipe:
    """Return the recipe with a rule for choosing the epoch that the truth of val allows.

    Args:
        recipe: as resolved.
        options: `options.say` is told of a change.
        known: whether val has segment truth.
        joint: whether that truth marks only what is heard and seen at once.
    """
    before = recipe.training.select
    rule = before
    if not known:
        rule, why = "last", "val has no segment truth: the last epoch is kept"
    elif joint and before != "last" and not before.endswith("/audio_visual"):
        rule = f"{'event' if before.startswith('event') else 'segment'}/audio_visual"
        why = "the truth tells only what is heard and seen at once: the epoch is chosen by that"
    if rule == before:
        return recipe
    options.say(f"{why} (training.select={rule})")
    training = dataclasses.replace(recipe.training, select=rule, select_visual=None)
    return dataclasses.replace(recipe, training=training)


def _learned_from(dataset: Dataset, options: RunOptions) -> dict[str, Any]:
    """Return, as JSON values, the options that decide what is learned from the dataset."""
    out: dict[str, Any] = {}
    if dataset.varies:
        out["window"] = options.window
    if options.track_labels:
        out["track_labels"] = True
    return out


def _track_labels(
    dataset: Dataset, rows: list[int], options: RunOptions
) -> NDArray[np.uint8] | None:
    """Return the weak labels (N, 2, C) of the tracks of training clips; None if not asked for.

    Raises:
        ConfigError: the dataset has none.
    """
    if not options.track_labels:
        return None
    tracks = dataset.splits["train"].track_weak
    if tracks is None:
        raise no_track_labels(dataset)
    return tracks[rows]


def _likeness(
    train: ClipInputs, val: ClipInputs | None, recipe: Recipe
) -> tuple[dict[str, torch.Tensor], str | None]:
    """Return numbers that tell clips unlike the training clips, scaled by the clips of val.

    They are empty where there are too few clips; then the text tells so if the recipe parses by
    them.
    """
    means = (_means(train), {} if val is None else _means(val))
    found = None if val is None else fit_likeness(*means)
    if found is not None:
        numbers = {name: torch.from_numpy(array) for name, array in found.tensors().items()}
        return numbers, None
    if recipe.network.prior != "likeness":
        return {}, None
    return {}, _too_few(*map(_whole_clips, means))


def _whole_clips(means: Mapping[str, NDArray[np.float32]]) -> int:
    """Return how many clips have rows: of sound, or of pictures where these are fewer."""
    return min((int(clip_means(rows)[1].sum()) for rows in means.values()), default=0)


def _too_few(train: int, val: int) -> str:
    """Return what it means that likeness cannot be measured, and what to do."""
    lacking = [f"{name} ({n})" for name, n in (("train", train), ("val", val)) if n < FEWEST]
    return (
        "note: this parser cannot tell which videos are like its training clips. That takes"
        f" {FEWEST} clips with sound and picture in train and in val; there are too few in"
        f" {' and '.join(lacking)}. So it treats every video as unlike them: words decide more than"
        " the network. To change that, add such clips and train again; or let the network decide"
        " alone: seehear parse --prior none"
    )


def _means(clips: ClipInputs) -> dict[str, NDArray[np.float32]]:
    """Return the mean row of each clip by track, (N, 1, D); of many clips, only of some."""
    found: dict[str, list[NDArray[np.float32]]] = {role: [] for role in TRACK_ROLES}
    for _, inputs in chunks(clips, math.ceil(len(clips) / _ENOUGH)):
        for role in TRACK_ROLES:
            rows = inputs[role]
            assert rows is not None  # every network takes both tracks
            found[role].append(clip_means(rows.numpy())[0])
    return {role: np.concatenate(means)[:, None] for role, means in found.items()}


@dataclass(frozen=True)
class _Splits:
    """Reads the clips of a dataset's splits."""

    dataset: Dataset
    store: FeatureStore
    features: FeatureSet
    frames: bool
    options: RunOptions

    def rows(self, name: str) -> list[int]:
        """Return the indices of the split's clips to use: all, or those that have features.

        Raises:
            DataError: no such split.
        """
        if name not in self.dataset.splits:
            raise DataError(
                f"expected a split called {name}, got {', '.join(self.dataset.splits) or 'none'}",
                where=self.dataset.root,
            )
        names = [clip.name for clip in self.dataset.splits[name].clips]
        if not self.options.skip_missing:
            return list(range(len(names)))
        missing = set(find_missing(self.store, self.features, names))
        if missing:
            self.options.say(
                f"{name}: {len(missing)} of {amount(len(names), 'clip')} without features left"
                f" out (first: {min(missing)})"
            )
        return [row for row, clip in enumerate(names) if clip not in missing]

    def clips(self, name: str, rows: list[int]) -> ClipInputs:
        """Return the inputs of some clips of a split."""
        split, segments = self.dataset.splits[name], self.dataset.grid.count
        names = tuple(split.clips[row].name for row in rows)
        given = (self.store, self.features, names, split.weak[rows], segments)
        if not names or not self.streamed:
            return load_clips(*given, frames=self.frames)
        return stream_clips(*given, frames=self.frames)

    @cached_property
    def streamed(self) -> bool:
        """Whether clips are read batch by batch: as asked, else if they do not fit into memory."""
        if self.options.stream is not None:
            return self.options.stream
        counts = [len(self.dataset.splits[n].clips) for n in LEARNED if n in self.dataset.splits]
        size = sum(counts) * clip_bytes(
            self.store, self.features, self.dataset.grid.count, frames=self.frames
        )
        if fits_in_memory(size * self.options.team.here):
            return False
        self.options.say(
            f"features of {size / 1e9:.3g} GB do not fit into memory: each batch is read when it "
            "is needed"
        )
        return True


def _truth(split: Split, rows: list[int]) -> Truth | None:
    if not split.has_truth:
        return None
    truth = split.truth()
    return truth.audio[rows], truth.visual[rows]


def choose_device(name: str) -> torch.device:
    """Return the device of a name.

    Args:
        name: `cpu`, `cuda` (or one of several, `cuda:1`), `mps`, or `auto`: a CUDA device if there
            is one, else the CPU.

    Raises:
        ConfigError: there is no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ConfigError(f"no CUDA device found for {name}", hint="use cpu", parameter="device")
    device = None
    with contextlib.suppress(RuntimeError):  # it is not the name of a device
        device = torch.device(name)
    if device is None or device.type not in _DEVICES:
        raise ConfigError(f"expected cpu, cuda, mps or auto, got {name!r}", parameter="device")
    return device


def _ready(
    clips: ClipInputs, numbers: Mapping[str, torch.Tensor], device: torch.device
) -> ClipInputs:
    """Return the clips standardised; clips in memory are moved to the network's device."""
    if isinstance(clips, StreamedClips):
        return clips.standardised(numbers)
    assert isinstance(clips, Clips)  # there are no others
    return _place(standardise(clips, numbers), device)


def _place(clips: Clips, device: torch.device) -> Clips:
    """Return the clips on the device if they fit; if not, batches are copied one by one."""
    if device.type != "cuda":
        return clips
    arrays = [array for array in (clips.audio, clips.visual, clips.motion) if array is not None]
    size = sum(array.numel() * array.element_size() for array in arrays)
    free = torch.cuda.mem_get_info(device)[0]
    return clips.to(device) if size < _DEVICE_SHARE * free else clips
