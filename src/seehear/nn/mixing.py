"""Segments mixed by two after the encoder, within a track (mix-up).

Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization" (ICLR 2018); of encoded segments,
with one share a batch: UWAV (CVPR 2025).
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


class Mixing(NamedTuple):
    """What is mixed with what.

    Args:
        share: of the segment itself, in [0, 1]; the rest is the other's.
        order: the other of each segment, for each track a permutation of all segments of the batch,
            (2, B * T).
    """

    share: float
    order: Tensor

    def of_track(
        self, values: Float[Tensor, "batch segments width"], track: int
    ) -> Float[Tensor, "batch segments width"]:
        """Return the values of one track's segments, mixed."""
        other = values.flatten(0, 1)[self.order[track]].view_as(values)
        return self.share * values + (1 - self.share) * other

    def of_both(
        self, values: Float[Tensor, "batch segments 2 width"]
    ) -> Float[Tensor, "batch segments 2 width"]:
        """Return the values of both tracks' segments, each mixed within itself."""
        return torch.stack([self.of_track(values[:, :, track], track) for track in (0, 1)], dim=2)


def draw(alpha: float, segments: int, device: torch.device) -> Mixing:
    """Return a mixing of some segments, its share drawn from Beta(alpha, alpha).

    All randomness is torch's own, of the device.
    """
    beta = torch.distributions.Beta(torch.tensor(alpha), torch.tensor(alpha))
    orders = torch.stack([torch.randperm(segments, device=device) for _ in range(2)])
    return Mixing(float(beta.sample()), orders)
