"""Scaled dot-product attention and the multi-head module around it."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.dropout import dropout as drop
from seehear.nn.merging import pays_to_merge


def _split(rows: Tensor, heads: int) -> Tensor:
    """(batch, n, width) -> (batch * heads, n, width / heads)."""
    if heads == 1:
        return rows
    return rows.unflatten(-1, (heads, -1)).transpose(1, 2).flatten(0, 1)


def attend(
    query: Float[Tensor, "batch queries width"],
    key: Float[Tensor, "batch keys width"],
    value: Float[Tensor, "batch keys width"],
    heads: int = 1,
    *,
    bias: Float[Tensor, "queries keys"] | None = None,
    dropout: float = 0.0,
) -> Float[Tensor, "batch queries width"]:
    """Return softmax(q kᵀ / √(width / heads) + bias) v, head by head.

    It is written out because at ten segments the products are tiny: with dropout this is faster on
    a CPU than `F.scaled_dot_product_attention`.

    Args:
        query, key, value: already projected.
        heads: into how many parts of equal width the rows are cut.
        bias: added to the scores before the softmax; -1e9 hides a key.
        dropout: share of attention weights set to 0 (the rest scaled up); pass 0 outside training.
    """
    batch, width = query.shape[0], query.shape[2]
    query, key, value = (_split(rows, heads) for rows in (query, key, value))
    scores = torch.bmm(query * (width // heads) ** -0.5, key.transpose(1, 2))
    if bias is not None:
        scores = scores + bias
    weights = torch.softmax(scores, dim=-1)
    if dropout:
        weights = drop(weights, dropout)
    mixed = torch.bmm(weights, value)
    if heads == 1:
        return mixed
    return mixed.unflatten(0, (batch, heads)).transpose(1, 2).flatten(2)


class Attention(nn.Module):
    """Multi-head attention with the parameter names and initial values of torch's own.

    Args:
        width: size of queries, keys, values and output; a multiple of `heads`.
        heads: number of heads.
        dropout: on the attention weights while training.

    Raises:
        ValueError: the width is not a multiple of the heads.
    """

    def __init__(self, width: int, heads: int = 1, *, dropout: float = 0.0) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is not a multiple of {heads} heads")
        self.heads, self.dropout = heads, dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.zeros_(self.out_proj.bias)
        # after out_proj: torch's order of random numbers
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(
        self,
        query: Float[Tensor, "batch queries width"],
        source: Float[Tensor, "batch keys width"],
    ) -> Float[Tensor, "batch queries width"]:
        """Return what each row of `query` finds in the rows of `source` (keys and values)."""
        width, dropout = query.shape[-1], self.dropout if self.training else 0.0
        if self.heads == 1 and pays_to_merge(query, width):
            return self._merged(query, source, dropout)
        weight, bias = self.in_proj_weight, self.in_proj_bias
        if source is query:
            q, k, v = F.linear(query, weight, bias).chunk(3, dim=-1)
        else:
            q = F.linear(query, weight[:width], bias[:width])
            k, v = F.linear(source, weight[width:], bias[width:]).chunk(2, dim=-1)
        return self.out_proj(attend(q, k, v, self.heads, dropout=dropout))

    def _merged(
        self,
        query: Float[Tensor, "batch queries width"],
        source: Float[Tensor, "batch keys width"],
        dropout: float,
    ) -> Float[Tensor, "batch queries width"]:
        """Return the same with two products a row instead of four.

        With one head, linear maps follow each other and can be multiplied beforehand.  Scores are
        q kᵀ = (x Wqᵀ + bq) Wk yᵀ + terms equal for all keys, which the softmax drops.  The output
        map may be applied to each key's value before the weighted mean, also with dropout on the
        weights.
        """
        w_q, w_k, w_v = self.in_proj_weight.chunk(3)
        b_q, _, b_v = self.in_proj_bias.chunk(3)
        w_o, b_o = self.out_proj.weight, self.out_proj.bias
        to_asked, asked_bias = w_k.T @ w_q, b_q @ w_k
        to_told, told_bias = w_o @ w_v, w_o @ b_v
        if source is query:
            weight, bias = torch.cat([to_asked, to_told]), torch.cat([asked_bias, told_bias])
            asked, told = F.linear(query, weight, bias).chunk(2, dim=-1)
        else:
            asked = F.linear(query, to_asked, asked_bias)
            told = F.linear(source, to_told, told_bias)
        return attend(asked, source, told, dropout=dropout) + b_o
