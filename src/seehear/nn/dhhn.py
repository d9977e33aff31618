"""DHHN: hybrid attention on three time scales, with single-track helper networks while training.

Released as anonyUsr22/DHHN.  Parameters carry the released names; those that cannot influence an
output are left out.
"""

import copy
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.embedding import Embedding
from seehear.nn.han import HybridEncoder
from seehear.nn.output import Output
from seehear.nn.pooling import attentive_pooling
from seehear.nn.transformer import EncoderLayer


class ScaleBlock(nn.Module):
    """Convolution along time without bias, batch normalisation, ReLU."""

    def __init__(self, width: int, kernel: int, stride: int) -> None:
        super().__init__()
        convolution = nn.Conv1d(width, width, kernel, stride, padding=kernel // 2, bias=False)
        self.blocks = nn.ModuleList([nn.Sequential(convolution, nn.BatchNorm1d(width))])

    def forward(self, x: Float[Tensor, "batch segments width"]) -> Float[Tensor, "batch _ width"]:
        return F.relu(self.blocks[0](x.transpose(1, 2))).transpose(1, 2)


def _scales(width: int) -> nn.ModuleList:
    """Return the blocks of the three scales: at ten segments they give 10, 5 and 2 rows."""
    return nn.ModuleList(
        ScaleBlock(width, kernel, stride) for kernel, stride in ((1, 1), (3, 2), (5, 5))
    )


def _upsample(
    x: Float[Tensor, "batch rows width"], segments: int
) -> Float[Tensor, "batch {segments} width"]:
    return F.interpolate(x.transpose(1, 2), size=segments, mode="nearest").transpose(1, 2)


class HCMN(Embedding):
    """The main network: the same hybrid layer on every scale, coarse scales added onto the finer
    sum, one set of heads.

    Probabilities are the mean over the three running sums X_0, X_0 + X_1, X_0 + X_1 + X_2.

    Args:
        audio_dim, visual_dim, motion_dim, classes, width, heads, hidden, dropout: as for `HAN`.
    """

    def __init__(
        self,
        *,
        audio_dim: int = 128,
        visual_dim: int = 2048,
        motion_dim: int | None = 512,
        classes: int = 25,
        width: int = 512,
        heads: int = 1,
        hidden: int | None = None,
        dropout: float = 0.1,
    ) -> None:
        super().__init__(audio_dim, visual_dim, motion_dim, width)
        self.fc_prob, self.fc_frame_att, self.fc_av_att = (
            nn.Linear(width, classes) for _ in range(3)
        )
        self.conv_x1, self.conv_x2 = _scales(width), _scales(width)  # audio, visual
        self.hat_encoder = HybridEncoder(width, 1, heads, hidden or width, dropout, "chain")

    def forward(
        self,
        audio: Float[Tensor, "batch segments audio_dim"],
        visual: Float[Tensor, "batch frames visual_dim"],
        motion: Float[Tensor, "batch segments motion_dim"] | None = None,
    ) -> Output:
        """Return the probabilities of a batch."""
        segments = audio.shape[1]
        audio_embedding = self.embed_audio(audio)
        visual_embedding = self.embed_visual(visual, motion, segments)
        sums: list[Tensor] = []  # (batch, segments, 2, width) each
        for audio_scale, visual_scale in zip(self.conv_x1, self.conv_x2, strict=True):
            pair = self.hat_encoder(audio_scale(audio_embedding), visual_scale(visual_embedding))
            both = torch.stack([_upsample(x, segments) for x in pair], dim=2)
            sums.append(both + sums[-1] if sums else both)
        pooled = attentive_pooling(torch.cat(sums), self.fc_prob, self.fc_frame_att, self.fc_av_att)
        means = [values.unflatten(0, (len(sums), -1)).mean(0) for values in pooled]
        return Output(
            *means,
            audio_embedding=audio_embedding,
            visual_embedding=visual_embedding,
            audio_features=sums[-1][:, :, 0],
            visual_features=sums[-1][:, :, 1],
        )


@dataclass(frozen=True)
class TrackOutput:
    """What a helper network says about its own track.

    Args:
        track_prob: is the class anywhere in the track.
        segment_prob: is it in this segment.
    """

    track_prob: Float[Tensor, "batch classes"]
    segment_prob: Float[Tensor, "batch segments classes"]


class _Helper(Embedding):
    """`rounds` times x + encoder(x), then attention over time."""

    def __init__(
        self,
        audio_dim: int | None,
        visual_dim: int | None,
        motion_dim: int | None,
        *,
        classes: int,
        width: int,
        layers: int,
        heads: int,
        hidden: int | None,
        dropout: float,
        rounds: int,
    ) -> None:
        super().__init__(audio_dim, visual_dim, motion_dim, width)
        self.fc_prob, self.fc_frame_att = nn.Linear(width, classes), nn.Linear(width, classes)
        layer = EncoderLayer(width, heads, hidden or width, dropout)
        self.audio_encoder = nn.Module()  # so named in both helpers
        self.audio_encoder.layers = nn.ModuleList(copy.deepcopy(layer) for _ in range(layers))
        self.rounds = rounds

    def _predict(self, x: Float[Tensor, "batch segments width"]) -> TrackOutput:
        for _ in range(self.rounds):
            update = x
            for layer in self.audio_encoder.layers:
                update = layer(update)
            x = x + update
        segment_prob = torch.sigmoid(self.fc_prob(x))
        return TrackOutput(
            (torch.softmax(self.fc_frame_att(x), dim=1) * segment_prob).sum(dim=1), segment_prob
        )


class AudioNet(_Helper):
    """The audio helper: four rounds of one transformer layer.

    Args:
        audio_dim, classes, width: as for `HAN`.
        layers, heads, hidden, dropout: of the transformer encoder.
        rounds: how often it is applied, its result added each time.
    """

    def __init__(
        self,
        *,
        audio_dim: int = 128,
        classes: int = 25,
        width: int = 512,
        layers: int = 1,
        heads: int = 8,
        hidden: int | None = None,
        dropout: float = 0.1,
        rounds: int = 4,
    ) -> None:
        super().__init__(
            audio_dim,
            None,
            None,
            classes=classes,
            width=width,
            layers=layers,
            heads=heads,
            hidden=hidden,
            dropout=dropout,
            rounds=rounds,
        )

    def forward(self, audio: Float[Tensor, "batch segments audio_dim"]) -> TrackOutput:
        """Return what the audio track alone says."""
        return self._predict(self.embed_audio(audio))


class VideoNet(_Helper):
    """The visual helper: three rounds of a two-layer transformer.

    Args:
        visual_dim, motion_dim, classes, width: as for `HAN`.
        layers, heads, hidden, dropout, rounds: as for `AudioNet`.
    """

    def __init__(
        self,
        *,
        visual_dim: int = 2048,
        motion_dim: int | None = 512,
        classes: int = 25,
        width: int = 512,
        layers: int = 2,
        heads: int = 8,
        hidden: int | None = None,
        dropout: float = 0.1,
        rounds: int = 3,
    ) -> None:
        super().__init__(
            None,
            visual_dim,
            motion_dim,
            classes=classes,
            width=width,
            layers=layers,
            heads=heads,
            hidden=hidden,
            dropout=dropout,
            rounds=rounds,
        )

    def forward(
        self,
        visual: Float[Tensor, "batch frames visual_dim"],
        motion: Float[Tensor, "batch segments motion_dim"] | None = None,
        *,
        segments: int | None = None,
    ) -> TrackOutput:
        """Return what the visual track alone says.

        Args:
            segments: how many segments the frames belong to; None: as many as `motion` has rows,
                or, without motion, one a frame.
        """
        if segments is None:
            segments = visual.shape[1] if motion is None else motion.shape[1]
        return self._predict(self.embed_visual(visual, motion, segments))


class DHHN(nn.Module):
    """The final parser: audio predictions from one trained copy of the main network, visual ones
    from another.

    Both copies were selected on validation, each for its own track.  `clip_prob`, which the
    released evaluation does not use, is the mean of the two copies'.

    Args:
        audio_net, visual_net: the copies; call either for its full `Output`.
    """

    def __init__(self, audio_net: HCMN, visual_net: HCMN) -> None:
        super().__init__()
        self.audio_net, self.visual_net = audio_net, visual_net

    def forward(
        self,
        audio: Float[Tensor, "batch segments audio_dim"],
        visual: Float[Tensor, "batch frames visual_dim"],
        motion: Float[Tensor, "batch segments motion_dim"] | None = None,
    ) -> Output:
        """Return the probabilities of a batch."""
        heard, seen = self.audio_net(audio, visual, motion), self.visual_net(audio, visual, motion)
        return Output(
            clip_prob=(heard.clip_prob + seen.clip_prob) / 2,
            track_prob=torch.stack([heard.track_prob[:, 0], seen.track_prob[:, 1]], dim=1),
            segment_prob=torch.stack(
                [heard.segment_prob[:, :, 0], seen.segment_prob[:, :, 1]], dim=2
            ),
            audio_embedding=heard.audio_embedding,
            visual_embedding=seen.visual_embedding,
            audio_features=heard.audio_features,
            visual_features=seen.visual_features,
        )
