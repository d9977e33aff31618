"""AVE's network for its own task."""

import pytest
import torch

from seehear.nn import build


def test_ave_own_task_needs_as_many_regions_as_hidden_units() -> None:
    net = build("ave_events", audio_dim=7, region_dim=11, classes=4, width=16, regions=6, hidden=8)
    out = net(torch.randn(2, 3, 7), torch.randn(2, 3, 2, 3, 11))
    assert out.segment_score.shape == (2, 3, 4)
    torch.testing.assert_close(out.clip_prob.sum(-1), torch.ones(2))
    with pytest.raises(ValueError, match="needs 6 regions a segment, got 4"):
        net(torch.randn(2, 3, 7), torch.randn(2, 3, 2, 2, 11))


def test_ave_residual_fusion() -> None:
    net = build("ave_events", fusion="residual")
    assert len(net.state_dict()) == 33
    out = net(torch.randn(1, 10, 128), torch.randn(1, 10, 7, 7, 512))
    assert out.segment_prob.shape == (1, 10, 29)
