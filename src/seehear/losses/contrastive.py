"""Audio and visual features of a second belong together: contrastive terms of MA and JoMoLD.

Both read a similarity matrix S (audio segment t, visual segment t') and want row t to find column
t, with smoothing: the target q puts 1 - s on the diagonal and s / (T - 1) on every other column.
With T = 1 there is nothing to tell apart and both are 0.  One direction only: audio finds visual.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def _target(similarity: Tensor, smoothing: float) -> Tensor:
    segments = similarity.shape[-1]
    if segments == 1:
        return torch.ones_like(similarity[0])
    target = torch.full_like(similarity[0], smoothing / (segments - 1))
    return target.fill_diagonal_(1 - smoothing)


def smoothed_contrast(
    similarity: Float[Tensor, "batch segments segments"],
    *,
    smoothing: float = 0.1,
) -> Float[Tensor, ""]:
    """Return MA's term, the label-smoothed cross-entropy: mean of `-Σ_t' q log softmax(S)`."""
    log_prob = torch.log_softmax(similarity, dim=-1)
    return -(_target(similarity, smoothing) * log_prob).sum(-1).mean()


def expected_contrast(
    similarity: Float[Tensor, "batch segments segments"],
    *,
    smoothing: float = 0.1,
) -> Float[Tensor, ""]:
    """Return JoMoLD's term, minus the log of an expected probability.

    It is `-log Σ_t' q softmax(S)`, mean over all rows.
    """
    expected = (_target(similarity, smoothing) * torch.softmax(similarity, dim=-1)).sum(-1)
    return -expected.log().mean()
