"""Two tiny trained systems, their labels and one real video, for everything that is drawn of
runs.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from media_files import mp4
from seehear import train
from seehear.data import Dataset, open_dataset
from seehear.features import FeatureStore
from seehear.labels.lsld.build import build_labels
from seehear.labels.lsld.options import Denoising
from seehear.labels.store import save
from small_world import DIMS, SEGMENTS, TINY, write_world

OPTIONS = Denoising(visual="conse", audio="yamnet", alpha="fit", beta="fit")


class Words:
    """A text tower of eight numbers a text, made from its letters: equal texts, equal vectors."""

    id, dim, digest = "words", DIMS["conse/space"], "cc" * 32

    def encode(self, texts: list[str]) -> np.ndarray:
        rows = np.stack(
            [np.random.default_rng(list(text.encode())).standard_normal(self.dim) for text in texts]
        )
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def tower(id_: str) -> Words:
    return Words()


@dataclass(frozen=True)
class World:
    dataset: Dataset
    store: FeatureStore
    runs: dict[str, Path]
    labels: Path


def make(
    root: Path, *, video: str | None = "test00", recipes: tuple[str, ...] = ("han", "lsld")
) -> World:
    dataset, store = write_world(root, truth=("train", "val", "test"))
    if video is not None:
        # as long as the grid of the small world, which would be refused beside other media
        path = dataset.root / "videos" / f"{video}.mp4"
        path.parent.mkdir(exist_ok=True)
        mp4(path, seconds=SEGMENTS)
        table = dataset.root / "dataset.toml"
        table.write_text('media = "videos"\n' + table.read_text())
        dataset = open_dataset(dataset.root)
    built = build_labels(dataset, store, OPTIONS, load=tower)
    save(built.labels, root / "labels")
    runs = {}
    for name in recipes:
        prepared = train.prepare(dataset, store, name, settings=TINY)
        labels: Any = built.labels if name == "lsld" else None
        runs[name] = train.run(prepared, root / name, seed=1, labels=labels)
    return World(dataset, store, runs, root / "labels")
