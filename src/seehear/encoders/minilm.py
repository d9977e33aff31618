"""The MiniLM sentence encoder (all-MiniLM-L6-v2) in numpy.

Six small BERT layers, then the mean of the tokens, scaled to length 1.

The network is so small that numpy needs only milliseconds a sentence, so parsing with the offline
preset does not import torch.

Source: Reimers and Gurevych 2019 (Sentence-BERT); Devlin et al. 2019 (BERT).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import Lazy, unit
from seehear.errors import MissingExtraError, WeightsError
from seehear.foreign.arrays import read_npy
from seehear.foreign.forms import number, record, whole
from seehear.foreign.texts import read_json

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BATCH_TOKENS = 4096
_MAX_TOKENS = 256


@dataclass(frozen=True)
class Sentences:
    """The tokeniser, weights and settings of the network, as read from its files.

    Args:
        tokenizer: cuts texts after 256 tokens, and pads none.
        weights: tensors by name.
        layers, heads: of the network.
        eps: of its layer normalisation.
    """

    tokenizer: "Tokenizer"
    weights: dict[str, NDArray[np.float32]]
    layers: int
    heads: int
    eps: float


class MiniLM:
    """Text tower `minilm`; vectors (n, 384) of length 1.

    Args:
        folder: with the weights; None: the cache.
    """

    id, dim = "minilm", 384

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._net = Lazy(self._load)

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Return L2-normalised vectors (n, 384); empty texts are allowed.

        Raises:
            WeightsError: the weights are missing or damaged.
            MissingExtraError: safetensors or tokenizers is not installed.
        """
        net = self._net.get()
        tokens = [encoding.ids for encoding in net.tokenizer.encode_batch(list(texts))]
        out = np.zeros((len(texts), self.dim), np.float32)
        for rows in _batches([len(ids) for ids in tokens]):
            out[rows] = _forward(net, np.array([tokens[i] for i in rows])).mean(axis=1)
        return unit(out)

    def _load(self) -> Sentences:
        try:
            from safetensors.numpy import load_file
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtraError.of("safetensors or tokenizers", "offline") from None
        if self._folder is None:
            from seehear.weights import locate

            self._folder = locate("minilm")
        try:
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
            tokenizer.no_padding()
            tokenizer.enable_truncation(_MAX_TOKENS)
            config = read_json(self._folder / "config.json", _CONFIG)
            return Sentences(
                tokenizer,
                load_file(self._folder / "model.safetensors"),
                layers=config["num_hidden_layers"],
                heads=config["num_attention_heads"],
                eps=config["layer_norm_eps"],
            )
        except Exception as error:  # tokenizers raises bare Exception, safetensors its own
            reason = " ".join(str(error).split())[:120]
            raise WeightsError(
                f"not the MiniLM files expected ({type(error).__name__}: {reason})",
                where=self._folder,
                hint="run: seehear models verify minilm",
            ) from None


_CONFIG = record(
    {
        "num_hidden_layers": whole(1, 100),
        "num_attention_heads": whole(1, 1_000),
        "layer_norm_eps": number(0, 1),
    }
)


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Yield positions of texts that go together: equal lengths, so that nothing is padded."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    batch: list[int] = []
    for position in order:
        length = lengths[position]
        full = len(batch) * length >= _BATCH_TOKENS
        if batch and (full or length != lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def _forward(net: Sentences, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the token vectors (n, L, 384) of token ids (n, L), all of the same true length."""
    w, heads = net.weights, net.heads
    n, length = ids.shape

    def linear(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        # one large product instead of n small ones
        flat = x.reshape(-1, x.shape[-1]) @ w[f"{name}.weight"].T
        return (flat + w[f"{name}.bias"]).reshape(*x.shape[:-1], -1)

    def norm(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        x = x - x.mean(-1, keepdims=True)
        deviation = np.sqrt((x * x).mean(-1, keepdims=True) + net.eps)
        scaled: NDArray[np.float32] = x / deviation * w[f"{name}.weight"] + w[f"{name}.bias"]
        return scaled

    def by_head(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        return linear(x, name).reshape(n, length, heads, -1).transpose(0, 2, 1, 3)

    def attention(x: NDArray[np.float32], at: str) -> NDArray[np.float32]:
        query, key = by_head(x, f"{at}.self.query"), by_head(x, f"{at}.self.key")
        value = by_head(x, f"{at}.self.value")
        score = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(query.shape[-1]))
        score = np.exp(score - score.max(-1, keepdims=True))
        mixed = score / score.sum(-1, keepdims=True) @ value
        return linear(mixed.transpose(0, 2, 1, 3).reshape(n, length, -1), f"{at}.output.dense")

    x = (
        w["embeddings.word_embeddings.weight"][ids]
        + w["embeddings.position_embeddings.weight"][:length]
        + w["embeddings.token_type_embeddings.weight"][0]
    )
    x = norm(x, "embeddings.LayerNorm")
    for layer in range(net.layers):
        at = f"encoder.layer.{layer}"
        x = norm(x + attention(x, f"{at}.attention"), f"{at}.attention.output.LayerNorm")
        inner = linear(x, f"{at}.intermediate.dense")
        outer = linear(inner * _normal_cdf(inner), f"{at}.output.dense")
        x = norm(x + outer, f"{at}.output.LayerNorm")
    return x


def _normal_cdf(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return Phi(x) for GELU, by Abramowitz and Stegun 7.1.26 (error below 2e-7)."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    erf = 1 - poly.astype(np.float32) * np.exp(-z * z)
    phi: NDArray[np.float32] = (0.5 * (1 + np.sign(x) * erf)).astype(np.float32)
    return phi


@lru_cache(maxsize=8)
def class_embeddings(names: tuple[str, ...]) -> NDArray[np.float32]:
    """Return the MiniLM vectors (n, 384) of class names.

    They are kept in the cache, under the digest of the weights and the names.

    Raises:
        WeightsError: the weights are missing, or a kept file is damaged.
    """
    import hashlib

    from seehear.weights.cache import derived, digest

    key = hashlib.sha256((digest("minilm") + "\n".join(names)).encode()).hexdigest()[:16]

    def build(path: Path) -> None:
        with path.open("wb") as file:
            np.save(file, MiniLM().encode(list(names)))

    path = derived(f"minilm-names-{key}.npy", build)
    return read_npy(path, kind=WeightsError, hint="remove this file: it is made again")
