"""A trained parser as one file: networks, normalisation, vocabulary, grid, encoders and decoding
together.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from seehear.data import Vocabulary
from seehear.errors import FeatureError, WeightsError
from seehear.nn.systems import build, builder
from seehear.recipes import FeatureSet, Network
from seehear.recipes.contract import Clips, Predicted
from seehear.share import is_address, pull
from seehear.time import Decoding, TimeGrid
from seehear.train.data import standardise
from seehear.train.files import read_tensors

SCHEMA = "seehear.run/1"
BEST = "best.safetensors"
_BATCH = 400  # clips a forward pass outside training


def build_networks(
    network: Network,
    dims: Mapping[str, int | None],
    classes: int,
    segments: int,
) -> dict[str, nn.Module]:
    """Return the main network (`main`) and the helpers by key, freshly initialised.

    Args:
        network: the recipe's slot.
        dims: widths `audio`, `visual`, `motion` (None: no such stream).
        classes, segments: C and T, for networks whose size depends on them.
    """
    parts = [("main", network.builder, network.options)]
    parts += [(helper.key, helper.builder, helper.options) for helper in network.helpers]
    built = {}
    for key, name, options in parts:
        given = {
            "audio_dim": dims["audio"],
            "visual_dim": dims["visual"],
            "motion_dim": dims["motion"],
            "classes": classes,
            "segments": segments,
        }
        takes = builder(name).keywords
        sizes = {size: value for size, value in given.items() if size in takes}
        built[key] = build(name, **sizes, **options)
    return built


@torch.no_grad()
def predict(
    copies: Mapping[str, nn.Module],
    clips: Clips,
    forward: Mapping[str, Any],
    device: torch.device,
) -> Predicted:
    """Return the probabilities of `clips`; with a `visual` copy beside `main`, the visual track
    comes from that one.
    """
    for net in copies.values():
        net.eval()
    parts = []
    for start in range(0, len(clips), _BATCH):
        inputs = {
            k: None if v is None else v.to(device)
            for k, v in clips.inputs(slice(start, start + _BATCH)).items()
        }
        out = copies["main"](**inputs, **forward)
        segment, track, clip = out.segment_prob, out.track_prob, out.clip_prob
        if "visual" in copies:
            other = copies["visual"](**inputs, **forward)
            segment = torch.stack([segment[:, :, 0], other.segment_prob[:, :, 1]], dim=2)
            track = torch.stack([track[:, 0], other.track_prob[:, 1]], dim=1)
        parts.append((segment.cpu(), track.cpu(), clip.cpu()))
    return Predicted(*(torch.cat(p).numpy() for p in zip(*parts, strict=True)))


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
        value = self.about["features"]
        return FeatureSet(**{k: tuple(v) if isinstance(v, list) else v for k, v in value.items()})

    @property
    def encoders(self) -> Mapping[str, Any]:
        """What made its training features: weights digest and preprocessing by encoder id."""
        encoders: Mapping[str, Any] = self.about["encoders"]
        return encoders

    @property
    def decoding(self) -> Decoding:
        """How its probabilities become decisions."""
        return Decoding(
            **{k: tuple(v) if isinstance(v, list) else v for k, v in self.about["decoding"].items()}
        )

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
        """Return the probabilities of clips whose inputs are as extracted (standardised here, in
        place).

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


def _short(digests: Any) -> str:
    values = digests.values() if isinstance(digests, Mapping) else [digests]
    return ", ".join(str(value)[:12] for value in values)


def model_file(path: str | Path) -> Path:
    """Return the model file meant by a run folder or a file."""
    path = Path(path)
    return path / BEST if path.is_dir() else path


def load_run(path: str | Path, *, device: str = "cpu") -> Run:
    """Return the trained parser of a run folder of `seehear train`, of a single model file, or of a
    shared model.

    Args:
        path: the folder or file, or where `seehear share` put it: `hf://owner/name@revision`, or an
            fsspec URL.
        device: where it will compute.

    Raises:
        WeightsError: nothing there, a truncated file, or one that does not fit its own description.
    """
    path = pull(path) if is_address(path) else Path(path)
    file = model_file(path)
    if path.is_dir() and not file.exists():
        several = sorted(p.parent.name for p in path.glob(f"*/{BEST}"))
        raise WeightsError(
            f"expected a run folder with {BEST}, got a folder without",
            where=path,
            hint=(
                f"several seeds: name one, such as {path / several[0]}"
                if several
                else "train it first: seehear train"
            ),
        )
    tensors, about = read_tensors(file)
    if not isinstance(about, dict) or about.get("schema") != SCHEMA:
        raise WeightsError(
            f"expected schema {SCHEMA}, got"
            f" {about.get('schema') if isinstance(about, dict) else about}",
            where=file,
            hint="is this a model file of seehear?",
        )
    network = about["recipe"]["network"]
    slot = Network(network["builder"], network["options"])
    copies = {}
    for copy in ("main", "visual"):
        state = {
            k.removeprefix(f"{copy}."): v for k, v in tensors.items() if k.startswith(f"{copy}.")
        }
        if copy == "visual" and not state:
            continue
        net = build_networks(
            slot, about["dims"], len(about["vocabulary"]["names"]), about["grid"]["count"]
        )["main"]
        try:
            net.load_state_dict(state)
        except RuntimeError as error:
            raise WeightsError(
                f"weights do not fit network {network['builder']} ({error})", where=file
            ) from None
        copies[copy] = net.to(device).eval()
    normalisation = {
        k.removeprefix("normalise."): v for k, v in tensors.items() if k.startswith("normalise.")
    }
    return Run(file, copies, normalisation, about)


def pack(
    copies: Mapping[str, Mapping[str, Tensor]], normalisation: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return the tensors of a model file from the state dicts of its copies."""
    out = {
        f"{copy}.{name}": tensor for copy, state in copies.items() for name, tensor in state.items()
    }
    return {**out, **{f"normalise.{name}": tensor for name, tensor in normalisation.items()}}


def describe_features(features: FeatureSet) -> dict[str, Any]:
    """Return a feature set as JSON values; `Run.features` reads it back."""
    return dataclasses.asdict(features)
