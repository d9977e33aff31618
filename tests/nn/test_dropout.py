"""Dropout of our own random numbers: its share, its mean, its ends."""

import math

import pytest
import torch

from seehear.nn.dropout import Dropout, dropout


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_dropout_drops_its_share_and_keeps_the_mean(share: float) -> None:
    torch.manual_seed(0)
    x = torch.ones(1000, 333, requires_grad=True)  # not a multiple of four elements
    y = dropout(x, share)
    assert (y == 0).double().mean().item() == pytest.approx(
        share, abs=4 * math.sqrt(share / x.numel())
    )
    torch.testing.assert_close(
        y[y != 0].unique(), torch.tensor([1 / (1 - share)]), rtol=1e-4, atol=0
    )
    y.sum().backward()
    assert torch.equal(x.grad, y.detach()), "what is dropped gets no gradient"
    lanes = (
        y.detach().flatten()[:332_000].view(-1, 4) == 0
    ).double()  # four elements share a draw: all four uniform
    assert lanes.mean(0).numpy() == pytest.approx(share, abs=6 * math.sqrt(share / len(lanes)))
    assert abs(torch.corrcoef(lanes.T) - torch.eye(4)).max() < 0.02


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_dropout_of_nothing_and_of_all(share: float) -> None:
    assert torch.equal(dropout(torch.ones(5), share), torch.full((5,), 1.0 - share))
    layer = Dropout(share)
    assert torch.equal(layer.eval()(torch.ones(5)), torch.ones(5))
