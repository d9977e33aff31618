"""When linear maps that follow each other should be multiplied into one before they are applied.

With many rows a product of two weights costs less than a second product of the rows.  The numbers
are the same up to float rounding, gradients too.
"""

import torch
from torch import Tensor


def pays_to_merge(x: Tensor, rows: int) -> bool:
    """Return whether maps that follow each other should be merged before they are applied to `x`.

    They are not merged in reduced precision, nor while a graph is traced, because the graph must
    suit any number of rows.

    Args:
        x: what the maps are applied to, features on the last axis.
        rows: merging pays where `x` has more rows than this.
    """
    # torch has no types for this function
    tracing = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    if tracing or x.shape[:-1].numel() <= rows:
        return False
    kind = x.device.type
    return not (torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind))
