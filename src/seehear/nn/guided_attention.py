"""Audio-guided visual attention (AVE, ECCV 2018): what is heard decides which region to look at."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class GuidedAttention(nn.Module):
    """The mean of a segment's regions, weighted by how well they match its audio.

        a' = relu(affine_audio a),  v' = relu(affine_video v)
        E  = tanh(affine_v v' + affine_g a')
        α  = softmax over regions of (affine_h E),  result = Σ α v

    Args:
        audio_dim, region_dim: widths of the inputs; the result is as wide as a region.
        width: of a' and v'.
        hidden: of E.
        audio_along_regions: the released code adds the audio term along the region axis, not the
            hidden one, which works only because there are 49 regions and 49 hidden units.  True
            does the same; False adds it along the hidden axis.
    """

    def __init__(
        self,
        audio_dim: int,
        region_dim: int,
        *,
        width: int = 512,
        hidden: int = 49,
        audio_along_regions: bool,
    ) -> None:
        super().__init__()
        self.affine_audio = nn.Linear(audio_dim, width)
        self.affine_video = nn.Linear(region_dim, width)
        self.affine_v = nn.Linear(width, hidden, bias=False)
        self.affine_g = nn.Linear(width, hidden, bias=False)
        self.affine_h = nn.Linear(hidden, 1, bias=False)
        self.audio_along_regions = audio_along_regions

    def attend(
        self,
        audio: Float[Tensor, "*batch audio_dim"],
        regions: Float[Tensor, "*batch regions region_dim"],
    ) -> Float[Tensor, "*batch region_dim"]:
        """Return the mean of the regions, weighted by the attention.

        Raises:
            ValueError: audio is added along the regions, and their number is not that of the hidden
                units.
        """
        count, hidden = regions.shape[-2], self.affine_v.out_features
        if self.audio_along_regions and count != hidden:
            raise ValueError(f"audio_along_regions needs {hidden} regions a segment, got {count}")
        audio_term = self.affine_g(F.relu(self.affine_audio(audio)))
        along = -1 if self.audio_along_regions else -2
        audio_term = audio_term.unsqueeze(along)
        energy = torch.tanh(self.affine_v(F.relu(self.affine_video(regions))) + audio_term)
        weights = torch.softmax(self.affine_h(energy), dim=-2)  # (..., regions, 1)
        return (weights * regions).sum(dim=-2)


def xavier(module: nn.Module) -> None:
    """Give a linear layer AVE's initial weights; its bias keeps torch's."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
