"""What the functions of a recipe are given.

A loss term and a relabelling get a `Step`, a computing stage gets a `Context`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.arrays import Array
from seehear.data import Dataset
from seehear.errors import ConfigError
from seehear.features import FeatureStore
from seehear.labels.store import SegmentLabels
from seehear.nn import Output
from seehear.runs.predicted import Predicted

if TYPE_CHECKING:
    from seehear.recipes._recipe import Recipe, Stage

T = TypeVar("T")

# arrays of one artefact by name, most often by track; None for a track that has none
Arrays: TypeAlias = Mapping[str, Array]
# what a computing stage returns
Artefact: TypeAlias = Arrays | SegmentLabels


class ClipInputs(Protocol):
    """The N clips of one split.

    Their rows lie in memory (`Clips`), or in the features folder, from which each batch is read
    when it is needed (`seehear.train.streamed`).
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Clip names."""

    @property
    def weak(self) -> Tensor:
        """Labels, (N, C) float32."""

    @property
    def prior(self) -> Tensor | None:
        """Logits of a zero-shot parser, (N, T, 2, C), for a network that starts from them."""

    def __len__(self) -> int:
        """Return N."""

    def inputs(self, index: Tensor | slice) -> dict[str, Tensor | None]:
        """Return the network inputs of some clips by role: `audio`, `visual`, `motion`, `prior`."""

    def read_ahead(self, index: Tensor) -> None:
        """Say which clips will be asked for next."""

    def select(self, index: Tensor) -> "ClipInputs":
        """Return some of the clips."""

    def exchanged(self, partner: NDArray[np.int64], roles: Sequence[str]) -> "ClipInputs":
        """Return the same clips with the inputs of these roles taken from other clips.

        Args:
            partner: (N,), index of the clip that each clip takes them from.
            roles: one or more of `audio`, `visual` and `motion`.
        """


@dataclass(frozen=True)
class Clips:
    """Inputs and weak labels of one split in memory, clips on the first axis.

    Args:
        names: N clip names.
        weak: (N, C) float32.
        audio: (N, T, D).
        visual: (N, T, D), or (N, T*F, D) for a network that wants single frames.
        motion: (N, T, D) or None.
        prior: logits of a zero-shot parser, (N, T, 2, C), for a network that starts from them, or
            None.
    """

    names: tuple[str, ...]
    weak: Tensor
    audio: Tensor
    visual: Tensor
    motion: Tensor | None = None
    prior: Tensor | None = None

    def __len__(self) -> int:
        return len(self.names)

    def inputs(self, index: Tensor | slice) -> dict[str, Tensor | None]:
        """Return the network inputs of some clips."""
        rows: dict[str, Tensor | None] = {
            "audio": self.audio[index],
            "visual": self.visual[index],
            "motion": None if self.motion is None else self.motion[index],
        }
        # only where it is there: no other network has an input of that name
        return rows if self.prior is None else {**rows, "prior": self.prior[index]}

    def read_ahead(self, index: Tensor) -> None:
        """Do nothing: every clip is here."""

    def exchanged(self, partner: NDArray[np.int64], roles: Sequence[str]) -> "Clips":
        """Return the same clips, whose inputs of these roles are those of other clips."""
        index = torch.from_numpy(partner).to(self.audio.device)
        inputs = self.inputs(slice(None))
        for role in roles:
            rows = inputs[role]
            inputs[role] = None if rows is None else rows[index]
        audio, visual = inputs["audio"], inputs["visual"]
        assert audio is not None
        assert visual is not None
        return Clips(self.names, self.weak, audio, visual, inputs["motion"], self.prior)

    def to(self, device: torch.device) -> "Clips":
        """Return the same clips on another device."""
        return self._each(self.names, lambda array: array.to(device))

    def select(self, index: Tensor) -> "Clips":
        """Return some of the clips."""
        names = tuple(self.names[row] for row in index.tolist())
        return self._each(names, lambda array: array[index])

    def _each(self, names: tuple[str, ...], change: Callable[[Tensor], Tensor]) -> "Clips":
        """Return clips with every array changed."""
        motion = None if self.motion is None else change(self.motion)
        prior = None if self.prior is None else change(self.prior)
        weak, audio, visual = map(change, (self.weak, self.audio, self.visual))
        return Clips(names, weak, audio, visual, motion, prior)


class Forward(Protocol):
    """Runs the main network on the batch of a step."""

    def __call__(self, **changed: object) -> Output:
        """Return the network's output; keyword arguments replace the recipe's."""


class Predict(Protocol):
    """Runs the network of an earlier stage."""

    def __call__(self, stage: str, clips: ClipInputs, **changed: object) -> Predicted:
        """Return the probabilities that the network of `stage` gives to `clips`; keyword arguments
        replace the recipe's.
        """


@dataclass
class Step:
    """One batch, and all that loss terms and online relabelling may read of it.

    Args:
        epoch: counted from 1.
        number, steps: number of this step in the epoch, from 0, and how many steps there are.
        targets: `clip`, `audio`, `visual` (B, C), `audio_segments`, `visual_segments` (B, T, C); a
            relabelling replaces entries.
        artefacts: what earlier stages made, by stage.
        forward: runs the main network on this batch.
        weak: (B, C) labels as given.
        out, helpers: outputs of the main network and, by key, of the helpers.
    """

    epoch: int
    number: int
    steps: int
    weak: Tensor
    targets: dict[str, Tensor]
    artefacts: Mapping[str, Arrays]
    forward: Forward
    out: Output = field(init=False)
    helpers: dict[str, Output] = field(default_factory=dict)


def require(value: T | None, what: str) -> T:
    """Return an output that only some networks have.

    Args:
        value: the output, or None.
        what: its name, for the message.

    Raises:
        ConfigError: this network has none.
    """
    if value is None:
        raise ConfigError(f"the network of this recipe gives no {what}")
    return value


def no_network(stage: str, clips: ClipInputs, **changed: object) -> Predicted:
    """Take the place of `Context.predict` where no stage has trained a network.

    Raises:
        ConfigError: always.
    """
    raise ConfigError(f"no network of stage {stage} is at hand")


@dataclass(frozen=True)
class Context:
    """What a computing stage is given.

    Args:
        recipe, stage: the resolved recipe and this stage of it (`stage.settings` holds its
            numbers).
        dataset, store: as opened.
        train: the training clips as networks see them (standardised, where the feature set says
            so).
        artefacts: arrays of the earlier stages that this one needs.
        seed: of anything random.
        predict: runs the network of an earlier stage that this one needs.
    """

    recipe: "Recipe"
    stage: "Stage"
    dataset: Dataset
    store: FeatureStore
    train: ClipInputs
    artefacts: Mapping[str, Arrays]
    seed: int
    predict: Predict = no_network

    def weak_of(self, track: str) -> NDArray[np.uint8]:
        """Return the weak labels of the training clips for a track, (N, C)."""
        return self.dataset.split("train").weak_of(track, self.train.names)

    def segment_options(self, kind: type[T]) -> T:
        """Return the recipe's `labels.segments`, which must be of this kind.

        Raises:
            ConfigError: they are of another kind, or switched off.
        """
        options = self.recipe.labels.segments
        if not isinstance(options, kind):
            raise ConfigError(
                f"stage {self.stage.name} needs labels.segments of kind {kind.__name__},"
                f" got {type(options).__name__}",
                where=f"recipe {self.recipe.name}",
            )
        return options
