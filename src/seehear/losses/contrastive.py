"""Audio and visual features of a second belong together: contrastive terms of MA and JoMoLD.

Both take a similarity matrix S of audio segments t (rows) and visual segments t' (columns) and want
row t to be most like column t.  The target q is smoothed: 1 - s on the diagonal, s / (T - 1) on
every other column.  Only audio looks for visual, not the other way round.  With T = 1 both are 0.

Source: MA (CVPR 2021), released as Yu-Wu/Modaily-Aware-Audio-Visual-Video-Parsing; JoMoLD (ECCV
2022), released as MCG-NJU/JoMoLD.
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
    """Return MA's term, the cross-entropy with the smoothed target.

    It is the mean over all rows of `-Σ_t' q log softmax(S)`.

    Args:
        similarity: S, cosines over a temperature.
        smoothing: s.
    """
    log_prob = torch.log_softmax(similarity, dim=-1)
    return -(_target(similarity, smoothing) * log_prob).sum(-1).mean()


def expected_contrast(
    similarity: Float[Tensor, "batch segments segments"],
    *,
    smoothing: float = 0.1,
) -> Float[Tensor, ""]:
    """Return JoMoLD's term, minus the log of an expected probability.

    It is the mean over all rows of `-log Σ_t' q softmax(S)`.

    Args:
        similarity: S, cosines over a temperature.
        smoothing: s.
    """
    expected = (_target(similarity, smoothing) * torch.softmax(similarity, dim=-1)).sum(-1)
    return -expected.log().mean()
