"""Binary cross-entropy over classes, for clips and for segments.

Pooled probabilities may exceed 1 (see `seehear.nn.pooling`), so those of clips and tracks are
clamped to [1e-7, 1 - 1e-7] first, as in every released system; beyond the clamp the gradient is
zero.  Losses are computed in float32 as there: 1 - 1e-7 is rounded in it, and in float64 a clamped
value would have a larger loss.  Segment probabilities come from a sigmoid and are not clamped,
except those of a network that may leave [0, 1] (`mgn`).
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

CLAMP = 1e-7


def clip_bce_elements(
    prob: Float[Tensor, "batch classes"],
    label: Float[Tensor, "batch classes"],
) -> Float[Tensor, "batch classes"]:
    """Return the clamped cross-entropy of every element, `-(y log p + (1 - y) log(1 - p))`.

    Args:
        prob: p, any value (it is clamped).
        label: y in [0, 1]; anything else raises RuntimeError.
    """
    return F.binary_cross_entropy(prob.clamp(CLAMP, 1 - CLAMP), label, reduction="none")


def clip_bce(
    prob: Float[Tensor, "batch classes"],
    label: Float[Tensor, "batch classes"],
    *,
    weight: Float[Tensor, "batch classes"] | None = None,
) -> Float[Tensor, ""]:
    """Return the mean over batch and classes of the clamped cross-entropy.

    Args:
        prob: of the clip or of one track; any value (it is clamped).
        label: in [0, 1]; anything else raises RuntimeError.
        weight: factor of every element before the mean; None: 1.

    Examples:
        >>> prob, label = torch.tensor([[0.5, 0.5]]), torch.tensor([[1.0, 0.0]])
        >>> round(float(clip_bce(prob, label)), 4)
        0.6931
    """
    elements = clip_bce_elements(prob, label)
    return elements.mean() if weight is None else (weight * elements).mean()


def segment_bce(
    prob: Float[Tensor, "batch segments classes"],
    label: Float[Tensor, "batch segments classes"],
    *,
    clamp: bool = False,
    weight: Float[Tensor, "batch 1 classes"] | None = None,
) -> Float[Tensor, ""]:
    """Return the mean over batch, segments and classes of the cross-entropy (LSLD's segment loss).

    Args:
        prob: of one track, in [0, 1] unless `clamp`.
        label: in [0, 1], possibly re-weighted (soft).
        clamp: bring `prob` into [1e-7, 1 - 1e-7] first; for networks whose segments may exceed 1.
        weight: factor of every element before the mean; None: 1.

    Raises:
        RuntimeError: a label, or a probability that is not clamped, outside [0, 1].
    """
    inside = torch.clamp(prob, CLAMP, 1 - CLAMP) if clamp else prob
    return F.binary_cross_entropy(inside, label, weight)
