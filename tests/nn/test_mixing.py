"""Segments mixed by two: within a track, classified by the same head, one share a batch."""

import torch

from seehear.nn.mixing import Mixing, draw
from small_networks import batch, small


def test_each_track_is_mixed_within_itself() -> None:
    values = torch.arange(8.0).view(1, 2, 2, 2)  # a clip, two segments, two tracks
    mixing = Mixing(0.75, torch.tensor([[1, 0], [0, 1]]))
    mixed = mixing.of_both(values)
    torch.testing.assert_close(mixed[0, 0, 0], 0.75 * values[0, 0, 0] + 0.25 * values[0, 1, 0])
    torch.testing.assert_close(mixed[:, :, 1], values[:, :, 1])


def test_a_share_of_one_leaves_the_prediction_and_the_gradient_reaches_the_encoder() -> None:
    net, inputs = small("han").eval(), batch()
    torch.manual_seed(5)
    mixing = draw(1.7, 18, torch.device("cpu"))
    assert 0 < mixing.share < 1
    assert sorted(mixing.order[1].tolist()) == list(range(18))
    out = net(**inputs, mixing=mixing._replace(share=1.0))
    torch.testing.assert_close(out.mixed_prob, out.segment_prob)
    net(**inputs, mixing=mixing).mixed_prob.sum().backward()
    assert net.hat_encoder.layers[0].linear1.weight.grad.abs().sum() > 0
    assert net(**inputs).mixed_prob is None
