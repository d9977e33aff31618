"""Gaussian noise on the features of training clips, drawn anew in every step.

It is in proportion to how much each dimension varies over the training clips.

Source: noise on inputs is a common regulariser; on stored features it is ours.  Shifting clips in
time together with their labels was tried, too, and did not help
(`benchmarks/notes/2026-11-28-ingredients.md`).
"""

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor

from seehear.nn.part import for_whole_batch
from seehear.runs.inputs import ROLES

Inputs = dict[str, Tensor | None]


def noisy(
    inputs: Mapping[str, Tensor | None], deviation: float, spread: Mapping[str, Tensor]
) -> Inputs:
    """Return the inputs of some clips with Gaussian noise on their features.

    Args:
        inputs: by role, (B, R, D); None where there is no such stream.
        deviation: standard deviation of the noise, as a multiple of that of each dimension.
        spread: standard deviation of each dimension, `ROLE.deviation` (D,).
    """
    out = dict(inputs)
    for role in ROLES:
        rows = inputs.get(role)
        if rows is not None:
            device = rows.device
            noise = for_whole_batch(rows.shape, partial(torch.randn, device=device))
            out[role] = rows + noise * (deviation * spread[f"{role}.deviation"].to(device))
    return out
