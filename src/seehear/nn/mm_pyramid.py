"""MM-Pyramid: attention in windows of growing width, fused over the levels.

Source: Yu, Cheng, Zhao, Feng and Zhang, "MM-Pyramid: Multimodal Pyramid Attentional Network for
Audio-Visual Event Localization and Video Parsing", ACM MM 2022; released as JustinYuu/MM_Pyramid.
Parameters carry the released names; those that cannot influence an output are left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.attention import attend
from seehear.nn.dropout import Dropout
from seehear.nn.embedding import Embedding
from seehear.nn.options import StreamOptions
from seehear.nn.output import Output
from seehear.nn.part import stacked
from seehear.nn.pooling import attentive_pooling
from seehear.nn.stack import Start, stack

Pair = tuple[Float[Tensor, "batch segments width"], Float[Tensor, "batch segments width"]]


@dataclass(frozen=True, kw_only=True)
class MMPyramidOptions(StreamOptions):
    """How a pyramid network is built, beside the widths of `StreamOptions`.

    Args:
        levels: number of pyramid units; unit i attends to 2^i segments on each side.
        heads, hidden: of every transformer layer; `hidden` None means `width`.
        dropout, attention_dropout: inside the transformer layers.
        swap_tracks: True, as released: the visual stream is read as track 0 (audio) and the audio
            stream as track 1, by the heads, the losses and the evaluation.  False: every stream is
            read as what it is.  A released checkpoint needs True.
        start: "copies", as released: before the first step the four projections of an attention are
            equal, and so are the feed-forwards of all pyramid layers and the two branches of the
            fusion (nets/Transformer.py, line 125; nets/MPAM.py, lines 61-80 and 31-34).  "drawn":
            each is drawn by itself.
    """

    levels: int = 4
    heads: int = 8
    hidden: int | None = None
    dropout: float = 0.2
    attention_dropout: float = 0.1
    swap_tracks: bool = True
    start: Start = "copies"


class PyramidAttention(nn.Module):
    """Multi-head attention whose four projections are a list: query, key, value, output."""

    def __init__(self, options: MMPyramidOptions) -> None:
        super().__init__()
        width = options.width
        self.linears = stack(lambda: nn.Linear(width, width), 4, options.start)
        self.heads, self.dropout = options.heads, options.attention_dropout

    def forward(
        self,
        query: Float[Tensor, "batch queries width"],
        source: Float[Tensor, "batch keys width"],
        bias: Float[Tensor, "queries keys"] | None,
    ) -> Float[Tensor, "batch queries width"]:
        dropout = self.dropout if self.training else 0.0
        queries, keys = self.linears[0](query), self.linears[1](source)
        values = self.linears[2](source)
        mixed = attend(queries, keys, values, self.heads, bias=bias, dropout=dropout)
        return self.linears[3](mixed)


class FeedForward(nn.Module):
    """Linear, ReLU, dropout, linear."""

    def __init__(self, options: MMPyramidOptions) -> None:
        super().__init__()
        width, hidden = options.width, options.hidden or options.width
        self.w_1, self.w_2 = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.dropout = Dropout(options.dropout)

    def forward(self, x: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch width"]:
        return self.w_2(self.dropout(F.relu(self.w_1(x))))


class Residual(nn.Module):
    """x + dropout(branch(norm x))."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm, self.dropout = nn.LayerNorm(width), Dropout(dropout)

    def forward(
        self, x: Float[Tensor, "batch queries width"], branch: Callable[[Tensor], Tensor]
    ) -> Float[Tensor, "batch queries width"]:
        return x + self.dropout(branch(self.norm(x)))


