"""Networks of the transformers library, loaded from a folder on disk and checked for completeness.

Where a checkpoint lacks tensors, the library fills them with random numbers and only logs it; here
that is an error.  Weights come from safetensors (or a pickle read with `weights_only`),
configurations from JSON: no code of a checkpoint ever runs, and nothing is downloaded.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.checkpoint import Checkpoint
from seehear.encoders.torch_run import settled
from seehear.errors import MissingExtraError, WeightsError
from seehear.foreign.archive import check_archive
from seehear.foreign.forms import anything, table
from seehear.foreign.texts import read_json

if TYPE_CHECKING:
    from torch import Tensor

_TEXT_BATCH = 64


class TransformerNet(Protocol):
    """A network of transformers: tensors in by name, its outputs as attributes of the result."""

    config: Any  # the library's classes of settings share no attributes

    def __call__(self, **inputs: "Tensor") -> Any:
        """Return the outputs."""


def load_transformer(kind: str, checkpoint: Checkpoint, device: str) -> TransformerNet:
    """Return a network of class `kind` in eval mode, float32.

    Args:
        kind: name of a class of transformers.
        checkpoint: folder with config.json and model.safetensors (or pytorch_model.bin).
        device: where it goes.

    Raises:
        WeightsError: files are missing or damaged, or tensors are missing from them.
        MissingExtraError: transformers is not installed.
    """
    try:
        import torch
        import transformers
    except ImportError:
        raise MissingExtraError.of("transformers", "clip") from None
    folder = checkpoint.path()
    safe = (folder / "model.safetensors").is_file()
    whole = safe or (folder / "pytorch_model.bin").is_file()
    if not whole or not (folder / "config.json").is_file():
        raise WeightsError(
            f"expected config.json and model.safetensors of {checkpoint.id}", where=folder
        )
    if not safe:
        check_archive(folder / "pytorch_model.bin")
    try:
        with _quiet(transformers):
            net, info = getattr(transformers, kind).from_pretrained(
                str(folder),
                local_files_only=True,
                use_safetensors=safe,
                trust_remote_code=False,
                output_loading_info=True,
                dtype=torch.float32,
            )
    except Exception as error:  # transformers, safetensors and torch raise classes of their own
        reason = " ".join(str(error).split())[:160]
        raise WeightsError(
            f"cannot be loaded as {kind} ({type(error).__name__}: {reason})", where=folder
        ) from None
    _expect_whole(info, kind, folder)
    ready: TransformerNet = settled(net).to(device)
    return ready


def _expect_whole(info: dict[str, Any], kind: str, folder: Path) -> None:
    """Raise WeightsError when the library filled something with random numbers."""
    other_shape = [str(key) for key in info.get("mismatched_keys", ())]
    missing = sorted({*info["missing_keys"], *other_shape})
    if not missing:
        return
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    raise WeightsError(
        f"expected the weights of {kind}; the file lacks {missing[0]}{more}", where=folder
    )


def expect(
    checkpoint: Checkpoint, what: str, expected: object, got: object, hint: str | None = None
) -> None:
    """Check one setting of a checkpoint's config.json.

    Args:
        checkpoint: whose.
        what: the setting, in words.
        expected, got: its values.
        hint: what to do about another value.

    Raises:
        WeightsError: they differ.
    """
    if got != expected:
        raise WeightsError(
            f"{checkpoint.id}: expected {what} {expected}, config.json says {got}",
            where=checkpoint.path() / "config.json",
            hint=hint,
        )


def expect_processor(checkpoint: Checkpoint, settings: dict[str, Any]) -> None:
    """Check that a checkpoint's preprocessor_config.json agrees with our front end.

    A checkpoint without that file, or without one of these settings, is accepted.

    Raises:
        WeightsError: a setting differs.
    """
    path = checkpoint.path() / "preprocessor_config.json"
    if not path.is_file():
        return
    theirs = read_json(path, table(anything), kind=WeightsError)
    for name, value in settings.items():
        if theirs.get(name, value) != value:
            raise WeightsError(
                f"{checkpoint.id}: expected {name} {value}, got {theirs[name]}", where=path
            )


class Tokens:
    """The tokeniser of a checkpoint, read from its tokenizer.json.

    Args:
        checkpoint: folder with tokenizer.json.
        most: length of the longest text in tokens; the rest is cut off, the closing token kept.
        pad_to_most: pad every text to `most`, as SigLIP was trained; else no text is padded.

    Raises:
        WeightsError: there is no tokenizer.json, or it cannot be read.
        MissingExtraError: tokenizers is not installed.
    """

    def __init__(self, checkpoint: Checkpoint, *, most: int, pad_to_most: bool = False) -> None:
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtraError.of("tokenizers", "clip") from None
        path = checkpoint.path() / "tokenizer.json"
        if not path.is_file():
            raise WeightsError(f"expected tokenizer.json of {checkpoint.id}", where=path.parent)
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise WeightsError(f"not a readable tokeniser ({error})", where=path) from None
        padding = self._tokenizer.padding or {}
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(most)
        if pad_to_most:
            self._pad(path, most, padding)

    def ids(self, texts: list[str]) -> list[list[int]]:
        """Return the token ids of each text."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]

    def _pad(self, path: Path, most: int, padding: dict[str, Any]) -> None:
        token = padding.get("pad_token", "<pad>")
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise WeightsError(f"expected a token {token} to fill texts with", where=path)
        self._tokenizer.enable_padding(
            direction=padding.get("direction", "right"), pad_id=number, pad_token=token, length=most
        )


def encode_by_length(
    tokens: list[list[int]], run: Callable[[NDArray[np.int64]], NDArray[np.float32]], dim: int
) -> NDArray[np.float32]:
    """Return the vectors (n, dim) of texts given as token ids, in their order.

    Texts of equal length go together, so nothing is padded and a text's vector does not depend on
    its neighbours.

    Args:
        tokens: ids of each text.
        run: (b, L) ids -> (b, dim).
        dim: width of the vectors.
    """
    out = np.zeros((len(tokens), dim), np.float32)
    lengths = np.array([len(ids) for ids in tokens])
    for length in np.unique(lengths):
        same = np.flatnonzero(lengths == length)
        for start in range(0, len(same), _TEXT_BATCH):
            rows = same[start : start + _TEXT_BATCH]
            out[rows] = run(np.array([tokens[i] for i in rows], np.int64))
    return out


@contextlib.contextmanager
def _quiet(transformers: ModuleType) -> Iterator[None]:
    """Keep the library's progress bar and its report of unused weights off the terminal.

    Unused weights are expected: every such checkpoint also holds the other tower.
    """
    log = transformers.utils.logging
    level, bar = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity(log.CRITICAL)
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(level)
        if bar:
            log.enable_progress_bar()
