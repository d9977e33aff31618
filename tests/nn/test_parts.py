"""Attention, frame pooling and attentive pooling against independent forms of the same
equations.
"""

import math
from functools import partial

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck
from torch.nn import functional as F

from seehear.nn.attention import Attention, attend
from seehear.nn.dropout import Dropout, dropout
from seehear.nn.embedding import Embedding, pool_frames
from seehear.nn.han import HybridLayer
from seehear.nn.pooling import attentive_pooling
from seehear.nn.transformer import EncoderLayer


def random(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize("heads", [1, 4])
def test_attention_is_torchs(heads: int) -> None:
    torch.manual_seed(0)
    ours = Attention(16, heads).eval()
    torch.manual_seed(0)
    theirs = nn.MultiheadAttention(16, heads, batch_first=True).eval()
    for (name, value), (other, expected) in zip(
        ours.state_dict().items(), theirs.state_dict().items(), strict=True
    ):
        assert name == other
        assert torch.equal(value, expected), "the same initial values at the same seed"
    query, source = random(3, 5, 16), random(3, 7, 16, seed=1)
    torch.testing.assert_close(
        ours(query, source), theirs(query, source, source, need_weights=False)[0]
    )
    torch.testing.assert_close(
        ours(query, query), theirs(query, query, query, need_weights=False)[0]
    )


@pytest.mark.parametrize("alone", [False, True], ids=["other", "itself"])
def test_many_rows_take_the_merged_maps(alone: bool) -> None:
    attention, query, source = (
        one_head(),
        random(8, 5, 16),
        random(8, 7, 16, seed=1),
    )  # 40 rows: more than the width
    source = query if alone else source
    merged, single = attention(query, source), in_parts(attention, query, source)
    assert not torch.equal(merged, single), "the same numbers: nothing was merged"
    torch.testing.assert_close(merged, single, rtol=1e-5, atol=1e-6)
    cotangent, leaves = random(8, 5, 16, seed=2), list(attention.parameters())
    gradients = (torch.autograd.grad(out, leaves, cotangent) for out in (merged, single))
    for of_merged, of_single in zip(*gradients, strict=True):
        torch.testing.assert_close(of_merged, of_single, rtol=1e-4, atol=1e-5)


def test_merged_maps_drop_the_same_weights() -> None:
    attention, query, source = one_head(dropout=0.5), random(8, 5, 16), random(8, 7, 16, seed=1)
    outs = []
    for attended in (attention, partial(in_parts, attention)):
        torch.manual_seed(0)
        outs.append(attended(query, source))
    torch.testing.assert_close(*outs, rtol=1e-5, atol=1e-6)
    torch.manual_seed(1)
    assert not torch.allclose(attention(query, source), outs[0], atol=0.01)


def one_head(dropout: float = 0.0) -> Attention:
    torch.manual_seed(0)
    attention = Attention(16, dropout=dropout)
    nn.init.normal_(attention.in_proj_bias)
    nn.init.normal_(attention.out_proj.bias)
    return attention


def in_parts(attention: Attention, query: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
    q, k, v = (
        F.linear(x, weight, bias)
        for x, weight, bias in zip(
            (query, source, source),
            attention.in_proj_weight.chunk(3),
            attention.in_proj_bias.chunk(3),
            strict=True,
        )
    )
    return attention.out_proj(attend(q, k, v, dropout=attention.dropout))


def test_several_heads_are_never_merged() -> None:
    attention, query = Attention(16, 4), random(8, 5, 16)
    pieces = torch.cat(
        [attention(part, part) for part in query.chunk(4)]
    )  # 10 rows each: too few to merge
    torch.testing.assert_close(attention(query, query), pieces, rtol=1e-6, atol=1e-7)


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


def test_attention_by_hand() -> None:
    query = torch.tensor([[[1.0, 0.0]]])
    key = math.sqrt(2) * torch.tensor([[[math.log(3.0), 5.0], [0.0, 7.0]]])
    value = torch.tensor([[[4.0, 0.0], [0.0, 8.0]]])
    torch.testing.assert_close(
        attend(query, key, value), torch.tensor([[[3.0, 2.0]]])
    )  # weights 3/4 and 1/4
    hidden = torch.tensor([[-1e9, 0.0]])
    torch.testing.assert_close(attend(query, key, value, bias=hidden), value[:, 1:])


def test_attention_gradients() -> None:
    q, k, v = (
        random(2, 3, 4, seed=seed, dtype=torch.float64).requires_grad_() for seed in range(3)
    )
    assert gradcheck(lambda *x: attend(*x, 2), (q, k, v))


def test_attention_width_is_a_multiple_of_heads() -> None:
    with pytest.raises(ValueError, match="width 10 is not a multiple of 4 heads"):
        Attention(10, 4)


def test_hybrid_layer_is_the_equation() -> None:
    torch.manual_seed(0)
    layer = HybridLayer(8, 1, 12, 0.1).eval()
    x, other = random(2, 4, 8), random(2, 4, 8, seed=1)
    z = layer.norm1(x + layer.cm_attn(x, other) + layer.self_attn(x, x))
    expected = layer.norm2(z + layer.linear2(torch.relu(layer.linear1(z))))
    torch.testing.assert_close(layer(x, other), expected)


def test_encoder_layer_is_torchs() -> None:
    torch.manual_seed(0)
    ours = EncoderLayer(16, 4, 24, 0.1).eval()
    theirs = nn.TransformerEncoderLayer(16, 4, 24, batch_first=True).eval()
    theirs.load_state_dict(ours.state_dict())
    x = random(3, 5, 16)
    torch.testing.assert_close(ours(x), theirs(x))


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
