"""What stages make and need: arrays as .npz, segment labels as their own folder, networks as model
files.
"""

from pathlib import Path
from typing import Any

import numpy as np

from seehear.labels.store import SegmentLabels, load, save
from seehear.train.files import read_arrays, write_arrays


def save_artefact(run: Path, name: str, value: Any) -> None:
    """Save what a computing stage returned: segment labels, or a mapping of arrays.  Whole or not
    at all.
    """
    if isinstance(value, SegmentLabels):
        save(value, run / name)
    else:
        write_arrays(
            run / "stages" / f"{name}.npz", {key: np.asarray(array) for key, array in value.items()}
        )


def load_artefact(run: Path, name: str) -> Any:
    """Return a computed artefact, or None if it has not been made yet."""
    if (run / name / "labels.json").exists():  # written last
        return load(run / name)
    path = run / "stages" / f"{name}.npz"
    return read_arrays(path) if path.exists() else None
