"""The kinds of files in a run folder: JSON, tensors, models and arrays, all written atomically."""

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
from seehear.foreign import texts
from seehear.foreign.arrays import read_npz
from seehear.foreign.forms import Form, T
from seehear.foreign.tensors import opened_tensors
from seehear.runs.likeness import PREFIX as LIKENESS
from seehear.runs.model_file import NORMALISE
from seehear.share.about import ABOUT


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path`; if that fails half way, the file that was there stays complete.

    Raises:
        SeehearError: no space left, no permission, or another refusal of the operating system.
    """
    with atomic_path(path, wanted=len(data)) as aside, aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_json(path: Path, value: Json) -> None:
    """Write one JSON value atomically; errors as `write_atomic`."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path, form: Form[T]) -> T:
    """Return the JSON value of a run's file, checked against a form.

    Raises:
        WeightsError: missing, unreadable, not JSON or not of the form.
    """
    hint = "the run is damaged: train it again" if path.exists() else "is this a run folder?"
    return texts.read_json(path, form, kind=WeightsError, hint=hint)


def write_tensors(path: Path, tensors: Mapping[str, Tensor], about: Json) -> None:
    """Write torch tensors and a JSON value that describes them, as one safetensors file."""
    from safetensors.torch import save

    flat = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_atomic(
        path, save(flat, {"seehear": json.dumps(about, ensure_ascii=False, allow_nan=False)})
    )


def read_tensors(path: Path, form: Form[T]) -> tuple[dict[str, Tensor], T]:
    """Return (tensors, description) of a file written by `write_tensors`.

    Raises:
        WeightsError: missing, truncated, not one of our files, or not of the form.
    """
    with opened_tensors(path, "pt") as file:
        about = file.about(form)
        return {name: file.read(name) for name in file.names()}, about


class ModelFile(NamedTuple):
    """What a model file holds.

    Args:
        copies: tensors by name of each network: `main` and, where a system keeps two, `visual`.
        normalisation: `ROLE.mean`, `ROLE.deviation`.
        about: what is recorded with them: recipe, vocabulary, grid, encoders (JSON).
    """

    copies: dict[str, dict[str, Tensor]]
    normalisation: dict[str, Tensor]
    about: Json


def write_model(
    path: Path,
    copies: Mapping[str, Mapping[str, Tensor]],
    normalisation: Mapping[str, Tensor],
    about: Json,
    likeness: Mapping[str, Tensor] | None = None,
) -> None:
    """Write a model file: tensors `COPY.NAME`, `normalise.NAME`, `likeness.NAME`, and `about`.

    Args:
        path: of the file.
        copies, normalisation, about: see `ModelFile`.
        likeness: of `seehear.runs.likeness`, by name; None: none.
    """
    tensors: dict[str, Tensor] = {}
    for copy, state in {**copies, NORMALISE: normalisation, LIKENESS: likeness or {}}.items():
        tensors |= {f"{copy}.{name}": tensor for name, tensor in state.items()}
    write_tensors(path, tensors, about)


def read_model(path: Path, form: Form[Json] = ABOUT) -> ModelFile:
    """Return what a model file holds; errors as `read_tensors`."""
    tensors, about = read_tensors(path, form)
    parts: dict[str, dict[str, Tensor]] = {}
    for full, tensor in tensors.items():
        part, _, name = full.partition(".")
        parts.setdefault(part, {})[name] = tensor
    normalisation = parts.pop(NORMALISE, {})
    parts.pop(LIKENESS, None)  # parsing reads it (`seehear.runs.likeness`)
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
    return read_npz(path, kind=WeightsError, hint="remove it and run the same command again")
