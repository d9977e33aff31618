"""The classifier over segments and its three ways to pool them."""

import pytest
import torch

from seehear.nn.heads import SegmentHead
from small_networks import random


def head(pooling: str) -> SegmentHead:
    torch.manual_seed(0)
    return SegmentHead(4, 6, 3, pooling)


@pytest.mark.parametrize("pooling", ["max", "mean", "attention"])
def test_the_pooled_probability_lies_between_those_of_the_segments(pooling: str) -> None:
    prob, pooled = head(pooling)(random(2, 5, 4))
    assert prob.shape == (2, 5, 3)
    assert pooled.shape == (2, 3)
    assert (pooled >= prob.amin(dim=1) - 1e-6).all()
    assert (pooled <= prob.amax(dim=1) + 1e-6).all()


def test_max_and_mean_are_those_of_the_segments() -> None:
    x = random(2, 5, 4)
    prob, pooled = head("max")(x)
    assert torch.equal(pooled, prob.amax(dim=1))
    prob, pooled = head("mean")(x)
    torch.testing.assert_close(pooled, prob.mean(dim=1))


def test_attention_weighs_segments_by_a_map_of_its_own() -> None:
    net, x = head("attention"), random(2, 5, 4)
    torch.nn.init.zeros_(net.attention.weight)
    torch.nn.init.zeros_(net.attention.bias)
    prob, pooled = net(x)
    torch.testing.assert_close(pooled, prob.mean(dim=1))  # equal weights
    torch.nn.init.normal_(net.attention.weight, std=5)
    assert not torch.allclose(net(x)[1], prob.mean(dim=1), atol=1e-3)
