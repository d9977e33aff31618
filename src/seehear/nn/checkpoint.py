"""Reads checkpoint files of other programs without running any code they may carry."""

import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from seehear.errors import WeightsError
from seehear.foreign.archive import check_archive
from seehear.foreign.tensors import opened_tensors


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """Return what a `.pt`/`.pth` file of `torch.save` or a `.safetensors` file holds.

    Only tensors, plain values and the numpy arrays of a stored random state are rebuilt; anything
    else in the file is refused before it can run.

    Raises:
        WeightsError: missing, truncated, of another format, or holding something that could run
            code.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(
            "is a folder" if path.is_dir() else "no such file",
            where=path,
            hint="give a checkpoint file (.pt, .pth, .safetensors)",
        )
    if path.suffix == ".safetensors":
        with opened_tensors(path, "pt", hint="fetch the file again") as file:
            return {name: file.read(name) for name in file.names()}
    check_archive(path)
    try:
        with torch.serialization.safe_globals(_numpy_arrays()), warnings.catch_warnings():
            # torch warns of pickles that are not its own; we say so below
            warnings.simplefilter("ignore")
            value = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        found = re.search(r"Unsupported (?:global|class)[^A-Z]*GLOBAL ([\w.]+)", str(error))
        what = (
            f"it wants to rebuild {found[1]}"
            if found
            else "it is damaged, truncated, or no plain state dict"
        )
        raise WeightsError(
            f"refused: {what}",
            where=path,
            hint=(
                "only tensors and plain values are read, because "
                "anything else could run code; ask for a file that holds the state dict alone"
            ),
        ) from None
    except Exception as error:  # a damaged file shows itself as almost any error
        raise WeightsError(
            f"not a checkpoint of torch, or a damaged or truncated one ({type(error).__name__})",
            where=path,
            hint="fetch the file again",
        ) from None
    if not isinstance(value, Mapping):
        raise WeightsError(
            f"expected a dictionary of tensors, got {type(value).__name__}", where=path
        )
    return dict(value)


def _numpy_arrays() -> list[Any]:
    """Return the names that rebuild numpy arrays of numbers, of old and new versions of numpy."""
    reconstruct = np.zeros(0).__reduce__()[0]
    names = [f"numpy.{core}.multiarray._reconstruct" for core in ("core", "_core")]
    return [
        np.ndarray,
        np.dtype,
        type(np.dtype(np.uint32)),
        *((reconstruct, name) for name in names),
    ]
