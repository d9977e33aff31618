"""Layers of one kind and their first weights, in which releases differ; results depend on it."""

import copy
from collections.abc import Callable
from typing import Literal

from torch import nn

Start = Literal["copies", "drawn"]


def stack(make: Callable[[], nn.Module], count: int, start: Start) -> nn.ModuleList:
    """Return `count` layers.

    Args:
        make: returns a layer with random weights.
        count: number of layers.
        start: "copies": one layer is made and copied, so all are equal before the first step;
            "drawn": each is made by itself.  With one layer there is no difference.
    """
    if start == "drawn":
        return nn.ModuleList(make() for _ in range(count))
    first = make()
    return nn.ModuleList(copy.deepcopy(first) for _ in range(count))
