"""MGN: timing, assignment and where it starts."""

import pytest
import torch

from seehear.nn.mgn import MGN, MGNOptions, assign_weights
from small_networks import batch, small


def test_mgn_released_timing_is_nearly_constant_and_mended_forms_are_not() -> None:
    inputs = batch(segments=10, frames=10)
    ratios = {}
    for timing in ("released", "article", "relative"):
        net = small("mgn", segments=10, classes=25, timing=timing).eval()
        out = net(**inputs)
        ratios[timing] = out.segment_prob / out.track_prob[:, None]
    assert 1.09 < ratios["released"].min()
    assert ratios["released"].max() < 1.11
    assert ratios["article"].max() < 1
    torch.testing.assert_close(ratios["relative"].amax(dim=1), torch.ones(3, 2, 25))


def test_mgn_hard_assignment_gives_each_segment_to_one_class() -> None:
    out = small("mgn", assignment="hard").eval()(**batch())
    share = out.segment_prob / out.track_prob[:, None]
    torch.testing.assert_close(share.sum(dim=-1), torch.ones(3, 6, 2))
    assert set(share.round(decimals=5).unique().tolist()) == {0.0, 1.0}


def test_mgn_straight_through_gradient() -> None:
    torch.manual_seed(0)
    scores = torch.randn(2, 4, 5, requires_grad=True)
    weights = assign_weights(scores, hard=True, training=True)
    assert set(weights.detach().round(decimals=5).unique().tolist()) == {0.0, 1.0}
    (weights * torch.randn(2, 4, 5)).sum().backward()
    assert scores.grad.abs().sum() > 0


def test_mgn_has_one_number_of_segments() -> None:
    with pytest.raises(ValueError, match="built for 6 segments, got 5: build it with segments=5"):
        small("mgn")(**batch(segments=5, frames=5))


def test_mgn_starts_with_zero_tokens_and_small_weights() -> None:
    net = MGN(MGNOptions(width=64, classes=3))
    assert not net.audio_token.any()
    assert not net.visual_token.any()
    assert 0.015 < net.fc_v.weight.std() < 0.025
    assert not net.fc_v.bias.any()
