"""What a trained run says of itself: vocabulary, grid, streams, encoders, decoding, widths."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.arrays import Array
from seehear.data import Dataset, Vocabulary
from seehear.errors import FeatureError
from seehear.features.feature_set import FeatureSet
from seehear.runs.inputs import PRIOR
from seehear.runs.likeness import Likeness, read_likeness
from seehear.runs.predicted import Predicted
from seehear.time import TRACKS, Decoding, TimeGrid


@dataclass(frozen=True)
class TrainedRun(ABC):
    """A trained parser, whether ONNX Runtime or PyTorch runs its network.

    Args:
        path: its model file.
        about: all that is recorded with it, as JSON values: recipe, seed, epoch, figures, dataset,
            versions.
    """

    path: Path
    about: Mapping[str, Any]

    @property
    def vocabulary(self) -> Vocabulary:
        """The classes it knows."""
        value = self.about["vocabulary"]
        return Vocabulary(tuple(value["names"]), tuple(value["descriptions"]))

    @property
    def grid(self) -> TimeGrid:
        """The grid it was trained on; longer clips are parsed in windows of this length."""
        return TimeGrid(**self.about["grid"])

    @property
    def features(self) -> FeatureSet:
        """The streams it reads."""
        return FeatureSet(**_with_tuples(self.about["features"]))

    @property
    def encoders(self) -> Mapping[str, Any]:
        """What made its training features: weights digest and preprocessing by encoder id."""
        encoders: Mapping[str, Any] = self.about["encoders"]
        return encoders

    @property
    def decoding(self) -> Decoding:
        """How its probabilities become decisions."""
        return Decoding(**_with_tuples(self.about["decoding"]))

    @property
    def prior(self) -> str:
        """How the zero-shot parser guides its network in parsing (`seehear.parser.prior`)."""
        return str(self.about["recipe"]["network"].get("prior", "none"))

    def likeness(self) -> Likeness | None:
        """Return what tells clips unlike those it was trained on; None: the file has no such part.

        Raises:
            WeightsError: the file is damaged.
        """
        return read_likeness(self.path, self.about["dims"])

    @property
    def figures(self) -> Mapping[str, float] | None:
        """The ten figures on val of the kept epoch; None where val has no truth."""
        figures: Mapping[str, float] | None = self.about["figures"]
        return figures

    @property
    def frames(self) -> bool:
        """Whether the network reads single frames instead of one visual row a segment."""
        return bool(self.about["recipe"]["network"]["rows"] == "frame")

    @property
    @abstractmethod
    def takes_prior(self) -> bool:
        """Whether its network has an input `prior`: logits (N, T, 2, C) of a zero-shot parser."""

    @abstractmethod
    def predict_arrays(self, inputs: Mapping[str, NDArray[np.float32]]) -> Predicted:
        """Return the probabilities of N clips.

        Args:
            inputs: features as extracted by role, (N, R, D), and `prior` if the network takes one;
                the arrays may be changed.

        Raises:
            FeatureError: the inputs or the prior do not fit the network.
        """

    def check_widths(self, widths: Mapping[str, int | None]) -> None:
        """Refuse inputs of another width than the network's.

        Args:
            widths: how many numbers a row has, for `audio`, `visual` and `motion`; None: there is
                no such input.

        Raises:
            FeatureError: they differ.
        """
        for role, width in self.about["dims"].items():
            got = widths.get(role)
            if got != width:
                raise FeatureError(
                    f"{role} features: expected {width} numbers a row, got {got}",
                    where=self.path,
                    hint=f"this parser was trained on the feature set {self.features.name}",
                )

    def check_prior(self, inputs: Mapping[str, Array]) -> None:
        """Refuse a prior of the wrong shape, one that is missing, and one that is not used.

        Args:
            inputs: by role; `audio` says how many clips and segments there are.

        Raises:
            FeatureError: the prior does not fit.
        """
        wanted, got = None, None
        if self.takes_prior:
            wanted = (*inputs["audio"].shape[:2], len(TRACKS), len(self.vocabulary))
        if (prior := inputs.get(PRIOR)) is not None:
            got = tuple(prior.shape)
        if wanted != got:
            raise FeatureError(
                f"logits of a zero-shot parser: expected {wanted or 'none'}, got {got or 'none'}",
                where=self.path,
            )

    def check_encoders(self, encoders: Mapping[str, Any], where: object) -> None:
        """Refuse features of encoders with other weights than in training.

        Args:
            encoders: what made the features, by encoder id; one without a digest is not compared.
            where: the features, for the message.

        Raises:
            FeatureError: an encoder's weights differ.
        """
        for name in self.features.encoders:
            ours = (self.encoders.get(name) or {}).get("weights")
            theirs = (encoders.get(name) or {}).get("weights")
            if ours and theirs and ours != theirs:
                raise FeatureError(
                    f"{name}: expected features of the weights the parser was trained with "
                    f"({_short(ours)}), got {_short(theirs)}",
                    where=where,
                    hint="extract again with those weights, or train again",
                )


def changed_since(about: Mapping[str, Any], dataset: Dataset) -> str | None:
    """Return what has changed in a dataset since a run was trained on it; None: nothing.

    Args:
        about: what the run says of itself.
        dataset: as it is now.
    """
    before = about.get("dataset") or {}
    known = before.get("fingerprint")
    if known is None or known == dataset.fingerprint():
        return None
    now, then = dataset.parts(), before.get("parts") or {}
    parts = [part for part in {**now, **then} if now.get(part) != then.get(part)]
    which = ", ".join(parts) if then else "its tables, vocabulary or grid"
    return (
        f"{dataset.root} is not the dataset as the run was trained on it"
        f" ({before.get('name')}); not the same: {which}"
    )


def _with_tuples(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON values with tuples in place of lists, for a frozen dataclass."""
    out = {}
    for key, inner in value.items():
        out[key] = tuple(inner) if isinstance(inner, list) else inner
    return out


def _short(digests: object) -> str:
    values = digests.values() if isinstance(digests, Mapping) else [digests]
    return ", ".join(str(value)[:12] for value in values)


def describe_features(features: FeatureSet) -> dict[str, Any]:
    """Return a feature set as JSON values; `TrainedRun.features` reads it back."""
    return dataclasses.asdict(features)
