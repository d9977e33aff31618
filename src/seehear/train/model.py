"""A trained parser in memory: networks, normalisation, vocabulary, grid, encoders and decoding."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from seehear.data import Vocabulary
from seehear.errors import FeatureError, WeightsError
from seehear.recipes import FeatureSet, Network
from seehear.recipes.contract import Clips, Predicted
from seehear.share import is_address, pull
from seehear.time import Decoding, TimeGrid
from seehear.train.data import standardise
from seehear.train.files import read_model
from seehear.train.folder import require_model
from seehear.train.networks import build_networks, predict

SCHEMA = "seehear.run/1"


@dataclass(frozen=True)
class Run:
    """A trained parser, ready to predict.

    Args:
        path: the file it came from.
        copies: networks in eval mode: `main` and, where a system keeps two, `visual`.
        normalisation: `ROLE.mean`, `ROLE.deviation`; empty: features are taken as they are.
        about: everything recorded with it (JSON): recipe, seed, epoch, figures, dataset, versions.
    """

    path: Path
    copies: Mapping[str, nn.Module]
    normalisation: Mapping[str, Tensor]
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
    def figures(self) -> Mapping[str, float] | None:
        """The ten figures on val of the kept epoch; None where val has no truth."""
        figures: Mapping[str, float] | None = self.about["figures"]
        return figures

    @property
    def frames(self) -> bool:
        """Whether the network reads single frames instead of one visual row a segment."""
        return bool(self.about["recipe"]["network"]["rows"] == "frame")

    def predict(self, clips: Clips) -> Predicted:
        """Return the probabilities of clips as extracted (they are standardised here, in place).

        Raises:
            FeatureError: the inputs have another width than the network's.
        """
        for role, width in self.about["dims"].items():
            array = getattr(clips, role)
            got = None if array is None else array.shape[-1]
            if got != width:
                raise FeatureError(
                    f"{role} features: expected {width} numbers a row, got {got}",
                    where=self.path,
                    hint=f"this parser was trained on the feature set {self.features.name}",
                )
        device = next(self.copies["main"].parameters()).device
        return predict(
            self.copies,
            standardise(clips, self.normalisation),
            self.about["recipe"]["network"]["forward"],
            device,
        )

    def check_encoders(self, encoders: Mapping[str, Any], where: object) -> None:
        """Refuse features that other weights made than the training features.

        Raises:
            FeatureError: an encoder's weights differ; where one side does not know its digest
                nothing is compared.
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


def _with_tuples(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON values as a frozen dataclass wants them: tuples in place of lists."""
    out = {}
    for key, inner in value.items():
        out[key] = tuple(inner) if isinstance(inner, list) else inner
    return out


def _short(digests: object) -> str:
    values = digests.values() if isinstance(digests, Mapping) else [digests]
    return ", ".join(str(value)[:12] for value in values)


def load_run(path: str | Path, *, device: str = "cpu") -> Run:
    """Return the trained parser of a run folder, of a single model file, or of a shared model.

    Args:
        path: the folder or file, or where `seehear share` put it: `hf://owner/name@revision`, or an
            fsspec URL.
        device: where it will compute.

    Raises:
        WeightsError: nothing there, a truncated file, or one that does not fit its own description.
    """
    path = pull(path) if is_address(path) else Path(path)
    file = require_model(path)
    model = read_model(file)
    about = model.about
    if not isinstance(about, dict) or about.get("schema") != SCHEMA:
        got = about.get("schema") if isinstance(about, dict) else about
        raise WeightsError(
            f"expected schema {SCHEMA}, got {got}",
            where=file,
            hint="is this a model file of seehear?",
        )
    copies: dict[str, nn.Module] = {}
    for copy in ("main", "visual"):
        if copy == "main" or copy in model.copies:
            net = _network(model.copies.get(copy, {}), about, file)
            copies[copy] = net.to(device).eval()
    return Run(file, copies, model.normalisation, about)


def _network(state: Mapping[str, Tensor], about: Mapping[str, Any], file: Path) -> nn.Module:
    """Return one network of a model file.

    Raises:
        WeightsError: the weights are of another network.
    """
    slot = about["recipe"]["network"]
    classes, segments = len(about["vocabulary"]["names"]), about["grid"]["count"]
    network = Network(slot["builder"], slot["options"])
    net = build_networks(network, about["dims"], classes, segments)["main"]
    try:
        net.load_state_dict(state)
    except RuntimeError as error:
        raise WeightsError(
            f"weights do not fit network {slot['builder']} ({error})", where=file
        ) from None
    return net


def describe_features(features: FeatureSet) -> dict[str, Any]:
    """Return a feature set as JSON values; `Run.features` reads it back."""
    return dataclasses.asdict(features)
