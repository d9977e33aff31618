"""What a killed run needs to go on: weights, optimiser, counters; one file, written atomically."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from seehear.errors import WeightsError
from seehear.train.files import read_tensors, write_tensors

STATE = "state.safetensors"
LAST = "last.safetensors"


@dataclass
class State:
    """Counters of a training stage.

    Args:
        epoch: epochs finished.
        step: steps finished of the next epoch.
        sums: sum of each loss term, and of the total, over those steps.
        best: by copy: `score`, `epoch` and `figures` of the kept weights.
    """

    epoch: int = 0
    step: int = 0
    sums: list[float] = field(default_factory=list)
    best: dict[str, dict[str, Any]] = field(default_factory=dict)


def save_state(
    path: Path, state: State, nets: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer
) -> None:
    """Write everything needed to go on from here."""
    tensors: dict[str, Tensor] = {}
    for key, net in nets.items():
        tensors |= {f"net.{key}.{name}": value for name, value in net.state_dict().items()}
    for index, moments in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{name}": value for name, value in moments.items()}
    write_tensors(path, tensors, dataclasses.asdict(state))


def load_state(
    path: Path, nets: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer
) -> State:
    """Put saved weights and moments into `nets` and `optimiser`; return the counters.

    Raises:
        WeightsError: a damaged file, or one of another network.
    """
    tensors, about = read_tensors(path)
    try:
        for key, net in nets.items():
            prefix = f"net.{key}."
            net.load_state_dict(
                {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
            )
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            if name.startswith("optimiser."):
                _, index, moment = name.split(".")
                moments.setdefault(int(index), {})[moment] = tensor
        optimiser.load_state_dict({**optimiser.state_dict(), "state": moments})
        return State(**about)
    except (RuntimeError, TypeError, ValueError) as error:
        raise WeightsError(
            f"the saved state does not fit this run ({error})",
            where=path,
            hint="remove it to begin this stage again",
        ) from None
