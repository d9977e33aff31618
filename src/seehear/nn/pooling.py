"""Attentive multi-modal multiple-instance pooling (HAN, ECCV 2020, section 4.2).

With X the features of T segments and two tracks:

    P   = sigmoid(prob X)                           is the class in this segment of this track
    A_t = softmax over segments of (frame_att X)    which segments speak for a track
    A_m = softmax over tracks of (av_att X)         which track speaks for the clip
    track = Σ_t A_t P                               convex, in [0, 1]
    clip  = Σ_t Σ_m A_t A_m P                       NOT convex: A_t sums to 1 per track, A_m per
                                                    segment, so the products may sum to 2 and the
                                                    clip probability exceed 1
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def attentive_pooling(
    features: Float[Tensor, "batch segments 2 width"],
    prob: nn.Linear,
    frame_att: nn.Linear,
    av_att: nn.Linear,
    *,
    added: Float[Tensor, "batch segments 2 classes"] | None = None,
) -> tuple[
    Float[Tensor, "batch classes"],
    Float[Tensor, "batch 2 classes"],
    Float[Tensor, "batch segments 2 classes"],
]:
    """Return the clip, track and segment probabilities of the module docstring.

    Args:
        features: X.
        prob, frame_att, av_att: the linear maps, width to classes.
        added: added to the logits of P; None: nothing.
    """
    # one product instead of three
    weight = torch.cat([prob.weight, frame_att.weight, av_att.weight])
    bias = torch.cat([prob.bias, frame_att.bias, av_att.bias])
    logits, over_time, over_tracks = F.linear(features, weight, bias).chunk(3, dim=-1)
    segment_prob = torch.sigmoid(logits if added is None else logits + added)
    weighted = torch.softmax(over_time, dim=1) * segment_prob
    clip_prob = (torch.softmax(over_tracks, dim=2) * weighted).sum(dim=(1, 2))
    return clip_prob, weighted.sum(dim=1), segment_prob
