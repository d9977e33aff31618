"""The model file of a run: where it lies, and all of it but the weights of its networks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import WeightsError
from seehear.share.bundle import MODEL as BEST
from seehear.share.bundle import describe

SCHEMA = "seehear.run/1"
NORMALISE = "normalise"  # tensors `normalise.ROLE.mean` and `normalise.ROLE.deviation`


def model_file(path: str | Path) -> Path:
    """Return the model file meant by a run folder or a file."""
    path = Path(path)
    return path / BEST if path.is_dir() else path


def require_model(path: Path) -> Path:
    """Return the model file of a run folder or a file.

    Raises:
        WeightsError: a folder without; the runs of several seeds are named.
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


def check_schema(about: object, file: Path) -> dict[str, Any]:
    """Return what a model file says of itself.

    Raises:
        WeightsError: it is no description of ours.
    """
    if not isinstance(about, dict) or about.get("schema") != SCHEMA:
        got = about.get("schema") if isinstance(about, dict) else about
        raise WeightsError(
            f"expected schema {SCHEMA}, got {got}",
            where=file,
            hint="is this a model file of seehear?",
        )
    return about


def read_description(
    file: Path,
) -> tuple[dict[str, Any], Mapping[str, NDArray[np.float32]]]:
    """Return what a model file says of itself and its normalisation; networks are not read.

    Raises:
        WeightsError: missing, damaged or not one of ours.
    """
    about = check_schema(describe(file), file)
    from safetensors import SafetensorError, safe_open

    numbers = {}
    try:
        with safe_open(file, "np") as tensors:
            for name in tensors.keys():
                part, _, rest = name.partition(".")
                if part == NORMALISE:
                    numbers[rest] = tensors.get_tensor(name)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"damaged or truncated checkpoint ({error})", where=file) from None
    return about, numbers
