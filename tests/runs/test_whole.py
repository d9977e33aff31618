"""Training on windows and prediction on whole clips, of features of any length."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_lfav
from seehear.data import open_dataset
from seehear.errors import ConfigError, FeatureError
from seehear.features import open_features
from seehear.train import RunOptions, predict_split, prepare, run
from small_world import write_world

TINY = {"network.width": 8, "network.hidden": 8, "training.epochs": 1, "training.batch": 2}
LENGTHS = {"aaaaaaaaaa1": 9, "aaaaaaaaaa2": 3, "tttttttttt1": 12, "tttttttttt2": 6}
WIDTHS = {"vggish": 128, "resnet18": 512, "r2plus1d_18": 512}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp("lfav")
    rng = np.random.default_rng(0)
    for folder, width in WIDTHS.items():
        (root / "feats" / "LFAV" / folder).mkdir(parents=True)
        for clip, count in LENGTHS.items():
            rows = rng.random((count, width), np.float32)
            np.save(root / "feats" / "LFAV" / folder / f"{clip}.npy", rows)
    return open_dataset(write_lfav(root)), open_features(root / "feats")


@pytest.mark.usefixtures("no_graphs")
def test_a_run_learns_from_windows_and_parses_whole_clips(world, tmp_path: Path) -> None:
    dataset, store = world
    said: list[str] = []
    options = RunOptions(device="cpu", window=5, track_labels=True, say=said.append)
    prepared = prepare(dataset, store, "han", settings=TINY, options=options)
    assert prepared.train.audio.shape == (3, 5, 128)  # nine seconds are two windows
    assert (prepared.asked["window"], prepared.asked["track_labels"]) == (5, True)
    assert any("windows of 5 segments" in line for line in said)
    folder = run(prepared, tmp_path / "run", options=options)
    found = predict_split(folder, store, dataset, "test")
    assert found.segment_prob.shape == (2, dataset.grid.count, 2, 35)
    there = found.segment_prob.max(axis=(2, 3)) > 0
    assert there.sum(axis=1).tolist() == [12, 6]  # each as long as its features
    # a clip of six seconds is two windows; the second 1-5 lie in both, so their mean stands there
    assert (found.track_prob[1] >= found.track_prob[1].min()).all()


def test_what_a_dataset_has_not_cannot_be_learned(tmp_path: Path) -> None:
    dataset, store = write_world(tmp_path)
    options = RunOptions(device="cpu", track_labels=True)
    with pytest.raises(ConfigError, match="no weak labels of each track"):
        prepare(dataset, store, "han", settings=TINY, options=options)


def test_rows_of_a_wrong_width_are_refused(tmp_path: Path) -> None:
    (tmp_path / "LFAV" / "vggish").mkdir(parents=True)
    np.save(tmp_path / "LFAV" / "vggish" / "a.npy", np.zeros((7, 64), np.float32))
    with pytest.raises(FeatureError, match=r"expected \(seconds, 128\)"):
        open_features(tmp_path)
