"""A trained parser on a split whose features are on disk, and what it refuses."""

import json

import numpy as np
import pytest

from seehear.errors import DataError, FeatureError
from seehear.train import (
    evaluate_split,
    load_run,
    predict_split,
)
from small_world import ENCODERS, SEGMENTS, write_world


def test_the_prediction_of_a_split(world, trained, monkeypatch):
    dataset, store = world
    got = predict_split(trained, store.path, dataset, "test")
    assert got.segment_prob.shape == (8, SEGMENTS, 2, 4)
    assert got.track_prob.shape == (8, 2, 4)
    assert got.clip_prob.shape == (8, 4)
    assert got.segment_prob.dtype == np.float32
    assert got.decoding == load_run(trained).decoding
    val = json.loads((trained / "run.json").read_text())["figures"]
    assert evaluate_split(trained, store, dataset, "val") == pytest.approx(val)
    split = dataset.split("test")
    monkeypatch.setitem(
        split.__dict__, "weak", 1 - split.weak
    )  # a predictor that read the labels would change
    np.testing.assert_array_equal(
        predict_split(trained, store, dataset, "test").segment_prob, got.segment_prob
    )


def test_features_of_other_weights_vocabularies_and_grids_are_refused(world, trained, tmp_path):
    dataset, _ = world
    other = write_world(
        tmp_path / "weights", encoders={**ENCODERS, "conse": {"weights": {"conse": "cc" * 32}}}
    )
    with pytest.raises(
        FeatureError,
        match=r"conse: expected features of the weights the parser was trained with "
        r"\(bbbbbbbbbbbb\), got cccccccccccc",
    ):
        predict_split(trained, other[1], dataset, "test")
    toml = other[0].root / "dataset.toml"
    for change, to, message in (
        (
            "Cat",
            "Cow",
            "other classes than the parser; only in the parser: Cat; only in the dataset: Cow",
        ),
        ("count = 4", "count = 5", "expected the 4 segments of 1 s of training.* 5 of 1 s"),
    ):
        changed = tmp_path / to.replace(" ", "")
        changed.mkdir()
        for path in other[0].root.iterdir():
            (changed / path.name).write_text(path.read_text().replace(change, to))
        from seehear.data import open_dataset

        with pytest.raises(DataError, match=message):
            predict_split(trained, world[1], open_dataset(changed), "test")
    assert toml.exists()
