"""A small classifier over segments with its own pooling, for networks without attentive pooling."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

SegmentPooling = Literal["max", "mean", "attention"]


class SegmentHead(nn.Module):
    """sigmoid(fc2 relu(fc1 x)) for every segment, then one probability for all of them.

    Args:
        width: of the segments.
        hidden: units of the hidden layer.
        classes: number of classes.
        pooling: over segments, of the probabilities: their "max", their "mean", or their mean
            weighted by a softmax over segments of a further linear map ("attention").
    """

    def __init__(self, width: int, hidden: int, classes: int, pooling: SegmentPooling) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, classes)
        self.pooling = pooling
        if pooling == "attention":
            self.attention = nn.Linear(hidden, classes)

    def forward(
        self,
        x: Float[Tensor, "batch segments width"],
    ) -> tuple[Float[Tensor, "batch segments classes"], Float[Tensor, "batch classes"]]:
        """Return the segment probabilities and the pooled ones."""
        inner = F.relu(self.fc1(x))
        prob = torch.sigmoid(self.fc2(inner))
        if self.pooling == "max":
            return prob, prob.amax(dim=1)
        if self.pooling == "mean":
            return prob, prob.mean(dim=1)
        return prob, (torch.softmax(self.attention(inner), dim=1) * prob).sum(dim=1)
