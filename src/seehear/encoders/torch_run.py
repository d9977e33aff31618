"""Running a network of PyTorch over numpy arrays, a batch at a time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from seehear.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from torch import Tensor, nn

M = TypeVar("M", bound="nn.Module")


def pick_device(asked: str | None) -> str:
    """Return the device a network runs on: the one asked for, else the first GPU, else the CPU.

    Raises:
        ConfigError: the device asked for cannot be used.
        MissingExtraError: torch is not installed.
    """
    try:
        import torch
    except ImportError:
        raise MissingExtraError.of("torch", "clip") from None
    if asked is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=asked)
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(
            f"{asked} cannot be used ({str(error).splitlines()[0][:100]})",
            parameter="device",
            hint="leave it out to take what is there",
        ) from None
    return asked


def run_batches(
    net: "Callable[[Tensor], Tensor]",
    rows: NDArray[Any],
    *,
    batch: int,
    device: str,
    prepare: Callable[[NDArray[Any]], NDArray[Any]] = lambda part: part,
) -> NDArray[np.float32]:
    """Return the outputs (n, D) of a network for rows (n, ...).

    Args:
        net: tensor (b, ...) -> tensor (b, D).
        rows: what goes in.
        batch: rows at a time; the same for every clip, so that features do not depend on how many
            run at once.
        device: of the network.
        prepare: applied to each batch before it goes to the device, so that only one batch is held
            as floats.
    """
    import torch

    def run(part: NDArray[Any]) -> NDArray[np.float32]:
        # clone: how a matrix product rounds depends on the alignment of memory, which is always the
        # same in torch's memory and varies in numpy's
        given = torch.from_numpy(prepare(part)).clone().to(device)
        out: NDArray[np.float32] = net(given).float().cpu().numpy()
        return out

    with torch.inference_mode():
        parts = [run(rows[i : i + batch]) for i in range(0, len(rows), batch)]
    return np.concatenate(parts)


def settled(net: M) -> M:
    """Return the network with its tensors copied into memory that torch allocated.

    So every run rounds alike (see `run_batches`).
    """
    for tensor in (*net.parameters(), *net.buffers()):
        tensor.data = tensor.data.clone()
    return net.eval().requires_grad_(False)
