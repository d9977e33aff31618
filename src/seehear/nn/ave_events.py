"""AVE's released network for its own task: one class a second, from audio and spatial maps.

Source: Tian, Shi, Li, Duan and Xu, "Audio-Visual Event Localization in Unconstrained Videos", ECCV
2018; released as YapengTian/AVE-ECCV18.  Parameters carry the released names.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.guided_attention import GuidedAttention, xavier


@dataclass(frozen=True)
class EventOutput:
    """What the network says about events that are both heard and seen.

    Args:
        segment_score: logits of each segment.
        segment_prob: their softmax over classes; what the supervised network returns.
        clip_prob: the largest logit over segments, then softmax over classes; what the weakly
            supervised network returns.
    """

    segment_score: Float[Tensor, "batch segments classes"]
    segment_prob: Float[Tensor, "batch segments classes"]
    clip_prob: Float[Tensor, "batch classes"]


@dataclass(frozen=True, kw_only=True)
class AVEEventsOptions:
    """How AVE's own network is built.

    Args:
        audio_dim: width of the audio features.
        region_dim: width of a region.
        classes: number of classes, background included.
        width: of the attention's inputs.
        regions: number of regions of a segment, and of hidden units of the attention.
        hidden: units of each direction of the LSTMs.
        fusion: "concat" joins the two tracks before a hidden layer.  "residual" (DMRN) takes the
            mean of tanh(a + m) and tanh(v + m), where m is the mean of U_v v and U_a a.
    """

    audio_dim: int = 128
    region_dim: int = 512
    classes: int = 29
    width: int = 512
    regions: int = 49
    hidden: int = 128
    fusion: Literal["concat", "residual"] = "concat"


class AVEEvents(GuidedAttention):
    """Guided attention over spatial regions, two bidirectional LSTMs, one head."""

    def __init__(self, options: AVEEventsOptions) -> None:
        super().__init__(
            options.audio_dim,
            options.region_dim,
            width=options.width,
            hidden=options.regions,
            audio_along_regions=True,
        )
        hidden, classes = options.hidden, options.classes
        self.lstm_audio = nn.LSTM(options.audio_dim, hidden, batch_first=True, bidirectional=True)
        self.lstm_video = nn.LSTM(options.region_dim, hidden, batch_first=True, bidirectional=True)
        self.fusion = options.fusion
        if self.fusion == "residual":
            self.U_v, self.U_a = _mixer(2 * hidden), _mixer(2 * hidden)
            self.L2 = nn.Linear(2 * hidden, classes)
            xavier(self.L2)  # alone, as released: models_fusion.py, line 70
        else:
            self.L1, self.L2 = nn.Linear(4 * hidden, 64), nn.Linear(64, classes)
            self.apply(xavier)  # models.py, lines 33-42

    def forward(
        self,
        audio: Float[Tensor, "batch segments audio_dim"],
        visual: Float[Tensor, "batch segments height width region_dim"],
    ) -> EventOutput:
        """Return scores and probabilities of a batch.

        Raises:
            ValueError: height times width is not `regions`.
        """
        seen = self.attend(audio, visual.flatten(2, 3))
        heard, seen = self.lstm_audio(audio)[0], self.lstm_video(seen)[0]
        if self.fusion == "residual":
            mixed = (self.U_v(seen) + self.U_a(heard)) / 2
            score = self.L2((torch.tanh(heard + mixed) + torch.tanh(seen + mixed)) / 2)
        else:
            score = self.L2(F.relu(self.L1(F.relu(torch.cat([heard, seen], dim=-1)))))
        return EventOutput(
            score, torch.softmax(score, dim=-1), torch.softmax(score.amax(dim=1), dim=-1)
        )


def _mixer(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, width))
