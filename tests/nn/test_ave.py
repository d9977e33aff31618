"""The AVE reconstruction attends to frames."""

import pytest
import torch

from seehear.nn import build
from small_networks import batch, small


def test_ave_attends_to_frames() -> None:
    net, inputs = small("ave").eval(), batch(frames=24)
    swapped = {**inputs, "visual": inputs["visual"].unflatten(1, (6, 4)).flip(2).flatten(1, 2)}
    pooled = {**inputs, "visual": inputs["visual"].unflatten(1, (6, 4)).mean(2)}
    out = net(**inputs).segment_prob
    torch.testing.assert_close(
        net(**swapped).segment_prob, out
    )  # their order within a second means nothing
    assert not torch.equal(
        net(**pooled).segment_prob, out
    )  # but each counts by how it goes with the audio


def test_ave_with_the_released_attention_needs_as_many_frames_as_hidden_units() -> None:
    net = build(
        "ave",
        audio_dim=5,
        visual_dim=6,
        motion_dim=None,
        classes=3,
        width=8,
        hidden=4,
        attention=4,
        audio_along_regions=True,
    )
    assert net(torch.rand(2, 3, 5), torch.rand(2, 12, 6)).segment_prob.shape == (2, 3, 2, 3)
    with pytest.raises(ValueError, match="audio_along_regions needs 4 regions a segment, got 1"):
        net(torch.rand(2, 3, 5), torch.rand(2, 3, 6))
