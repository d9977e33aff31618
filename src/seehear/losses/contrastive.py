"""Audio and visual features of the same second belong together: the contrastive terms of MA and
JoMoLD.

Both read a similarity matrix S (audio segment t, visual segment t') and want row t to find column
t, with smoothing: the target q puts 1 - s on the diagonal and s / (T - 1) on every other column.
With T = 1 there is nothing to tell
apart and both are 0.  One direction only: audio finds visual.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def _target(similarity: Tensor, smoothing: float) -> Tensor:
    segments = similarity.shape[-1]
    off = smoothing / max(segments - 1, 1)
    target = torch.full_like(similarity[0], off)
    return target.fill_diagonal_(1 - smoothing if segments > 1 else 1.0)


def smoothed_contrast(
    similarity: Float[Tensor, "batch segments segments"],
    *,
    smoothing: float = 0.1,
) -> Float[Tensor, ""]:
    """Return MA's term, the label-smoothed cross-entropy `-Σ_t' q log softmax(S)`, mean over all
    rows.
    """
    log_prob = torch.log_softmax(similarity, dim=-1)
    return -(_target(similarity, smoothing) * log_prob).sum(-1).mean()


def expected_contrast(
    similarity: Float[Tensor, "batch segments segments"],
    *,
    smoothing: float = 0.1,
) -> Float[Tensor, ""]:
    """Return JoMoLD's term, `-log Σ_t' q softmax(S)`, mean over all rows: the logarithm of an
    expected probability.
    """
    expected = (_target(similarity, smoothing) * torch.softmax(similarity, dim=-1)).sum(-1)
    return -expected.log().mean()
