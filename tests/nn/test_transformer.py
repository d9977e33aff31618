"""The plain encoder layer against torch's."""

import torch
from torch import nn

from seehear.nn.transformer import EncoderLayer
from small_networks import random


def test_encoder_layer_is_torchs() -> None:
    torch.manual_seed(0)
    ours = EncoderLayer(16, 4, 24, 0.1).eval()
    theirs = nn.TransformerEncoderLayer(16, 4, 24, batch_first=True).eval()
    theirs.load_state_dict(ours.state_dict())
    x = random(3, 5, 16)
    torch.testing.assert_close(ours(x), theirs(x))
