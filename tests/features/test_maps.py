"""Rows of VALOR's maps to segments, against torch doing the three steps one after the other."""

import json

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from seehear.features.maps import map_weights, maps_to_segments


@pytest.mark.parametrize("segments", [10, 8, 5, 1])
def test_enlarge_project_average_in_any_order(segments):
    generator = torch.Generator().manual_seed(0)
    maps = torch.randn(2, 64, 768, generator=generator)
    linear = torch.nn.Linear(768, 16)
    with torch.no_grad():
        large = F.interpolate(maps[:, None], (1024, 768), mode="bicubic", align_corners=True)[:, 0]
        expected = F.adaptive_avg_pool1d(linear(large).transpose(1, 2), segments).transpose(1, 2)
        ours = linear(torch.from_numpy(maps_to_segments(maps.numpy(), segments)))
    assert ours.shape == (2, segments, 16)
    np.testing.assert_allclose(ours.numpy(), expected.numpy(), atol=2e-5)


def test_weights_add_up_and_stand_in_time():
    weights = map_weights(64, 10)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert (np.diff(weights @ np.arange(64)) > 5).all()


@pytest.fixture
def llp(tmp_path):
    """Return a dataset with random features in VALOR's folders, as `fetch llp` leaves them."""
    rng = np.random.default_rng(0)
    ids = [f"clip{i:07d}" for i in range(6)]
    for folder, shape in (("CLIP", (10, 768)), ("CLAP", (64, 768))):
        (tmp_path / folder / "features").mkdir(parents=True)
        for name in ids:
            np.save(
                tmp_path / folder / "features" / f"{name}.npy",
                rng.normal(size=shape).astype(np.float32),
            )
    (tmp_path / "dataset.toml").write_text(
        'name = "tiny"\nmedia = "videos"\n[vocabulary]\nDog = "Dog"\nCar ='
        ' "Car"\n[splits.train]\nclips = "train.csv"\n[splits.val]\nclips = "val.csv"\naudio ='
        ' "a.csv"\nvisual = "v.csv"\n'
    )
    for split, some in (("train", ids[:4]), ("val", ids[4:])):
        lines = "".join(
            f"{name}_0_10\t{'Dog' if i % 2 else 'Car'}\n" for i, name in enumerate(some)
        )
        (tmp_path / f"{split}.csv").write_text("filename\tevent_labels\n" + lines)
    for track in "av":
        (tmp_path / f"{track}.csv").write_text(
            "filename\tonset\toffset\tevent_labels\n"
            + "".join(f"{name}_0_10\t0\t5\tDog\n" for name in ids[4:])
        )
    return tmp_path


def test_a_recipe_trains_on_the_fetched_folders(llp, tmp_path):
    from seehear.cli.main import main

    assert (
        main(
            [
                "train",
                str(llp),
                "--features",
                str(llp),
                "--recipe",
                "han",
                "--out",
                str(tmp_path / "run"),
                "--set",
                "training.epochs=1",
                "--set",
                "training.batch=2",
            ]
        )
        == 0
    )
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert about["dims"] == {"audio": 768, "visual": 768, "motion": None}
