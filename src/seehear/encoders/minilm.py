"""The MiniLM sentence encoder (all-MiniLM-L6-v2) in numpy: six small BERT layers, mean of the
tokens, unit length.

Small enough that numpy needs milliseconds a sentence, so that parsing with the offline preset
imports no torch. Source: Reimers and Gurevych 2019 (Sentence-BERT); Devlin et al. 2019 (BERT).
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import Lazy, unit
from seehear.errors import MissingExtraError, WeightsError

_BATCH_TOKENS = 4096
_MAX_TOKENS = 256


class MiniLM:
    """Text tower `minilm`: (n, 384).

    Args:
        folder: weights; None: those of the cache.
    """

    id, dim = "minilm", 384

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._net = Lazy(self._load)

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Return L2-normalised vectors (n, 384); empty texts are allowed."""
        net = self._net.get()
        tokens = [e.ids for e in net["tokenizer"].encode_batch(list(texts))]
        out = np.zeros((len(texts), self.dim), np.float32)
        order = sorted(
            range(len(texts)), key=lambda i: len(tokens[i])
        )  # equal lengths together: no padding at all
        start = 0
        while start < len(order):
            length = len(tokens[order[start]])
            stop = start
            while (
                stop < len(order)
                and len(tokens[order[stop]]) == length
                and (stop - start) * length < _BATCH_TOKENS
            ):
                stop += 1
            rows = order[start:stop]
            out[rows] = _forward(net, np.array([tokens[i] for i in rows])).mean(axis=1)
            start = stop
        return unit(out)

    def _load(self) -> dict[str, Any]:
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
            config = json.loads((self._folder / "config.json").read_text())
            return {
                "tokenizer": tokenizer,
                "w": load_file(self._folder / "model.safetensors"),
                "layers": config["num_hidden_layers"],
                "heads": config["num_attention_heads"],
                "eps": config["layer_norm_eps"],
            }
        except Exception as error:  # tokenizers raises bare Exception, safetensors its own
            reason = " ".join(str(error).split())[:120]
            raise WeightsError(
                f"not the MiniLM files expected ({type(error).__name__}: {reason})",
                where=self._folder,
                hint="run: seehear models verify minilm",
            ) from None


def _forward(net: dict[str, Any], ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the token vectors (n, L, 384) of token ids (n, L), all of the same true length."""
    w, heads, eps = net["w"], net["heads"], net["eps"]
    n, length = ids.shape

    def linear(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        flat = (
            x.reshape(-1, x.shape[-1]) @ w[f"{name}.weight"].T
        )  # one large product, not n small ones
        return (flat + w[f"{name}.bias"]).reshape(*x.shape[:-1], -1)

    def norm(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        x = x - x.mean(-1, keepdims=True)
        return (
            x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * w[f"{name}.weight"]
            + w[f"{name}.bias"]
        )

    x = (
        w["embeddings.word_embeddings.weight"][ids]
        + w["embeddings.position_embeddings.weight"][:length]
        + w["embeddings.token_type_embeddings.weight"][0]
    )
    x = norm(x, "embeddings.LayerNorm")
    for layer in range(net["layers"]):
        at = f"encoder.layer.{layer}"
        q, k, v = (
            linear(x, f"{at}.attention.self.{part}")
            .reshape(n, length, heads, -1)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        score = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(q.shape[-1]))
        score = np.exp(score - score.max(-1, keepdims=True))
        mixed = (
            (score / score.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(n, length, -1)
        )
        x = norm(
            x + linear(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm"
        )
        inner = linear(x, f"{at}.intermediate.dense")
        x = norm(
            x + linear(inner * _normal_cdf(inner), f"{at}.output.dense"), f"{at}.output.LayerNorm"
        )
    return x


def _normal_cdf(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return Phi(x) for GELU, by Abramowitz and Stegun 7.1.26 (error below 2e-7)."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    erf = 1 - poly.astype(np.float32) * np.exp(-z * z)
    return (0.5 * (1 + np.sign(x) * erf)).astype(np.float32)


def class_embeddings(names: tuple[str, ...]) -> NDArray[np.float32]:
    """Return the MiniLM vectors of a class list (n, 384), kept in the cache under the digest of
    weights and names.
    """
    return _class_embeddings(names)


@lru_cache(maxsize=8)
def _class_embeddings(names: tuple[str, ...]) -> NDArray[np.float32]:
    import hashlib

    from seehear.weights.cache import derived, digest

    key = hashlib.sha256((digest("minilm") + "\n".join(names)).encode()).hexdigest()[:16]

    def build(path: Path) -> None:
        with path.open("wb") as file:
            np.save(file, MiniLM().encode(list(names)))

    rows: NDArray[np.float32] = np.load(
        derived(f"minilm-names-{key}.npy", build), allow_pickle=False
    )
    return rows
