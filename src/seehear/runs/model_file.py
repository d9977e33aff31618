"""The model file of a run: where it lies, and what it holds beside the weights of its networks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import WeightsError
from seehear.foreign.tensors import opened_tensors
from seehear.share.about import SCHEMA
from seehear.share.bundle import MODEL as BEST
from seehear.share.bundle import describe

__all__ = [
    "NORMALISE",
    "SCHEMA",
    "check_normalisation",
    "model_file",
    "read_description",
    "require_model",
]

NORMALISE = "normalise"  # tensors `normalise.ROLE.mean` and `normalise.ROLE.deviation`


def model_file(path: str | Path) -> Path:
    """Return the model file of a run folder; a path that is not a folder is returned as it is."""
    path = Path(path)
    return path / BEST if path.is_dir() else path


def require_model(path: Path) -> Path:
    """Return the model file of a run folder or a file.

    Raises:
        WeightsError: the folder has none; where it holds runs of several seeds, one is named.
    """
    file = model_file(path)
    if not path.is_dir() or file.exists():
        return file
    seeds = sorted(found.parent.name for found in path.glob(f"*/{BEST}"))
    hint = "train it first: seehear train"
    if seeds:
        hint = f"several seeds: name one, such as {path / seeds[0]}"
    raise WeightsError(
        f"expected a run folder with {BEST}, got a folder without", where=path, hint=hint
    )


def read_description(
    file: Path,
) -> tuple[dict[str, Any], Mapping[str, NDArray[np.float32]]]:
    """Return what a model file says of itself, and its normalisation; networks are not read.

    Raises:
        WeightsError: the file is missing, damaged, or not a model file of seehear.
    """
    about = describe(file)
    with opened_tensors(file, "np") as tensors:
        numbers = {}
        for name in tensors.names():
            part, _, rest = name.partition(".")
            if part == NORMALISE:
                numbers[rest] = tensors.read(name)
    check_normalisation(numbers, about, file)
    return about, numbers


def check_normalisation(numbers: Mapping[str, Any], about: Mapping[str, Any], file: Path) -> None:
    """Refuse normalisation that does not fit the inputs.

    Args:
        numbers: arrays or tensors `ROLE.mean` and `ROLE.deviation`, of the width of the input.
        about: the description of the run.
        file: the model file, for the message.

    Raises:
        WeightsError: numbers of another shape, or a mean without a deviation or the other way
            round.
    """
    for role, width in about["dims"].items():
        there = [f"{role}.{part}" in numbers for part in ("mean", "deviation")]
        shapes = [tuple(numbers[f"{role}.{p}"].shape) for p in ("mean", "deviation") if all(there)]
        if any(there) and shapes != [(width,), (width,)]:
            raise WeightsError(
                f"expected {width} numbers to standardise the {role} input, got {shapes or 'some'}",
                where=file,
                hint="the model file is damaged: take another copy, or train again",
            )
