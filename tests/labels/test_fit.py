"""Labels that were made earlier: of which datasets they are labels."""

import dataclasses

import numpy as np
import pytest

from seehear.data import open_dataset
from seehear.labels.fit import misfit
from seehear.labels.store import SegmentLabels
from small_world import SEGMENTS, write_world


@pytest.fixture
def made(tmp_path):
    """Return a dataset and labels of its training clips."""
    dataset, _ = write_world(tmp_path)
    split = dataset.split("train")
    array = np.zeros((len(split), SEGMENTS, 4), np.float32)
    about = {"name": "small", "fingerprint": dataset.fingerprint(), "grid": dataset.parts()["grid"]}
    labels = SegmentLabels(
        array,
        None,
        split.names,
        dataset.vocabulary.names,
        {"split": "train", "dataset": about},
        weak=split.weak.astype(bool),
    )
    return dataset, labels


def again(dataset, change=lambda text: text, file="dataset.toml"):
    """Return the dataset opened again after a change of one of its files."""
    path = dataset.root / file
    path.write_text(change(path.read_text()))
    return open_dataset(dataset.root)


def without_val(text):
    head, _, rest = text.partition("[splits.val]")
    return head + rest[rest.index("[splits.test]") :]


def test_a_split_or_clips_that_were_taken_away_do_not_matter(made):
    dataset, labels = made
    assert misfit(labels, dataset) is None
    less = again(dataset, without_val)
    assert less.fingerprint() != dataset.fingerprint()
    assert misfit(labels, less) is None
    fewer = again(dataset, lambda text: "\n".join(text.splitlines()[:-3]) + "\n", "train.csv")
    assert misfit(labels, fewer) is None


def test_clips_that_had_other_classes_are_counted(made):
    dataset, labels = made
    other = again(dataset, lambda text: text.replace("Dog", "Cat"), "train.csv")
    count = int((other.split("train").weak != dataset.split("train").weak).any(axis=1).sum())
    first = next(
        name
        for name, now, then in zip(
            labels.names, other.split("train").weak, labels.weak, strict=True
        )
        if (now != then).any()
    )
    assert misfit(labels, other) == (
        f"the dataset has changed since these labels were made: {count} clips of split train had"
        f" other classes then (first: {first})"
    )


def test_another_grid_and_other_clips_are_another_dataset(made):
    dataset, labels = made
    finer = again(dataset, lambda text: text.replace("step_s = 1.0", "step_s = 0.5"))
    assert "segments were 4 x 1 s from 0 s, now 4 x 0.5 s from 0 s" in misfit(labels, finer)
    renamed = again(dataset, lambda text: text.replace("train", "clip"), "train.csv")
    assert misfit(labels, renamed) == "labels of another dataset (small): no clip is the same"
    unknown = dataclasses.replace(labels, weak=None)
    assert "or its tables have changed" in misfit(unknown, finer)
