"""Datasets: clips, weak labels, truth in named readings, predictions.  Numpy only."""

from pathlib import Path

from seehear.data.anomalies import KINDS, find_anomalies
from seehear.data.arrays import read_scores
from seehear.data.clip import Clip
from seehear.data.dataset import Dataset, Split
from seehear.data.folder import TOML, open_folder
from seehear.data.llp import CLIPS, is_llp, open_llp
from seehear.data.predictions import Predictions, read_predictions
from seehear.data.suffixes import MEDIA_SUFFIXES
from seehear.data.tables import Issue
from seehear.data.truth import READINGS, Reading, Truth
from seehear.data.vocabulary import LLP_VOCABULARY, Vocabulary
from seehear.errors import DataError

__all__ = [
    "KINDS",
    "LLP_VOCABULARY",
    "MEDIA_SUFFIXES",
    "READINGS",
    "Clip",
    "Dataset",
    "Issue",
    "Predictions",
    "Reading",
    "Split",
    "Truth",
    "Vocabulary",
    "find_anomalies",
    "open_dataset",
    "read_predictions",
    "read_scores",
]


def open_dataset(path: str | Path) -> Dataset:
    """Return the dataset in a folder: one with a `dataset.toml`, or one holding LLP's official
    tables.

    Raises:
        DataError: neither is there, or a table is damaged.
    """
    root = Path(path)
    root = root.parent if root.name == TOML else root
    if not root.is_dir():
        raise DataError(
            "no such folder" if not root.exists() else "expected a dataset folder, got a file",
            where=root,
        )
    if (root / TOML).is_file():
        return open_folder(root)
    if is_llp(root):
        return open_llp(root)
    raise DataError(
        f"expected {TOML}, or LLP's tables ({', '.join(CLIPS.values())})",
        where=root,
        hint="docs/own-data.md shows what a dataset folder holds",
    )
