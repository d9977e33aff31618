"""The text side of CLIP, SigLIP and CLAP: one class, with their differences as arguments."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import Lazy, unit
from seehear.encoders.checkpoint import Checkpoint
from seehear.encoders.torch_run import pick_device, run_batches
from seehear.encoders.transformer import (
    Tokens,
    TransformerNet,
    encode_by_length,
    expect,
    load_transformer,
)

QUICK_GELU = (
    "these weights give wrong vectors with any other; CLIP weights of other makers are another"
    " encoder"
)


@dataclass(frozen=True)
class TextNetwork:
    """How one text network of the transformers library differs from others.

    Args:
        id: of the tower, its encoder and its weights.
        kind: its class in transformers.
        dim: length of a vector.
        width: (its name in messages, its name in config.json) of the setting that must equal `dim`.
        output: attribute of the network's result that holds the vectors.
        tokens: length of the longest text in tokens; the rest is cut off.
        first_place: entries at the start of its position table that no token uses.
        lower: whether it was trained on texts in small letters.
        fill: whether it was trained on texts padded to `tokens`.
        quick_gelu: whether its weights were trained with that activation.
    """

    id: str
    kind: str
    dim: int
    width: tuple[str, str]
    output: str
    tokens: int
    first_place: int = 0
    lower: bool = False
    fill: bool = False
    quick_gelu: bool = False


class TransformerText:
    """A text tower that the transformers library runs.

    Args:
        network: which one.
        weights: the user's own folder (config.json, model.safetensors, tokenizer.json) instead of
            the cache.
        device: None: a GPU if there is one.
    """

    def __init__(
        self, network: TextNetwork, weights: str | Path | None = None, device: str | None = None
    ) -> None:
        self.network = network
        self.id, self.dim = network.id, network.dim
        self.checkpoint = Checkpoint.of(network.id, weights)
        self._device = device
        self._net = Lazy(self._load)

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Return L2-normalised vectors (n, dim)."""
        net, tokens, device = self._net.get()
        if self.network.lower:
            texts = [text.lower() for text in texts]

        def run(ids: NDArray[np.int64]) -> NDArray[np.float32]:
            return run_batches(
                lambda x: getattr(net(input_ids=x), self.network.output),
                ids,
                batch=len(ids),
                device=device,
            )

        return unit(encode_by_length(tokens.ids(texts), run, self.dim))

    def _load(self) -> tuple[TransformerNet, Tokens, str]:
        network, device = self.network, pick_device(self._device)
        net = load_transformer(network.kind, self.checkpoint, device)
        if network.quick_gelu:
            expect_quick_gelu(self.checkpoint, net)
        called, setting = network.width
        expect(self.checkpoint, called, network.dim, getattr(net.config, setting))
        places = net.config.max_position_embeddings - network.first_place
        most = min(network.tokens, places)
        return net, Tokens(self.checkpoint, most=most, pad_to_most=network.fill), device


def expect_quick_gelu(checkpoint: Checkpoint, net: TransformerNet) -> None:
    """Check that a CLIP network has OpenAI's activation.

    Raises:
        WeightsError: it has another.
    """
    expect(checkpoint, "activation", "quick_gelu", net.config.hidden_act, QUICK_GELU)
