"""From features of three streams to one audio and one visual vector a segment, by linear maps.

    x_a = fc_a(audio)
    x_v = fc_v(mean over a segment's frames)                                without a motion stream
    x_v = fc_fusion([fc_v(mean over a segment's frames) ; fc_st(motion)])   with one

The released networks project every frame and then average.  A linear map of the mean is the mean of
linear maps, so averaging first gives the same numbers (up to float rounding) for an eighth of the
work, and averaged frames may be stored.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.merging import pays_to_merge


def pool_frames(
    visual: Float[Tensor, "batch frames dim"],
    segments: int,
) -> Float[Tensor, "batch {segments} dim"]:
    """Return the mean over equal groups of consecutive frames.

    Raises:
        ValueError: if the number of frames is not a multiple of the number of segments.
    """
    frames = visual.shape[1]
    if frames == segments:
        return visual
    if segments == 0 or frames % segments:
        raise ValueError(
            f"expected visual rows to be a multiple of the {segments} audio rows, got {frames}"
        )
    # sizes are read from the tensor, not fixed: a traced graph then takes any number of clips
    clips, _, width = visual.shape
    return visual.reshape(clips, segments, -1, width).mean(2)


class Embedding(nn.Module):
    """Base of the networks that begin with HAN's embedding.

    Args:
        audio_dim, visual_dim: widths of the audio and frame features; None: the network does not
            take this track.
        motion_dim: width of the clip (3-D) features; None: the network takes no motion stream.
        width: size of the embedded vectors.
    """

    def __init__(
        self, audio_dim: int | None, visual_dim: int | None, motion_dim: int | None, width: int
    ) -> None:
        super().__init__()
        if audio_dim is not None:
            self.fc_a = nn.Linear(audio_dim, width)
        if visual_dim is not None:
            self.fc_v = nn.Linear(visual_dim, width)
        self.has_motion = motion_dim is not None
        if motion_dim is not None:
            self.fc_st = nn.Linear(motion_dim, width)
            self.fc_fusion = nn.Linear(2 * width, width)

    def embed_audio(
        self, audio: Float[Tensor, "batch segments _"]
    ) -> Float[Tensor, "batch segments width"]:
        """Return the embedded audio rows."""
        return self.fc_a(audio)

    def embed_visual(
        self,
        visual: Float[Tensor, "batch frames _"],
        motion: Float[Tensor, "batch segments _"] | None,
        segments: int,
    ) -> Float[Tensor, "batch {segments} width"]:
        """Return the embedded visual rows, one a segment.

        Raises:
            ValueError: the motion stream is missing, or given to a network without it, or the
                frames are not a multiple of the segments.
        """
        if motion is None and self.has_motion:
            raise ValueError(
                "this network was built with a motion stream: pass motion=(batch, segments, dim)"
            )
        if motion is not None and not self.has_motion:
            raise ValueError("this network was built without a motion stream: pass motion=None")
        pooled = pool_frames(visual, segments)
        if motion is None:
            return self.fc_v(pooled)
        if pays_to_merge(pooled, (pooled.shape[-1] + motion.shape[-1]) // 2):
            return self._merged(pooled, motion)
        return self.fc_fusion(torch.cat([self.fc_v(pooled), self.fc_st(motion)], dim=-1))

    def _merged(
        self,
        pooled: Float[Tensor, "batch segments _"],
        motion: Float[Tensor, "batch segments _"],
    ) -> Float[Tensor, "batch segments width"]:
        """Return the same with two linear maps in place of three; see `seehear.nn.merging`."""
        left, right = self.fc_fusion.weight.chunk(2, dim=1)
        bias = self.fc_fusion(torch.cat([self.fc_v.bias, self.fc_st.bias]))
        embedded = F.linear(pooled.flatten(0, 1), left @ self.fc_v.weight, bias)
        embedded.addmm_(motion.flatten(0, 1), (right @ self.fc_st.weight).T)
        return embedded.unflatten(0, pooled.shape[:2])
