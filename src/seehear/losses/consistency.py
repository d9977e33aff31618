"""DHHN's terms between predictions: a track follows its helper, the two tracks keep apart.

Source: DHHN (ACM MM 2022), released as anonyUsr22/DHHN.
"""

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def follow(
    prob: Float[Tensor, "batch classes"], teacher: Float[Tensor, "batch classes"]
) -> Float[Tensor, ""]:
    """Return the mean squared distance to a teacher; the teacher gets no gradient."""
    return F.mse_loss(prob, teacher.detach())


def contrast_tracks(
    prob: Float[Tensor, "batch classes"], other: Float[Tensor, "batch classes"]
) -> Float[Tensor, ""]:
    """Return minus the mean squared distance of two tracks, in [-1, 0]; it drives them apart."""
    return -F.mse_loss(prob, other)