class PyramidLayer(nn.Module):
    """Pre-norm transformer layer that normalises queries only, never keys and values.

    Its two parts are passed in, because those of several layers may start as copies.
    """

    def __init__(
        self, options: MMPyramidOptions, attention: nn.Module, feed_forward: nn.Module
    ) -> None:
        super().__init__()
        width, dropout = options.width, options.dropout
        self.self_attn = attention
        self.feed_forward = feed_forward
        self.sublayer = nn.ModuleList(Residual(width, dropout) for _ in range(2))

    def forward(
        self,
        x: Float[Tensor, "batch queries width"],
        source: Float[Tensor, "batch keys width"],
        bias: Float[Tensor, "queries keys"] | None = None,
    ) -> Float[Tensor, "batch queries width"]:
        attention, feed_forward = self.sublayer
        x = attention(x, lambda query: self.self_attn(query, source, bias))
        return feed_forward(x, self.feed_forward)


class Holder(nn.Module):
    """Holds a layer as `layer`, because the released parameter names have that step."""

    def __init__(self, layer: "PyramidLayer") -> None:
        super().__init__()
        self.layer = layer

    def forward(
        self,
        x: Float[Tensor, "batch queries width"],
        source: Float[Tensor, "batch keys width"],
        window: Float[Tensor, "queries keys"],
    ) -> Float[Tensor, "batch queries width"]:
        return self.layer(x, source, window)


class PyramidUnit(nn.Module):
    """Self and cross attention within a window, mixed by gates.

    Args:
        options: of the network.
        feed_forwards: gives the feed-forwards of its three layers.
    """

    def __init__(self, options: MMPyramidOptions, feed_forwards: Iterator[nn.Module]) -> None:
        super().__init__()
        width = options.width

        def layer() -> Holder:
            return Holder(PyramidLayer(options, PyramidAttention(options), next(feed_forwards)))

        self.vsablock, self.asablock, self.cmablock = layer(), layer(), layer()
        self.lv1, self.lv2 = nn.Linear(2 * width, width), nn.Linear(2 * width, width)
        self.la1, self.la2 = nn.Linear(2 * width, width), nn.Linear(2 * width, width)

    def forward(
        self,
        visual: Float[Tensor, "batch segments width"],
        audio: Float[Tensor, "batch segments width"],
        window: Float[Tensor, "segments segments"],
    ) -> Pair:
        """Return the updated (visual, audio)."""
        # one set of weights for both directions
        with stacked(2):
            cross = self.cmablock(torch.cat([visual, audio]), torch.cat([audio, visual]), window)
        from_audio, from_visual = cross.chunk(2)
        return (
            _gate(self.vsablock(visual, visual, window), from_audio, self.lv1, self.lv2),
            _gate(self.asablock(audio, audio, window), from_visual, self.la1, self.la2),
        )


def _gate(own: Tensor, crossed: Tensor, keep: nn.Linear, take: nn.Linear) -> Tensor:
    both = torch.cat([own, crossed], dim=-1)
    return torch.sigmoid(keep(both)) * own + torch.sigmoid(take(both)) * crossed


class TemporalBlock(nn.Module):
    """relu(x + conv2(relu(conv1(x)))) along time; conv1 is 3 wide and dilated, conv2 is 1 wide."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.conv2 = nn.Conv1d(width, width, 1)

    def forward(
        self, x: Float[Tensor, "batch segments width"]
    ) -> Float[Tensor, "batch segments width"]:
        along = x.transpose(1, 2)
        return F.relu(along + self.conv2(F.relu(self.conv1(along)))).transpose(1, 2)


class Capture(nn.Module):
    """The pyramid: unit i looks 2^i segments to each side and hands its pair to the next."""

    def __init__(self, options: MMPyramidOptions) -> None:
        super().__init__()
        width, levels = options.width, options.levels
        feed_forwards = iter(stack(lambda: FeedForward(options), 3 * levels, options.start))
        self.msa = nn.ModuleList(PyramidUnit(options, feed_forwards) for _ in range(levels))
        self.vnetwork = nn.ModuleList(TemporalBlock(width, 2**level) for level in range(levels))
        self.anetwork = nn.ModuleList(TemporalBlock(width, 2**level) for level in range(levels))

    def forward(
        self,
        visual: Float[Tensor, "batch segments width"],
        audio: Float[Tensor, "batch segments width"],
    ) -> tuple[
        Float[Tensor, "batch segments levels width"], Float[Tensor, "batch segments levels width"]
    ]:
        """Return every level's (visual, audio)."""
        seconds = torch.arange(visual.shape[1], device=visual.device)
        distance = (seconds[:, None] - seconds).abs()
        visuals, audios = [], []
        for level, unit in enumerate(self.msa):
            everywhere = torch.zeros_like(distance, dtype=visual.dtype)
            window = everywhere.masked_fill(distance > 2**level, -1e9)
            visual, audio = unit(visual, audio, window)
            visual, audio = self.vnetwork[level](visual), self.anetwork[level](audio)
            visuals.append(visual)
            audios.append(audio)
        return torch.stack(visuals, dim=2), torch.stack(audios, dim=2)


