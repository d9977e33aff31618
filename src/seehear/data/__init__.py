"""Datasets: clips, weak labels, truth in named readings, predictions.  Numpy only."""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.errors import DataError

if TYPE_CHECKING:
    from seehear.data.anomalies import KINDS, find_anomalies
    from seehear.data.arrays import read_scores
    from seehear.data.clip import Clip
    from seehear.data.dataset import Dataset, Split
    from seehear.data.predictions import Predictions, read_predictions
    from seehear.data.suffixes import MEDIA_SUFFIXES
    from seehear.data.tables import Issue
    from seehear.data.truth import READINGS, Reading, Truth
    from seehear.data.vocabulary import LLP_VOCABULARY, Vocabulary

# name -> its file, imported when asked for: reading words alone needs nothing of datasets
_WHERE = {
    "KINDS": "anomalies",
    "LLP_VOCABULARY": "vocabulary",
    "MEDIA_SUFFIXES": "suffixes",
    "READINGS": "truth",
    "Clip": "clip",
    "Dataset": "dataset",
    "Issue": "tables",
    "Predictions": "predictions",
    "Reading": "truth",
    "Split": "dataset",
    "Truth": "truth",
    "Vocabulary": "vocabulary",
    "find_anomalies": "anomalies",
    "read_predictions": "predictions",
    "read_scores": "arrays",
}

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


def __getattr__(name: str) -> object:
    if name in _WHERE:
        return getattr(importlib.import_module(f"seehear.data.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'seehear.data' has no attribute {name!r}")


def open_dataset(path: str | Path) -> "Dataset":
    """Return the dataset in a folder.

    Args:
        path: a folder with a `dataset.toml`, that file itself, or a folder with the tables of a
            benchmark (`seehear.data.readers`).

    Raises:
        DataError: none of these is there, or a table is damaged.
    """
    from seehear.data.folder import TOML, open_folder
    from seehear.data.readers import known, reader_of

    root = Path(path)
    root = root.parent if root.name == TOML else root
    if not root.is_dir():
        raise DataError(
            "no such folder" if not root.exists() else "expected a dataset folder, got a file",
            where=root,
        )
    if (root / TOML).is_file():
        return open_folder(root)
    reader = reader_of(root)
    if reader is not None:
        return reader.read(root)
    raise DataError(
        f"expected {TOML}, or {known()}",
        where=root,
        hint="docs/own-data.md shows what a dataset folder holds, docs/benchmarks.md the others",
    )
