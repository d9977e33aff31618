"""What a published system is: one `Recipe`; each system's file fills one from top to bottom.

A recipe names no path and no device.  It is a plain immutable value: `dataclasses.replace` makes a
variant and names only what changes, and two recipes can be compared field by field.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from torch import Tensor

from seehear.files import Json
from seehear.labels.lsld.options import Denoising
from seehear.labels.rule import SegmentRule
from seehear.metrics import FIGURE_KEYS
from seehear.recipes.contract import Artefact, Context, Step
from seehear.time import Decoding

FIGURES = FIGURE_KEYS
PARTS_ONLY = "parts_only"  # metadata of a field whose parts can be set, but not the field itself


@dataclass(frozen=True)
class Paper:
    """Where a system was published.

    Args:
        title, venue: of the paper.
        arxiv: its number there; None: not there.
        code: reference repository and the commit that was read, `OWNER/NAME@COMMIT`.
        licence: of that code; None: not recorded.
    """

    title: str
    venue: str
    arxiv: str | None = None
    code: str | None = None
    licence: str | None = None


@dataclass(frozen=True)
class Labels:
    """How clip labels become training targets (see `seehear.train.targets`).

    Args:
        smooth_audio: the audio target of a clip is `s*y + (1-s)/2`; 1 leaves the weak label as it
            is.
        smooth_visual: likewise for the visual target; 0.9 gives 0.95 / 0.05.
        segments: options of the rule for segment labels, which the stage `labels` makes; None:
            there are weak labels only.
        removals: whether the labels withdrawn from one track (stage `removals`) become 0 in the
            targets.
        alias_audio_target: whether a label withdrawn from audio is also taken from the clip's
            target, as in two releases.
        relabel: called before each batch's forward pass; returns the changed targets (online label
            removal).
        rounds: 1 or 2; with 2, segment labels are made once more, by a vote of prompts, contrast
            and parsers trained on other clips (`seehear.train.second_round`).
        balance: weight, in the loss of segments, of the classes of the clip's weak label
            (`seehear.train.targets.balanced`); 0: all classes weigh the same.

    Raises:
        ValueError: another number of rounds, or a balance that is negative or not finite.
    """

    smooth_audio: float = 1.0
    smooth_visual: float = 0.9
    segments: SegmentRule | None = field(default=None, metadata={PARTS_ONLY: True})
    removals: bool = False
    alias_audio_target: bool = False
    relabel: Callable[[Step], dict[str, Tensor]] | None = None
    rounds: int = 1
    balance: float = 0.0

    def __post_init__(self) -> None:
        if self.rounds not in (1, 2):
            raise ValueError(f"rounds: expected 1 or 2, got {self.rounds}")
        if not (self.balance >= 0 and math.isfinite(self.balance)):
            raise ValueError(f"balance: expected a number of at least 0, got {self.balance}")


@dataclass(frozen=True)
class Helper:
    """A network beside the main one that only training uses.

    Args:
        key: its name among the helpers.
        builder: name of the network, for `seehear.nn.build`.
        lr: its learning rate, changed over the epochs as that of the main network is.
        options: keyword arguments for `seehear.nn.build`.
    """

    key: str
    builder: str
    lr: float
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Network:
    """A call of `seehear.nn.build`; input widths and number of classes come from the data.

    Args:
        builder: name of the network.
        options: the other keyword arguments, all of them written out.
        rows: whether frames reach the network as one row a segment (`segment`) or unpooled
            (`frame`).
        forward: keyword arguments of every forward pass, in training and afterwards.
        helpers: networks that only training uses.
        prior: how the zero-shot parser guides the network in parsing (`seehear.parser.prior`).
    """

    builder: str
    options: Mapping[str, Any] = field(default_factory=dict)
    rows: Literal["segment", "frame"] = "segment"
    forward: Mapping[str, Any] = field(default_factory=dict)
    helpers: tuple[Helper, ...] = ()
    prior: Literal["none", "language", "support", "likeness"] = "none"


@dataclass(frozen=True)
class Term:
    """One part of the loss: `weight * fn(step)`; `formula` shows it to readers."""

    name: str
    weight: float
    fn: Callable[[Step], Tensor]
    formula: str


@dataclass(frozen=True)
class Training:
    """Optimiser, schedule and selection.

    Args:
        epochs: passes over the training clips.
        batch: clips a step; the last step of an epoch may hold fewer.
        lr: learning rate of the first epoch (after the warm-up, if any).
        schedule: `step` multiplies by `lr_factor` after every `lr_every` epochs; `cosine` falls to
            `lr_floor`.
        warmup: epochs of linear growth from `lr_floor` to `lr` before the schedule starts (cosine
            only).
        optimiser: `adam` or `adamw`.
        betas, weight_decay: of the optimiser.
        clip_norm: gradients of a larger norm are scaled down to this one; None: they are not.
        seed: of the order of clips, initial weights and dropout.
        select: which epoch is kept: by one of the ten figures on val, by several joined by `+`
            (their mean), by `mean` (of all ten), or `last`.
        select_visual: by this rule a second copy of the network is kept, which serves the visual
            track; None: one copy serves both.
        ties: of two equal epochs the `later` or the `earlier` one is kept.
        average: the kept weights are the mean of those of so many of the best epochs.
        mix_up: parameter of the Beta distribution for mixing encoded segments of a track
            (`seehear.nn.mixing`); 0: none are mixed.
        recombine: whether each step also learns from sounds of its clips with pictures of others
            (`seehear.train.recombine`).
        feature_noise: deviation of Gaussian noise on the features, in deviations of each dimension
            over the training clips (`seehear.train.augment`); 0: none.
        fit_decoding: whether second threshold, gaps and shortest event are fitted on val
            (`seehear.train.fit_decoding`).

    Raises:
        ValueError: a number out of range, or a rule of `select` that does not exist.
    """

    epochs: int
    batch: int
    lr: float
    schedule: Literal["step", "cosine"] = "step"
    lr_every: int = 10
    lr_factor: float = 0.1
    lr_floor: float = 0.0
    warmup: int = 0
    optimiser: Literal["adam", "adamw"] = "adam"
    betas: tuple[float, ...] = (0.9, 0.999)
    weight_decay: float = 0.0
    clip_norm: float | None = None
    seed: int = 1
    select: str = "segment/type"
    select_visual: str | None = None
    ties: Literal["later", "earlier"] = "later"
    average: int = 1
    mix_up: float = 0.0
    recombine: bool = False
    feature_noise: float = 0.0
    fit_decoding: bool = False

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "lr_every", "average"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected at least 1, got {getattr(self, name)}")
        for name in ("mix_up", "feature_noise"):
            if not (getattr(self, name) >= 0 and math.isfinite(getattr(self, name))):
                raise ValueError(
                    f"{name}: expected a number of at least 0, got {getattr(self, name)}"
                )
        if not (self.lr > 0 and math.isfinite(self.lr)):
            raise ValueError(f"lr: expected a positive number, got {self.lr}")
        for rule in filter(None, (self.select, self.select_visual)):
            if rule not in ("mean", "last") and not set(rule.split("+")) <= set(FIGURES):
                raise ValueError(
                    f"expected mean, last, or figures joined by +, got {rule!r} "
                    f"(figures: {', '.join(FIGURES)})"
                )


@dataclass(frozen=True)
class Stage:
    """One step of a system; it makes one artefact of the run folder and may need earlier ones.

    Args:
        name: of the stage, and of the artefact it makes.
        does: one line for readers.
        needs: names of the artefacts it reads.
        make: computes the artefact: `make(context)` returns arrays by name, or segment labels.
            None: a training stage, whose artefact is the trained network.
        change: slots of the recipe that differ in this training stage.
        keeps: paths of settings in `change` that do not follow the recipe's; only a path that
            begins with the stage's name changes them.
        settings: numbers of a computing stage.
        seedless: the artefact does not depend on the seed; runs of several seeds share it.
    """

    name: str
    does: str
    needs: tuple[str, ...] = ()
    make: Callable[[Context], Artefact] | None = None
    change: Mapping[str, Any] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    seedless: bool = False


FINAL = Stage("final", "train the parser")


@dataclass(frozen=True)
class Recipe:
    """The whole definition of a published system.

    Args:
        name, summary: how it is called and what it is, in a line.
        paper: where it was published.
        published: ten figures on LLP's test split in percent (order of `FIGURES`), by feature set.
        features: feature sets it runs on, in order of preference (`recipes/_features.py`).
        labels, network, losses, training, decoding: the five slots in which systems differ.
        stages: in order; the last one trains the parser.
        differs: where ours departs from the paper or the reference code, one line each.
        adapt: by feature set, single settings that are changed for it, by path.
    """

    name: str
    summary: str
    paper: Paper
    published: Mapping[str, tuple[float, ...]]
    features: tuple[str, ...]
    labels: Labels
    network: Network
    losses: tuple[Term, ...]
    training: Training
    decoding: Decoding
    stages: tuple[Stage, ...] = (FINAL,)
    differs: tuple[str, ...] = ()
    adapt: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def at(self, stage: Stage) -> "Recipe":
        """Return the recipe as `stage` trains it."""
        return dataclasses.replace(self, **stage.change)

    def does(self, stage: Stage) -> str:
        """Return in a line what a stage does, with the recipe's settings."""
        rule = self.labels.segments
        if stage.name == "labels" and isinstance(rule, Denoising):
            return rule.does()
        return stage.does

    def to_dict(self) -> dict[str, Any]:
        """Return the definition as JSON values; functions become their names."""
        value = _definition(self)
        for stage, entry in zip(self.stages, value["stages"], strict=True):
            entry["does"] = self.does(stage)
            if stage.make is None:
                changed = differences(value, _definition(self.at(stage)), skip=("stages",))
                entry["change"] = {key: new for key, (_, new) in changed.items()}
        return value


