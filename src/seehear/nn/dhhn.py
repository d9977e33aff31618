"""DHHN: hybrid attention on three time scales, with single-track helper networks while training.

Source: "DHHN: Dual Hierarchical Hybrid Network for Weakly-Supervised Audio-Visual Video Parsing",
ACM MM 2022; released as anonyUsr22/DHHN.  Parameters carry the released names; those that cannot
influence an output are left out.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.embedding import Embedding
from seehear.nn.han import HybridEncoder
from seehear.nn.options import StreamOptions
from seehear.nn.output import Output
from seehear.nn.pooling import attentive_pooling
from seehear.nn.stack import stack
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


@dataclass(frozen=True, kw_only=True)
class HCMNOptions(StreamOptions):
    """How the main network is built; `heads`, `hidden` and `dropout` are as for `HANOptions`."""

    heads: int = 1
    hidden: int | None = None
    dropout: float = 0.1


class HCMN(Embedding):
    """The main network: one hybrid layer serves all three scales, from the finest to the coarsest.

    With X_i what it makes of scale i, one set of heads reads the sums X_0, X_0 + X_1 and
    X_0 + X_1 + X_2; probabilities are the mean over the three.
    """

    def __init__(self, options: HCMNOptions) -> None:
        width, classes = options.width, options.classes
        super().__init__(options.audio_dim, options.visual_dim, options.motion_dim, width)
        self.fc_prob, self.fc_frame_att, self.fc_av_att = (
            nn.Linear(width, classes) for _ in range(3)
        )
        self.conv_x1, self.conv_x2 = _scales(width), _scales(width)  # audio, visual
        self.hat_encoder = HybridEncoder(
            width, 1, options.heads, options.hidden or width, options.dropout
        )

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
            if sums:
                both = both + sums[-1]
            sums.append(both)
        pooled = attentive_pooling(torch.cat(sums), self.fc_prob, self.fc_frame_att, self.fc_av_att)
        clip_prob, track_prob, segment_prob = (
            values.unflatten(0, (len(sums), -1)).mean(0) for values in pooled
        )
        return Output(
            clip_prob,
            track_prob,
            segment_prob,
            audio_embedding=audio_embedding,
            visual_embedding=visual_embedding,
            audio_features=sums[-1][:, :, 0],
            visual_features=sums[-1][:, :, 1],
        )


@dataclass(frozen=True)
class TrackOutput:
    """What a helper network says about its own track.

    Args:
        track_prob: whether the class is anywhere in the track.
        segment_prob: whether it is in this segment.
    """

    track_prob: Float[Tensor, "batch classes"]
    segment_prob: Float[Tensor, "batch segments classes"]


@dataclass(frozen=True, kw_only=True)
class HelperOptions:
    """How a helper network is built.

    Args:
        classes, width: as for `StreamOptions`.
        layers, heads, hidden, dropout: of the transformer encoder; `hidden` None means `width`.
        rounds: how often the encoder is applied; each time its result is added to its input.
    """

    classes: int = 25
    width: int = 512
    layers: int = 1
    heads: int = 8
    hidden: int | None = None
    dropout: float = 0.1
    rounds: int = 4


class _EncoderStack(nn.Module):
    """Transformer layers one after the other, all equal at the start.

    As released: torch's `TransformerEncoder` copies its layer (nets/net_audiovisual.py, line 287).
    """

    def __init__(self, options: HelperOptions) -> None:
        super().__init__()
        width = options.width

        def layer() -> EncoderLayer:
            return EncoderLayer(width, options.heads, options.hidden or width, options.dropout)

        self.layers = stack(layer, options.layers, "copies")

    def forward(
        self, x: Float[Tensor, "batch segments width"]
    ) -> Float[Tensor, "batch segments width"]:
        for layer in self.layers:
            x = layer(x)
        return x


class _Helper(Embedding):
    """`rounds` times x + encoder(x), then attention over time."""

    def __init__(
        self,
        options: HelperOptions,
        *,
        audio_dim: int | None = None,
        visual_dim: int | None = None,
        motion_dim: int | None = None,
    ) -> None:
        super().__init__(audio_dim, visual_dim, motion_dim, options.width)
        self.fc_prob = nn.Linear(options.width, options.classes)
        self.fc_frame_att = nn.Linear(options.width, options.classes)
        self.audio_encoder = _EncoderStack(options)  # so named in both helpers
        self.rounds = options.rounds

    def _predict(self, x: Float[Tensor, "batch segments width"]) -> TrackOutput:
        for _ in range(self.rounds):
            x = x + self.audio_encoder(x)
        segment_prob = torch.sigmoid(self.fc_prob(x))
        weights = torch.softmax(self.fc_frame_att(x), dim=1)
        return TrackOutput((weights * segment_prob).sum(dim=1), segment_prob)


@dataclass(frozen=True, kw_only=True)
class AudioNetOptions(HelperOptions):
    """How the audio helper is built; `audio_dim` is the width of its features."""

    audio_dim: int = 128


class AudioNet(_Helper):
    """The audio helper: four rounds of one transformer layer."""

    def __init__(self, options: AudioNetOptions) -> None:
        super().__init__(options, audio_dim=options.audio_dim)

    def forward(self, audio: Float[Tensor, "batch segments audio_dim"]) -> TrackOutput:
        """Return what the audio track alone says."""
        return self._predict(self.embed_audio(audio))


@dataclass(frozen=True, kw_only=True)
class VideoNetOptions(HelperOptions):
    """How the visual helper is built; `visual_dim` and `motion_dim` are as for `StreamOptions`."""

    visual_dim: int = 2048
    motion_dim: int | None = 512
    layers: int = 2
    rounds: int = 3


class VideoNet(_Helper):
    """The visual helper: three rounds of a two-layer transformer."""

    def __init__(self, options: VideoNetOptions) -> None:
        super().__init__(options, visual_dim=options.visual_dim, motion_dim=options.motion_dim)

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
                or, without motion, one for each frame.

        Raises:
            ValueError: as `Embedding.embed_visual`.
        """
        if segments is None:
            segments = visual.shape[1] if motion is None else motion.shape[1]
        return self._predict(self.embed_visual(visual, motion, segments))


class DHHN(nn.Module):
    """The final parser: one trained copy of the main network for each track.

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
