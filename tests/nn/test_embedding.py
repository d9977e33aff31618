"""Frames averaged and projected, one map at a time or merged."""

import pytest
import torch

from seehear.nn.embedding import Embedding, pool_frames
from small_networks import random


def test_reduced_precision_is_never_merged() -> None:
    embedding = Embedding(4, 12, 8, 16).eval()
    visual, motion = random(3, 8, 12), random(3, 4, 8, seed=1)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert embedding.embed_visual(visual, motion, 4).dtype == torch.bfloat16


def test_many_frames_take_the_merged_maps() -> None:
    torch.manual_seed(0)
    embedding = Embedding(4, 12, 8, 16)
    visual, motion = random(3, 8, 12), random(3, 4, 8, seed=1)  # 12 rows: more than half of 12 + 8
    merged = embedding.embed_visual(visual, motion, 4)
    single = torch.cat(
        [
            embedding.embed_visual(v, m, 4)
            for v, m in zip(visual.split(1), motion.split(1), strict=True)
        ]
    )
    assert not torch.equal(merged, single), "the same numbers: nothing was merged"
    torch.testing.assert_close(merged, single, rtol=1e-5, atol=1e-6)
    cotangent, leaves = random(3, 4, 16, seed=2), list(embedding.parameters())[2:]  # without fc_a
    gradients = (torch.autograd.grad(out, leaves, cotangent) for out in (merged, single))
    for of_merged, of_single in zip(*gradients, strict=True):
        torch.testing.assert_close(of_merged, of_single, rtol=1e-4, atol=1e-5)


def test_frames_are_averaged_in_order() -> None:
    frames = torch.arange(12.0).view(1, 12, 1)
    assert pool_frames(frames, 3).flatten().tolist() == [1.5, 5.5, 9.5]
    assert pool_frames(frames, 12) is frames
    with pytest.raises(ValueError, match="multiple of the 5 audio rows, got 12"):
        pool_frames(frames, 5)


def test_averaging_before_projecting_is_averaging_after() -> None:
    torch.manual_seed(0)
    net = Embedding(4, 6, 5, 8)
    visual, motion = random(2, 24, 6), random(2, 3, 5, seed=1)
    averaged = net.fc_v(visual).unflatten(1, (3, 8)).mean(2)
    released = net.fc_fusion(torch.cat([averaged, net.fc_st(motion)], dim=-1))
    torch.testing.assert_close(net.embed_visual(visual, motion, 3), released, atol=1e-6, rtol=0)
