"""Where an encoder's weights lie, and reading them without ever running code from the file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.encoders.torch_run import M, settled
from seehear.errors import MissingExtraError, WeightsError
from seehear.foreign.archive import check_archive, check_tensor

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Checkpoint:
    """Weights of one encoder: those in the cache, or the user's own.

    Args:
        id: in the table of weights.
        own: the user's file or folder; None: the cache.
    """

    id: str
    own: Path | None = None

    @classmethod
    def of(cls, id_: str, weights: str | Path | None) -> "Checkpoint":
        """Return the checkpoint that an encoder's option `weights` stands for; None: the cache."""
        return cls(id_, None if weights is None else Path(weights))

    def path(self) -> Path:
        """Return the folder (of the cache or the user's), or the user's file.

        Raises:
            WeightsError: not in the cache, or the user's path does not exist.
        """
        if self.own is None:
            from seehear.weights import locate

            return locate(self.id)
        if not self.own.exists():
            raise WeightsError(f"no weights of {self.id} there", where=self.own)
        return self.own

    def file(self) -> Path:
        """Return the one file of weights, a plain state dict.

        Raises:
            WeightsError: as `path`; or the folder does not hold exactly one such file.
        """
        path = self.path()
        if path.is_file():
            return path
        found = sorted(p for p in path.iterdir() if p.suffix in (".pth", ".pt", ".safetensors"))
        if len(found) != 1:
            raise WeightsError(
                f"expected one .pth, .pt or .safetensors file of {self.id}, found {len(found)}",
                where=path,
            )
        return found[0]

    def digests(self) -> dict[str, str]:
        """Return {id: sha256 over the files}, for provenance.

        It comes from the record of the cache, or is computed from the user's files.

        Raises:
            WeightsError: as `path`.
        """
        if self.own is None:
            from seehear.weights import digest

            return {self.id: digest(self.id)}
        total = hashlib.sha256()
        for file in self._own_files():
            with file.open("rb") as opened:
                of_file = hashlib.file_digest(opened, "sha256").hexdigest()
            total.update(f"{file.name} {of_file}\n".encode())
        return {self.id: total.hexdigest()}

    def _own_files(self) -> list[Path]:
        path = self.path()
        if path.is_file():
            return [path]
        return sorted(file for file in path.iterdir() if file.is_file())


def state_dict(path: Path) -> "dict[str, Tensor]":
    """Return the tensors of a file by name.

    The file is in safetensors' format, or a pickle from which nothing but tensors is accepted.

    Raises:
        WeightsError: the file is neither, or is damaged.
        MissingExtraError: torch or safetensors is not installed.
    """
    try:
        import torch
        from safetensors.torch import load_file
    except ImportError:
        raise MissingExtraError.of("torch or safetensors", "vision") from None
    try:
        if path.suffix == ".safetensors":
            state = load_file(path)
        else:
            check_archive(path)
            state = torch.load(path, map_location="cpu", weights_only=True)
    except WeightsError:
        raise
    except Exception as error:  # both libraries raise classes of their own
        raise WeightsError(
            f"not a readable file of weights ({type(error).__name__})",
            where=path,
            hint="fetch it again; files that would run code are refused",
        ) from None
    if not isinstance(state, dict):
        raise WeightsError("expected a state dict of tensors", where=path)
    for name, value in state.items():
        if not isinstance(value, torch.Tensor):
            raise WeightsError("expected nothing but tensors in the state dict", where=path)
        check_tensor(str(name), value, path)
    return state


def fill(net: M, state: "dict[str, Tensor]", path: Path, what: str) -> M:
    """Return `net` in eval mode with the tensors of `state`, which must be exactly its own.

    Raises:
        WeightsError: a tensor is missing, left over or of another shape.
    """
    own = net.state_dict()
    extra = sorted(state.keys() - own.keys())
    lacking = [
        name
        for name in sorted(own.keys() - state.keys())
        # a counter that older files lack and that eval mode never reads
        if not name.endswith("num_batches_tracked")
    ]
    wrong = [
        f"{name} {tuple(state[name].shape)} for {tuple(own[name].shape)}"
        for name in sorted(own.keys() & state.keys())
        if state[name].shape != own[name].shape
    ]
    for problem, names in (("lacks", lacking), ("has also", extra), ("has", wrong)):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise WeightsError(
                f"expected the weights of {what}; the file {problem} {names[0]}{more}", where=path
            )
    net.load_state_dict(state, strict=False)
    return settled(net)
