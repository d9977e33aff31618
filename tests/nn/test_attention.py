"""Attention against torch's and by hand, one map at a time or merged."""

import math
from functools import partial

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck
from torch.nn import functional as F

from seehear.nn.attention import Attention, attend
from small_networks import random


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


def test_several_heads_are_never_merged() -> None:
    attention, query = Attention(16, 4), random(8, 5, 16)
    pieces = torch.cat(
        [attention(part, part) for part in query.chunk(4)]
    )  # 10 rows each: too few to merge
    torch.testing.assert_close(attention(query, query), pieces, rtol=1e-6, atol=1e-7)


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
