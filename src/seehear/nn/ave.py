"""AVE for weakly-labelled video parsing: a RECONSTRUCTION.

The HAN paper compares with AVE (Tian, Shi, Li, Duan and Xu, "Audio-Visual Event Localization in
Unconstrained Videos", ECCV 2018) extended by audio and visual parsing branches.  Neither code nor
layer details of that version are public.  This is our reading: audio-guided attention over the
frames of a second (the features have no spatial regions), a bidirectional LSTM for each track, and
three heads.  AVE's network for its own task is `seehear.nn.ave_events`.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.guided_attention import GuidedAttention, xavier
from seehear.nn.heads import SegmentHead, SegmentPooling
from seehear.nn.options import StreamOptions
from seehear.nn.output import Output


@dataclass(frozen=True, kw_only=True)
class AVEOptions(StreamOptions):
    """How AVE is built, beside the widths of `StreamOptions`.

    The motion stream is joined to the attended frame vector; `width` is that of the projected
    frames and of the attention's inputs.

    Args:
        hidden: units of each direction of the LSTMs.
        head_hidden: hidden units of the heads.
        pooling: over segments; "max" is AVE's own.
        attention: hidden units of the attention.
        audio_along_regions: add audio as the released attention does (`GuidedAttention`); possible
            only where a segment has as many frames as the attention has hidden units.
    """

    hidden: int = 128
    head_hidden: int = 64
    pooling: SegmentPooling = "max"
    attention: int = 49
    audio_along_regions: bool = False


class AVE(nn.Module):
    """Guided attention over frames, two bidirectional LSTMs, a head for each track and for both."""

    def __init__(self, options: AVEOptions) -> None:
        super().__init__()
        audio_dim, width, hidden = options.audio_dim, options.width, options.hidden
        heads = (options.head_hidden, options.classes, options.pooling)
        self.frame = nn.Linear(options.visual_dim, width)
        self.guide = GuidedAttention(
            audio_dim,
            width,
            width=width,
            hidden=options.attention,
            audio_along_regions=options.audio_along_regions,
        )
        self.has_motion = options.motion_dim is not None
        if options.motion_dim is not None:
            self.fusion = nn.Linear(width + options.motion_dim, width)
        self.audio_lstm = nn.LSTM(audio_dim, hidden, batch_first=True, bidirectional=True)
        self.visual_lstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.audio_head = SegmentHead(2 * hidden, *heads)
        self.visual_head = SegmentHead(2 * hidden, *heads)
        self.joint_head = SegmentHead(4 * hidden, *heads)
        self.apply(xavier)

    def forward(
        self,
        audio: Float[Tensor, "batch segments audio_dim"],
        visual: Float[Tensor, "batch frames visual_dim"],
        motion: Float[Tensor, "batch segments motion_dim"] | None = None,
    ) -> Output:
        """Return the probabilities of a batch.

        Args:
            audio: one row a segment.
            visual: single frames, which are weighed by the attention.
            motion: one row a segment; None for a network without this stream.

        Raises:
            ValueError: the frames are not a multiple of the segments, or the motion stream is
                missing, or given to a network without it.
        """
        segments = audio.shape[1]
        if visual.shape[1] % segments:
            raise ValueError(
                f"expected visual rows to be a multiple of the {segments} audio rows, "
                f"got {visual.shape[1]}"
            )
        if (motion is not None) != self.has_motion:
            raise ValueError(
                f"this network was built {'with' if self.has_motion else 'without'} a motion stream"
            )
        seen = self.guide.attend(audio, self.frame(visual).unflatten(1, (segments, -1)))
        if motion is not None:
            seen = self.fusion(torch.cat([seen, motion], dim=-1))
        audio_features, visual_features = self.audio_lstm(audio)[0], self.visual_lstm(seen)[0]
        heard, shown = F.relu(audio_features), F.relu(visual_features)
        audio_prob, audio_clip = self.audio_head(heard)
        visual_prob, visual_clip = self.visual_head(shown)
        joint_prob, joint_clip = self.joint_head(torch.cat([heard, shown], dim=-1))
        return Output(
            joint_clip,
            torch.stack([audio_clip, visual_clip], dim=1),
            torch.stack([audio_prob, visual_prob], dim=2),
            audio_features=audio_features,
            visual_features=visual_features,
            joint_segment_prob=joint_prob,
        )