class Fusion(nn.Module):
    """Levels attend to each other and are summed, each times a weight in (0, 1) of its own.

    The weights need not sum to 1.
    """

    def __init__(self, options: MMPyramidOptions) -> None:
        super().__init__()
        attentions = stack(lambda: PyramidAttention(options), 2, options.start)
        feed_forwards = stack(lambda: FeedForward(options), 2, options.start)
        self.vadaptiveinteraction, self.aadaptiveinteraction = (
            PyramidLayer(options, attention, feed_forward)
            for attention, feed_forward in zip(attentions, feed_forwards, strict=True)
        )
        self.vselectfusion = nn.Linear(options.width, 1)
        self.aselectfusion = nn.Linear(options.width, 1)

    def forward(
        self,
        visual: Float[Tensor, "batch segments levels width"],
        audio: Float[Tensor, "batch segments levels width"],
    ) -> Pair:
        """Return the fused (visual, audio)."""
        return (
            _fuse(visual, self.vadaptiveinteraction, self.vselectfusion),
            _fuse(audio, self.aadaptiveinteraction, self.aselectfusion),
        )


def _fuse(levels: Tensor, interaction: PyramidLayer, select: nn.Linear) -> Tensor:
    flat = levels.flatten(0, 1)  # (batch * segments, levels, width)
    mixed = interaction(flat, flat)
    return (torch.sigmoid(select(mixed)) * mixed).sum(dim=1).unflatten(0, levels.shape[:2])


class Pyramid(nn.Module):
    """Capture, then fusion."""

    def __init__(self, options: MMPyramidOptions) -> None:
        super().__init__()
        self.capture = Capture(options)
        self.fusion = Fusion(options)

    def forward(
        self,
        visual: Float[Tensor, "batch segments width"],
        audio: Float[Tensor, "batch segments width"],
    ) -> Pair:
        """Return the fused (visual, audio)."""
        return self.fusion(*self.capture(visual, audio))


class MMPyramid(Embedding):
    """The pyramid over the embedded pair, then attentive pooling."""

    def __init__(self, options: MMPyramidOptions) -> None:
        width, classes = options.width, options.classes
        super().__init__(options.audio_dim, options.visual_dim, options.motion_dim, width)
        self.fc_prob, self.fc_frame_att, self.fc_av_att = (
            nn.Linear(width, classes) for _ in range(3)
        )
        self.MMP = Pyramid(options)
        self.swap_tracks = options.swap_tracks

    def forward(
        self,
        audio: Float[Tensor, "batch segments audio_dim"],
        visual: Float[Tensor, "batch frames visual_dim"],
        motion: Float[Tensor, "batch segments motion_dim"] | None = None,
    ) -> Output:
        """Return the probabilities of a batch."""
        audio_embedding = self.embed_audio(audio)
        visual_embedding = self.embed_visual(visual, motion, audio.shape[1])
        visual_features, audio_features = self.MMP(visual_embedding, audio_embedding)
        tracks = [audio_features, visual_features]
        if self.swap_tracks:
            tracks.reverse()
        pooled = attentive_pooling(
            torch.stack(tracks, dim=2), self.fc_prob, self.fc_frame_att, self.fc_av_att
        )
        return Output(
            *pooled,
            audio_embedding=audio_embedding,
            visual_embedding=visual_embedding,
            audio_features=audio_features,
            visual_features=visual_features,
        )
