"""MGN's term: every class token must be recognised as its own class."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def class_token_ce(logits: Float[Tensor, "classes classes"]) -> Float[Tensor, ""]:
    """Return the cross-entropy of row c against class c, for one track, mean over classes."""
    return F.cross_entropy(logits, torch.arange(len(logits), device=logits.device))
