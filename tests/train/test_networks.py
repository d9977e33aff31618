"""Networks of a recipe: built for the widths of the features, run over many clips at once."""

import pytest
import torch

from seehear.recipes import apply, get
from seehear.recipes.contract import Clips
from seehear.train import networks

DIMS = {"audio": 3, "visual": 4, "motion": None}
SMALL = apply(get("han"), {"network.width": 8, "network.hidden": 8}).network


@pytest.fixture
def clips():
    torch.manual_seed(0)
    return Clips(tuple("abcde"), torch.ones(5, 2), torch.rand(5, 4, 3), torch.rand(5, 4, 4))


def test_helpers_are_built_beside_the_main_network():
    nets = networks.build_networks(get("dhhn").network, DIMS, classes=2, segments=4)
    assert list(nets) == ["main", "audio", "visual"]


def test_clips_are_predicted_in_batches_with_the_same_result(clips, monkeypatch):
    nets = networks.build_networks(SMALL, DIMS, classes=2, segments=4)
    whole = networks.predict(nets, clips, {}, torch.device("cpu"))
    monkeypatch.setattr(networks, "_BATCH", 2)
    parts = networks.predict(nets, clips, {}, torch.device("cpu"))
    for one, other in zip(whole, parts, strict=True):
        assert one.shape == other.shape
        assert one == pytest.approx(other, abs=1e-6)


def test_a_track_that_is_missing_stays_missing(clips):
    inputs = networks.batch_inputs(clips, torch.tensor([4, 0]), torch.device("cpu"))
    assert inputs["motion"] is None
    assert torch.equal(inputs["audio"], clips.audio[[4, 0]])
