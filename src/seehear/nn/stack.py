"""Layers of one kind, and how they start: the releases differ in it, and training shows it."""

import copy
from collections.abc import Callable
from typing import Literal

from torch import nn

Start = Literal["copies", "drawn"]


def stack(make: Callable[[], nn.Module], count: int, start: Start) -> nn.ModuleList:
    """Return `count` layers.

    Args:
        make: draws one.
        start: "copies": one is drawn and copied, so all are equal before the first step; "drawn":
            each is drawn for itself.  The same thing at one layer.
    """
    if start == "drawn":
        return nn.ModuleList(make() for _ in range(count))
    first = make()
    return nn.ModuleList(copy.deepcopy(first) for _ in range(count))
