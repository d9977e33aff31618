"""What stages make and need: arrays as .npz, segment labels as their own folder, networks as model
files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seehear.data import Dataset
from seehear.labels.store import SegmentLabels, load, save
from seehear.recipes import Recipe, Stage
from seehear.train.data import Clips
from seehear.train.files import read_arrays, write_arrays
from seehear.train.model import Predicted, load_run, predict


@dataclass(frozen=True)
class Context:
    """What a computing stage may look at.

    Args:
        recipe, stage: the resolved recipe and this stage of it (`stage.settings` holds its
            numbers).
        dataset, store: as opened.
        train: the training clips as networks see them (standardised, where the feature set says
            so).
        needed: artefacts by name: arrays by name; for a trained network its folder.
        seed: of anything random.
    """

    recipe: Recipe
    stage: Stage
    dataset: Dataset
    store: Any
    train: Clips
    needed: Mapping[str, Any]
    seed: int

    def predict(self, stage: str, clips: Clips, **forward: Any) -> Predicted:
        """Return the probabilities that the network of an earlier stage gives to `clips`."""
        device = self.train.weak.device
        run = load_run(self.needed[stage], device=str(device))
        return predict(
            run.copies, clips, {**run.about["recipe"]["network"]["forward"], **forward}, device
        )


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
