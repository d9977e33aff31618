"""Kinds of files that a run is made of: JSON, tensors, models and arrays, whole or not there."""

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from seehear.errors import WeightsError
from seehear.files import Json, atomic_path, write_text
from seehear.runs.model_file import NORMALISE


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path`; after a crash or on a full disk the old file is still the whole old
    file.

    Raises:
        SeehearError: no space left, no permission, or another refusal of the operating system.
    """
    with atomic_path(path, wanted=len(data)) as aside, aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_json(path: Path, value: Json) -> None:
    """Write one JSON value atomically."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Json:
    """Return the JSON value of a file.

    Raises:
        WeightsError: missing, unreadable or not JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise WeightsError(
            f"cannot be read: {error.strerror}", where=path, hint="is this a run folder?"
        ) from None
    except ValueError as error:
        raise WeightsError(
            f"not JSON: {error}", where=path, hint="the run is damaged: train it again"
        ) from None


def write_tensors(path: Path, tensors: Mapping[str, Tensor], about: Json) -> None:
    """Write torch tensors and a JSON value that describes them, as one safetensors file."""
    from safetensors.torch import save

    flat = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_atomic(
        path, save(flat, {"seehear": json.dumps(about, ensure_ascii=False, allow_nan=False)})
    )


def read_tensors(path: Path) -> tuple[dict[str, Tensor], Json]:
    """Return (tensors, description) of a file written by `write_tensors`.

    Raises:
        WeightsError: missing, truncated, or not one of our files.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            about = (file.metadata() or {}).get("seehear")
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        if about is None:
            raise WeightsError(
                "expected a file written by seehear train or convert, got other safetensors",
                where=path,
            )
        return tensors, json.loads(about)
    except FileNotFoundError:
        raise WeightsError(
            "no such file", where=path, hint="give a run folder, or a model file"
        ) from None
    except OSError as error:
        raise WeightsError(f"cannot be read: {error.strerror}", where=path) from None
    except (SafetensorError, ValueError) as error:
        raise WeightsError(
            f"damaged or truncated checkpoint ({error})",
            where=path,
            hint="take another copy, or remove it and train again",
        ) from None


class ModelFile(NamedTuple):
    """What a model file holds.

    Args:
        copies: tensors by name of each network: `main` and, where a system keeps two, `visual`.
        normalisation: `ROLE.mean`, `ROLE.deviation`.
        about: everything recorded with it (JSON).
    """

    copies: dict[str, dict[str, Tensor]]
    normalisation: dict[str, Tensor]
    about: Json


def write_model(
    path: Path,
    copies: Mapping[str, Mapping[str, Tensor]],
    normalisation: Mapping[str, Tensor],
    about: Json,
) -> None:
    """Write a model file: tensors `COPY.NAME` and `normalise.NAME`, and what they are."""
    tensors: dict[str, Tensor] = {}
    for copy, state in {**copies, NORMALISE: normalisation}.items():
        tensors |= {f"{copy}.{name}": tensor for name, tensor in state.items()}
    write_tensors(path, tensors, about)


def read_model(path: Path) -> ModelFile:
    """Return what a model file holds; errors as `read_tensors`."""
    tensors, about = read_tensors(path)
    parts: dict[str, dict[str, Tensor]] = {}
    for full, tensor in tensors.items():
        part, _, name = full.partition(".")
        parts.setdefault(part, {})[name] = tensor
    normalisation = parts.pop(NORMALISE, {})
    return ModelFile(parts, normalisation, about)


def write_arrays(path: Path, arrays: Mapping[str, ArrayLike]) -> None:
    """Write named arrays as one .npz file, atomically."""
    buffer = io.BytesIO()
    plain: dict[str, Any] = {name: np.asarray(array) for name, array in arrays.items()}
    np.savez(buffer, **plain)
    write_atomic(path, buffer.getvalue())


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the named arrays of an .npz file.

    Raises:
        WeightsError: missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception as error:  # zipfile, zlib and numpy each have their own for a damaged archive
        raise WeightsError(
            f"cannot be read ({type(error).__name__}: {error})",
            where=path,
            hint="remove it and run the same command again",
        ) from None
