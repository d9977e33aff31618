"""AVSDN for weakly-labelled video parsing: a RECONSTRUCTION.

AVSDN (Lin, Li and Wang, "Dual-modality seq2seq network for audio-visual event localization", ICASSP
2019) has no public code, and the parsing version compared with in the HAN paper has no public
description.  This is our reading: an LSTM for each track gives its state, the two states are fused
(`StateFusion`), and a decoder LSTM starts from the fused state and reads both tracks again.  The
audio head and the visual head read the decoder's output beside that of their own track's encoder.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from seehear.nn.embedding import Embedding
from seehear.nn.heads import SegmentHead, SegmentPooling
from seehear.nn.options import StreamOptions
from seehear.nn.output import Output


class StateFusion(nn.Module):
    """½ (tanh(a + m) + tanh(v + m)) with m = ½ (U_a a + U_v v), U = linear, tanh, linear."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.audio, self.visual = (
            nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, width))
            for _ in range(2)
        )

    def forward(
        self,
        audio: Float[Tensor, "1 batch width"],
        visual: Float[Tensor, "1 batch width"],
    ) -> Float[Tensor, "1 batch width"]:
        mixed = (self.audio(audio) + self.visual(visual)) / 2
        return (torch.tanh(audio + mixed) + torch.tanh(visual + mixed)) / 2


@dataclass(frozen=True, kw_only=True)
class AVSDNOptions(StreamOptions):
    """How AVSDN is built, beside the widths of `StreamOptions`.

    Audio enters the LSTMs as it is; `width` is that of the embedded visual rows.

    Args:
        hidden: units of every LSTM.
        head_hidden: hidden units of the heads.
        pooling: over segments, see `SegmentHead`.
    """

    hidden: int = 128
    head_hidden: int = 64
    pooling: SegmentPooling = "max"


class AVSDN(Embedding):
    """Encoder LSTMs, fused states, decoder LSTM, an audio, a visual and an audio-visual head."""

    def __init__(self, options: AVSDNOptions) -> None:
        audio_dim, width, hidden = options.audio_dim, options.width, options.hidden
        super().__init__(None, options.visual_dim, options.motion_dim, width)
        heads = (options.head_hidden, options.classes, options.pooling)
        self.audio_encoder = nn.LSTM(audio_dim, hidden, batch_first=True)
        self.visual_encoder = nn.LSTM(width, hidden, batch_first=True)
        self.fuse_hidden, self.fuse_cell = StateFusion(hidden), StateFusion(hidden)
        self.decoder = nn.LSTM(audio_dim + width, hidden, batch_first=True)
        self.audio_head = SegmentHead(2 * hidden, *heads)
        self.visual_head = SegmentHead(2 * hidden, *heads)
        self.joint_head = SegmentHead(hidden, *heads)

    def forward(
        self,
        audio: Float[Tensor, "batch segments audio_dim"],
        visual: Float[Tensor, "batch frames visual_dim"],
        motion: Float[Tensor, "batch segments motion_dim"] | None = None,
    ) -> Output:
        """Return the probabilities of a batch."""
        seen = self.embed_visual(visual, motion, audio.shape[1])
        audio_features, (audio_hidden, audio_cell) = self.audio_encoder(audio)
        visual_features, (visual_hidden, visual_cell) = self.visual_encoder(seen)
        start = (
            self.fuse_hidden(audio_hidden, visual_hidden),
            self.fuse_cell(audio_cell, visual_cell),
        )
        decoded, _ = self.decoder(torch.cat([audio, seen], dim=-1), start)
        audio_prob, audio_clip = self.audio_head(torch.cat([decoded, audio_features], dim=-1))
        visual_prob, visual_clip = self.visual_head(torch.cat([decoded, visual_features], dim=-1))
        joint_prob, joint_clip = self.joint_head(decoded)
        return Output(
            joint_clip,
            torch.stack([audio_clip, visual_clip], dim=1),
            torch.stack([audio_prob, visual_prob], dim=2),
            visual_embedding=seen,
            audio_features=audio_features,
            visual_features=visual_features,
            joint_segment_prob=joint_prob,
        )
