"""When linear maps that follow each other should be multiplied into one before they are applied.

Outside training many rows meet the same weights, so that one product of two weights costs less than a second product of
the rows.  The numbers are the same up to float rounding.
"""

import torch
from torch import Tensor


def pays_to_merge(x: Tensor, rows: int) -> bool:
    """Return whether linear maps that follow each other should be merged before they are applied to `x`.

    Never where gradients are wanted, which are those of the single maps, nor in reduced precision.

    Args:
        x: what the maps are applied to, features on the last axis.
        rows: from how many rows on merging costs less than it saves.
    """
    if torch.is_grad_enabled() or x.shape[:-1].numel() <= rows:
        return False
    kind = x.device.type
    return not (torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind))
