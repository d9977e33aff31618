"""Audio decides which region is looked at: by hand, and along the released code's axis."""

import pytest
import torch

from seehear.nn.guided_attention import GuidedAttention, xavier
from small_networks import random


def guide(*, hidden: int = 4, along: bool = False) -> GuidedAttention:
    torch.manual_seed(0)
    return GuidedAttention(3, 5, width=6, hidden=hidden, audio_along_regions=along)


@pytest.mark.parametrize("along", [False, True], ids=["hidden", "regions"])
def test_it_is_the_mean_of_the_regions_by_their_energy(along: bool) -> None:
    net = guide(along=along)
    audio, regions = random(3), random(4, 5, seed=1)
    heard, seen = net.affine_audio(audio).relu(), net.affine_video(regions).relu()
    term = net.affine_g(heard)
    if along:
        term = term[:, None]  # one number a region, the same for all hidden units
    weights = net.affine_h(torch.tanh(net.affine_v(seen) + term)).softmax(dim=0)
    torch.testing.assert_close(net.attend(audio, regions), (weights * regions).sum(dim=0))


def test_equal_regions_leave_nothing_to_choose() -> None:
    region = random(5)
    torch.testing.assert_close(guide().attend(random(3), region.expand(7, 5)), region)


def test_audio_along_regions_needs_as_many_as_hidden_units() -> None:
    with pytest.raises(ValueError, match="needs 4 regions a segment, got 7"):
        guide(along=True).attend(random(3), random(7, 5))


def test_xavier_changes_weights_and_leaves_the_bias() -> None:
    layer = torch.nn.Linear(30, 50)
    weight, bias = layer.weight.clone(), layer.bias.clone()
    xavier(layer)
    assert not torch.equal(layer.weight, weight)
    assert layer.weight.abs().max() <= (6 / 80) ** 0.5
    assert torch.equal(layer.bias, bias)
