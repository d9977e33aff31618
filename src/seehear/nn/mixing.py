"""Pairs of segments of a track mixed after the encoder (mix-up).

Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization" (ICLR 2018); mixing encoded
segments, with one share for a whole batch, is UWAV's (CVPR 2025).
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


class Mixing(NamedTuple):
    """What is mixed with what.

    Args:
        share: share of the segment itself, in [0, 1]; the rest comes from its partner.
        order: index of each segment's partner, (2, B * T): for each track a permutation of all
            segments of the batch.
    """

    share: float
    order: Tensor

    def of_track(
        self, values: Float[Tensor, "batch segments width"], track: int
    ) -> Float[Tensor, "batch segments width"]:
        """Return the values of the segments of track 0 (audio) or 1 (visual), mixed."""
        other = values.flatten(0, 1)[self.order[track]].view_as(values)
        return self.share * values + (1 - self.share) * other

    def of_both(
        self, values: Float[Tensor, "batch segments 2 width"]
    ) -> Float[Tensor, "batch segments 2 width"]:
        """Return the values of both tracks' segments, each track mixed with itself."""
        return torch.stack([self.of_track(values[:, :, track], track) for track in (0, 1)], dim=2)


def draw(alpha: float, segments: int, device: torch.device) -> Mixing:
    """Return a random mixing, its share drawn from Beta(alpha, alpha).

    The share comes from torch's generator on the CPU, the partners from that of the device.

    Args:
        alpha: above 0; the greater, the nearer the share is to one half.
        segments: B * T, all segments of a batch.
        device: of the partners' indices.
    """
    beta = torch.distributions.Beta(torch.tensor(alpha), torch.tensor(alpha))
    orders = torch.stack([torch.randperm(segments, device=device) for _ in range(2)])
    return Mixing(float(beta.sample()), orders)
