"""Encoders in half precision: faster on a GPU, with other rounding, which provenance records."""

from typing import Any, Literal

from numpy.typing import NDArray

from seehear.encoders.base import AnyEncoder, Outputs
from seehear.errors import ConfigError, MissingExtraError

Precision = Literal["full", "half"]


class HalfPrecision:
    """An encoder whose network multiplies with 16-bit numbers on a GPU.

    Everything else is as in the encoder that it wraps.  `preprocessing` names the precision, so
    that rows of both precisions are never mixed.

    Args:
        encoder: the encoder to wrap.
    """

    def __init__(self, encoder: AnyEncoder) -> None:
        self._encoder = encoder

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):  # while being unpickled it has no attributes yet
            raise AttributeError(name)
        return getattr(self._encoder, name)

    def encode(self, rows: NDArray[Any], /) -> Outputs:
        """Return the encoder's rows, as 32-bit numbers."""
        import torch

        with torch.autocast("cuda", dtype=torch.float16):
            outputs: Outputs = self._encoder.encode(rows)
        return outputs

    def preprocessing(self) -> dict[str, Any]:
        """Return the encoder's settings, and the precision."""
        return {**self._encoder.preprocessing(), "precision": "half"}


def require_half(device: str | None) -> None:
    """Check that networks can run in half precision on a device; None: the first GPU.

    Raises:
        ConfigError: it is not a GPU.
        MissingExtraError: torch is not installed.
    """
    try:
        import torch
    except ImportError:
        raise MissingExtraError.of("torch", "clip") from None
    wanted = device or "cuda"
    if not wanted.startswith("cuda") or not torch.cuda.is_available():
        raise ConfigError(
            f"half precision needs a CUDA device, got {device or 'none'}",
            parameter="precision",
            hint="leave it out: the CPU computes in full precision",
        )
