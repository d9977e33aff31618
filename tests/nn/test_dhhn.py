"""DHHN: scales, helpers, and the parser of two copies."""

import torch
from torch import nn

from seehear.nn import build
from seehear.nn.dhhn import DHHN
from small_networks import batch, small


def test_dhhn_scales() -> None:
    net = small("dhhn").eval()
    assert [scale(torch.randn(1, 10, 16)).shape[1] for scale in net.conv_x1] == [10, 5, 2]


def test_dhhn_copies_serve_their_tracks() -> None:
    audio_net, visual_net = small("dhhn").eval(), small("dhhn").eval()
    nn.init.zeros_(visual_net.fc_prob.weight)
    nn.init.zeros_(visual_net.fc_prob.bias)
    out = DHHN(audio_net, visual_net)(**batch())
    assert torch.equal(out.segment_prob[:, :, 0], audio_net(**batch()).segment_prob[:, :, 0])
    assert (out.segment_prob[:, :, 1] == 0.5).all()


def test_dhhn_helpers_take_one_track() -> None:
    inputs = batch(frames=24)
    heard = build("dhhn_audionet", audio_dim=7, classes=5, width=16).eval()(inputs["audio"])
    seen = build("dhhn_videonet", visual_dim=11, motion_dim=9, classes=5, width=16).eval()(
        inputs["visual"], inputs["motion"]
    )
    alone = build("dhhn_videonet", visual_dim=11, motion_dim=None, classes=5, width=16).eval()
    for out in (heard, seen, alone(inputs["visual"], segments=6)):
        assert out.track_prob.shape == (3, 5)
        assert out.segment_prob.shape == (3, 6, 5)
    assert alone(inputs["visual"]).segment_prob.shape == (3, 24, 5)
