"""A trained parser in memory, as PyTorch runs it: networks and normalisation."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seehear.errors import SeehearError, WeightsError
from seehear.nn.graph import takes_prior, to_onnx
from seehear.recipes import Network
from seehear.recipes.contract import Clips
from seehear.runs.description import TrainedRun
from seehear.runs.model_file import check_normalisation, require_model
from seehear.runs.predicted import Predicted
from seehear.share import is_address, pull
from seehear.train.data import standardise
from seehear.train.files import read_model
from seehear.train.networks import build_networks, predict


@dataclass(frozen=True)
class Run(TrainedRun):
    """A trained parser, ready to predict.

    Args:
        copies: networks in eval mode: `main` and, where a system keeps two, `visual`.
        normalisation: `ROLE.mean`, `ROLE.deviation`; empty: features are taken as they are.
    """

    copies: Mapping[str, nn.Module]
    normalisation: Mapping[str, Tensor]

    @property
    def takes_prior(self) -> bool:
        """Whether its network also takes the logits of a zero-shot parser."""
        return takes_prior(self.copies)

    def predict(self, clips: Clips) -> Predicted:
        """Return the probabilities of clips as extracted; they are standardised here, in place.

        Raises:
            FeatureError: the inputs have another width than the network's.
        """
        inputs = clips.inputs(slice(None))
        widths = {}
        for role, array in inputs.items():
            widths[role] = None if array is None else array.shape[-1]
        self.check_widths(widths)
        device = next(self.copies["main"].parameters()).device
        return predict(
            self.copies,
            standardise(clips, self.normalisation),
            self.about["recipe"]["network"]["forward"],
            device,
        )

    def predict_arrays(self, inputs: Mapping[str, NDArray[np.float32]]) -> Predicted:
        """Return the probabilities of clips given as arrays by role; see `predict`."""
        self.check_prior(inputs)
        count = len(inputs["audio"])
        rows = {role: torch.from_numpy(array) for role, array in inputs.items()}
        blank = torch.zeros(count, len(self.vocabulary))
        return self.predict(Clips(tuple(map(str, range(count))), blank, **rows))


def as_graph(run: Run) -> bytes | None:
    """Return the networks of a run as a graph; None for a network of another package.

    Tests compare our networks with their graphs.  A network of another package may do what a graph
    cannot, so it runs in PyTorch only.

    Args:
        run: on the CPU.

    Raises:
        MissingExtraError: onnx is not installed.
    """
    if not all(type(net).__module__.startswith("seehear.nn.") for net in run.copies.values()):
        return None
    return to_onnx(
        run.copies,
        run.about["dims"],
        classes=len(run.vocabulary),
        segments=run.grid.count,
        frames=run.frames,
        forward=run.about["recipe"]["network"]["forward"],
    )


def load_run(path: str | Path, *, device: str = "cpu") -> Run:
    """Return the trained parser of a run folder, of a single model file, or of a shared model.

    Args:
        path: the folder or file, or where `seehear share` put it: `hf://owner/name@revision`, or an
            fsspec URL.
        device: where it will compute.

    Raises:
        WeightsError: nothing is there, the file is damaged, or its weights do not fit what it says
            of itself.
    """
    path = pull(path) if is_address(path) else Path(path)
    file = require_model(path)
    model = read_model(file)
    about = model.about
    check_normalisation(model.normalisation, about, file)
    copies: dict[str, nn.Module] = {}
    for copy in ("main", "visual"):
        if copy == "main" or copy in model.copies:
            net = _network(model.copies.get(copy, {}), about, file)
            copies[copy] = net.to(device).eval()
    return Run(file, about, copies, model.normalisation)


def _network(state: Mapping[str, Tensor], about: Mapping[str, Any], file: Path) -> nn.Module:
    """Return one network of a model file.

    Raises:
        WeightsError: the weights are of another network.
    """
    slot = about["recipe"]["network"]
    classes, segments = len(about["vocabulary"]["names"]), about["grid"]["count"]
    network = Network(slot["builder"], slot["options"])

    def make() -> nn.Module:
        return build_networks(network, about["dims"], classes, segments)["main"]

    try:
        with torch.device("meta"):  # takes no memory, whatever sizes the file states
            _check_sizes(make().state_dict(), state)
        net = make()
        net.load_state_dict(state)
        _check_forward(net, slot["forward"])
    except SeehearError:
        raise
    except Exception as error:  # unchecked options: each network fails in its own way
        raise WeightsError(
            f"weights do not fit network {slot['builder']} ({error})", where=file
        ) from error
    return net


def _check_sizes(wanted: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> None:
    """Refuse weights of another network.

    Raises:
        ValueError: a name or a shape differs.
    """
    if odd := sorted(wanted.keys() ^ state.keys()):
        raise ValueError(f"{odd[0]} is in one of them only")
    for name, tensor in wanted.items():
        if tensor.shape != state[name].shape:
            raise ValueError(
                f"{name}: expected {tuple(tensor.shape)}, got {tuple(state[name].shape)}"
            )


def _check_forward(net: nn.Module, forward: Mapping[str, Any]) -> None:
    """Refuse settings that a network's forward pass does not have.

    Raises:
        ValueError: there is one.
    """
    known = inspect.signature(net.forward).parameters
    if odd := sorted(set(forward) - set(known)):
        raise ValueError(f"its forward pass has no setting {odd[0]}")
