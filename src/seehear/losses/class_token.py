"""MGN's term: every class token must be recognised as its own class."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def class_token_ce(logits: Float[Tensor, "classes classes"]) -> Float[Tensor, ""]:
    """Return the cross-entropy of row c against class c, the mean over the classes of one track.

    Source: MGN (NeurIPS 2022), released as stoneMo/MGN.
    """
    return F.cross_entropy(logits, torch.arange(len(logits), device=logits.device))