# settings that were added later, with the value that runs without them had
_LATER: Mapping[str, Mapping[str, Json]] = {
    "network": {"prior": "none"},
    "labels": {"rounds": 1, "balance": 0.0},
    "training": {
        "average": 1,
        "mix_up": 0.0,
        "recombine": False,
        "feature_noise": 0.0,
        "fit_decoding": False,
    },
}


def _definition(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as JSON values, without later settings that are switched off."""
    value: dict[str, Any] = _plain(recipe)
    for slot, settings in _LATER.items():
        for name, off in settings.items():
            if value[slot][name] == off:
                del value[slot][name]
    segments = value["labels"]["segments"]
    if isinstance(segments, dict) and segments.get("context") == 0:
        del segments["context"]
    return value


def flatten(value: Json, prefix: str = "") -> dict[str, Any]:
    """Return nested settings by path, such as `training.lr`; items of a list go by their name."""
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        value = {str(item.get("name", item.get("key", i))): item for i, item in enumerate(value)}
    if not isinstance(value, Mapping):
        return {prefix: value}
    out: dict[str, Any] = {}
    for key, inner in value.items():
        path = f"{prefix}.{key}" if prefix else str(key)
        out |= flatten(inner, path)
    return out


# fields that describe a system and change no figure
_WORDS = ("name", "summary", "paper", "published", "differs")
_WORDS_OF_PARTS = (".formula", ".does", ".name", ".seedless")


def differences(
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    *,
    skip: tuple[str, ...] = (),
) -> dict[str, tuple[Any, Any]]:
    """Return the settings in which two definitions differ: by path, the value in each.

    Args:
        one, other: of `Recipe.to_dict`; `-` stands for a setting that one of them lacks.
        skip: fields of the recipe to leave out.
    """
    a, b = _settings(one, skip), _settings(other, skip)
    pairs = {key: (a.get(key, "-"), b.get(key, "-")) for key in dict.fromkeys([*a, *b])}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _settings(definition: Mapping[str, Any], skip: tuple[str, ...]) -> dict[str, Any]:
    """Return the settings of a definition that can change a figure, by path."""
    words = {*_WORDS, *skip}
    telling = {key: value for key, value in definition.items() if key not in words}
    flat = flatten(telling)
    return {key: value for key, value in flat.items() if not key.endswith(_WORDS_OF_PARTS)}


def _plain(value: object) -> Json:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return value
