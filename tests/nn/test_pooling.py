"""Attentive pooling against its equations, by hand."""

import math

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from seehear.nn.pooling import attentive_pooling
from small_networks import random


def linear(weight: list[list[float]]) -> nn.Linear:
    layer = nn.Linear(len(weight[0]), len(weight))
    layer.weight.data = torch.tensor(weight)
    layer.bias.data.zero_()
    return layer


def test_attentive_pooling_by_hand() -> None:
    # two seconds, two tracks, features (logit of prob, time attention, track attention), one class
    log3 = math.log(3.0)
    features = torch.tensor(
        [[[[log3, log3, 0.0], [0.0, 0.0, 0.0]], [[-log3, 0.0, log3], [log3, 0.0, 0.0]]]]
    )
    heads = [linear([[1.0, 0, 0]]), linear([[0, 1.0, 0]]), linear([[0, 0, 1.0]])]
    clip, track, segment = attentive_pooling(features, *heads)
    # P: audio 3/4, 1/4; visual 1/2, 3/4.  over time: audio 3/4, 1/4; visual 1/2, 1/2.  over tracks:
    # 1/2 1/2; 3/4 1/4
    torch.testing.assert_close(segment[0, :, :, 0], torch.tensor([[0.75, 0.5], [0.25, 0.75]]))
    torch.testing.assert_close(
        track[0, :, 0], torch.tensor([0.75 * 0.75 + 0.25 * 0.25, 0.5 * 0.5 + 0.5 * 0.75])
    )
    expected = (0.75 * 0.75 + 0.5 * 0.5) * 0.5 + 0.25 * 0.25 * 0.75 + 0.5 * 0.75 * 0.25
    assert clip.item() == pytest.approx(expected, abs=1e-6)


def test_clip_probability_may_exceed_one_and_reach_two() -> None:
    # audio is attended in the first second, where audio is the track that counts; visual in the
    # second, likewise
    features = 30 * torch.tensor([[[[1.0, 1, 1], [1.0, -1, -1]], [[1.0, -1, -1], [1.0, 1, 1]]]])
    clip, track, _ = attentive_pooling(features, *(linear([row]) for row in torch.eye(3).tolist()))
    assert clip.item() == pytest.approx(2, abs=1e-6)
    assert track.max().item() <= 1


def test_attentive_pooling_gradients() -> None:
    torch.manual_seed(0)
    heads = [nn.Linear(3, 2, dtype=torch.float64) for _ in range(3)]
    features = random(2, 3, 2, 3, dtype=torch.float64).requires_grad_()
    assert gradcheck(lambda x: attentive_pooling(x, *heads), (features,))
