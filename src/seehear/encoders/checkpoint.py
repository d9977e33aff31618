"""Where an encoder's weights lie, and reading them without ever running code from the file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seehear.encoders.torch_run import settled
from seehear.errors import MissingExtraError, WeightsError


@dataclass(frozen=True)
class Checkpoint:
    """Weights of one encoder: those of the cache, or the user's own.

    Args:
        id: in the table of weights.
        own: a file or folder of the user's instead of the cache.
    """

    id: str
    own: Path | None = None

    @classmethod
    def of(cls, id_: str, weights: str | Path | None) -> "Checkpoint":
        """Return the checkpoint of an encoder's option `weights`."""
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
        """Return the one file of weights that holds a plain state dict."""
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
        """Return one hash over the files, for provenance: that of the cache's record, or of the
        user's files.
        """
        if self.own is None:
            from seehear.weights import digest

            return {self.id: digest(self.id)}
        path = self.path()
        total = hashlib.sha256()
        for file in [path] if path.is_file() else sorted(p for p in path.iterdir() if p.is_file()):
            with file.open("rb") as opened:
                total.update(
                    f"{file.name} {hashlib.file_digest(opened, 'sha256').hexdigest()}\n".encode()
                )
        return {self.id: total.hexdigest()}


def state_dict(path: Path) -> dict[str, Any]:
    """Return the tensors of a file by name: safetensors, or a pickle from which nothing but tensors
    is accepted.

    Raises:
        WeightsError: the file is neither, or is damaged.
    """
    try:
        import torch
        from safetensors.torch import load_file
    except ImportError:
        raise MissingExtraError.of("torch or safetensors", "vision") from None
    try:
        state = (
            load_file(path)
            if path.suffix == ".safetensors"
            else torch.load(path, map_location="cpu", weights_only=True)
        )
    except Exception as error:  # both libraries raise classes of their own
        raise WeightsError(
            f"not a readable file of weights ({type(error).__name__})",
            where=path,
            hint="fetch it again; files that would run code are refused",
        ) from None
    if not isinstance(state, dict) or not all(
        isinstance(value, torch.Tensor) for value in state.values()
    ):
        raise WeightsError("expected a state dict of tensors", where=path)
    return state


def fill(net: Any, state: dict[str, Any], path: Path, what: str) -> Any:
    """Return `net` in eval mode with the tensors of `state`, which must be exactly its own.

    Raises:
        WeightsError: a tensor is missing, left over or of another shape.
    """
    own = net.state_dict()
    lacking, extra = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
    # a counter that older files lack and that eval mode never reads
    lacking = [name for name in lacking if not name.endswith("num_batches_tracked")]
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
