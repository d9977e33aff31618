"""DHHN's terms between predictions: a helper teaches, the two tracks keep apart."""

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def follow(
    prob: Float[Tensor, "batch classes"], teacher: Float[Tensor, "batch classes"]
) -> Float[Tensor, ""]:
    """Return the mean squared distance to a teacher that gets no gradient."""
    return F.mse_loss(prob, teacher.detach())


def contrast_tracks(
    prob: Float[Tensor, "batch classes"], other: Float[Tensor, "batch classes"]
) -> Float[Tensor, ""]:
    """Return minus the mean squared distance of two tracks, in [-1, 0]: they are driven apart."""
    return -F.mse_loss(prob, other)
