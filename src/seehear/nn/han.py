"""HAN, the hybrid attention network, and the three systems that share it: MA, JoMoLD and LSLD.

Source: Tian, Li and Xu, "Unified Multisensory Perception: Weakly-Supervised Audio-Visual Video
Parsing", ECCV 2020. Released as YapengTian/AVVP-ECCV20 (HAN),
Yu-Wu/Modaily-Aware-Audio-Visual-Video-Parsing (MA), MCG-NJU/JoMoLD and fyyCS/LSLD.  Parameters
carry the released names; those that cannot influence an output are left out.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.attention import Attention
from seehear.nn.dropout import Dropout
from seehear.nn.embedding import Embedding
from seehear.nn.mixing import Mixing
from seehear.nn.options import StreamOptions
from seehear.nn.output import Output
from seehear.nn.part import for_whole_batch, stacked
from seehear.nn.pooling import attentive_pooling
from seehear.nn.stack import Start, stack

Stacking = Literal["repeat", "chain", "audio_first"]
Contrast = Literal["embedding", "encoded"]


class HybridLayer(nn.Module):
    """One layer: a track attends to itself and to the other; both tracks use the same weights.

    z   = LN1(x + share * drop(cross(x, other)) + drop(self(x)))      share: 1, as published
    out = LN2(z + drop(W2 drop(relu(W1 z))))
    """

    def __init__(self, width: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.self_attn = Attention(width, heads, dropout=dropout)
        self.cm_attn = Attention(width, heads, dropout=dropout)
        self.linear1 = nn.Linear(width, hidden)
        self.linear2 = nn.Linear(hidden, width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.dropout = Dropout(dropout)

    def forward(
        self,
        own: Float[Tensor, "batch segments width"],
        other: Float[Tensor, "batch segments width"],
        share: float | bool = 1.0,
    ) -> Float[Tensor, "batch segments width"]:
        """Return `own`, updated by itself and by `share` of what it finds in `other`."""
        mixed = own + self.dropout(self.self_attn(own, own))
        if share > 0:
            found = self.dropout(self.cm_attn(own, other))
            mixed = mixed + (found if share == 1 else share * found)
        mixed = self.norm1(mixed)
        return self.norm2(
            mixed + self.dropout(self.linear2(self.dropout(F.relu(self.linear1(mixed)))))
        )


class HybridEncoder(nn.Module):
    """A stack of hybrid layers over the pair (audio, visual).

    Args:
        width: of the segments.
        layers, heads, hidden, dropout: see `HANOptions`.
        stacking: the input of a layer.  "chain": the pair of the layer before (JoMoLD, LSLD).
            "repeat": the original pair each time, so only the last layer counts (HAN and MA as
            released; with one layer it is the same as "chain").  "audio_first": the pair of the
            layer before; audio is updated first, and the visual track sees the update (VALOR).
        start: first weights of the layers; see `stack`.
    """

    def __init__(
        self,
        width: int,
        layers: int,
        heads: int,
        hidden: int,
        dropout: float,
        *,
        stacking: Stacking = "repeat",
        start: Start = "copies",
    ) -> None:
        super().__init__()
        self.layers = stack(lambda: HybridLayer(width, heads, hidden, dropout), layers, start)
        self.stacking = stacking

    def forward(
        self,
        audio: Float[Tensor, "batch segments width"],
        visual: Float[Tensor, "batch segments width"],
        *,
        cross_attention: float | bool = 1.0,
    ) -> tuple[Float[Tensor, "batch segments width"], Float[Tensor, "batch segments width"]]:
        """Return the updated pair; `cross_attention` as for `HAN.forward`."""
        if self.stacking == "audio_first":
            for layer in self.layers:
                audio = layer(audio, visual, cross_attention)
                visual = layer(visual, audio, cross_attention)
            return audio, visual
        # both directions in one batch: half the calls, bigger products
        both = torch.cat([audio, visual])
        layers = self.layers[-1:] if self.stacking == "repeat" else self.layers
        with stacked(2):
            for layer in layers:
                both = layer(both, torch.cat(both.chunk(2)[::-1]), cross_attention)
        updated_audio, updated_visual = both.chunk(2)
        return updated_audio, updated_visual


@dataclass(frozen=True, kw_only=True)
class HANOptions(StreamOptions):
    """How a hybrid attention network is built, beside the widths of `StreamOptions`.

    Args:
        layers, heads, hidden: of the hybrid encoder; `hidden` None means `width`.
        dropout: everywhere inside the encoder, on attention weights too.
        visual_dropout: on the encoded visual features only, before the heads (JoMoLD and LSLD:
            0.5).
        stacking: see `HybridEncoder`.
        start: first weights of the layers.  "copies": all equal (HAN, MA and VALOR as released,
            where the encoder copies one layer; nets/net_audiovisual.py, lines 9 and 16, of HAN and
            MA).  "drawn": each drawn by itself (JoMoLD and LSLD, which make a new layer each time;
            nets/net_audiovisual.py, lines 29-31 and 10-12).
        contrast: what `Output.similarity` compares the encoded audio with: the visual "embedding"
            before the encoder (MA) or the "encoded" visual features (JoMoLD); None: no similarity.
        temperature: of that similarity.
        from_language: add the logits of a zero-shot parser, times a learned weight for each track,
            to those of the segments.  The weights begin at 1 and the network's own logits at 0, so
            an untrained network answers as the zero-shot parser does.
        language_dropout: share of the clips whose zero-shot logits are left out in training.
    """

    layers: int = 1
    heads: int = 1
    hidden: int | None = None
    dropout: float = 0.1
    visual_dropout: float = 0.0
    stacking: Stacking = "repeat"
    start: Start = "copies"
    contrast: Contrast | None = None
    temperature: float = 0.2
    from_language: bool = False
    language_dropout: float = 0.0


class HAN(Embedding):
    """Hybrid attention over the embedded pair, then attentive pooling."""

    def __init__(self, options: HANOptions) -> None:
        width, classes = options.width, options.classes
        super().__init__(options.audio_dim, options.visual_dim, options.motion_dim, width)
        self.fc_prob = nn.Linear(width, classes)
        self.fc_frame_att = nn.Linear(width, classes)
        self.fc_av_att = nn.Linear(width, classes)
        self.hat_encoder = HybridEncoder(
            width,
            options.layers,
            options.heads,
            options.hidden or width,
            options.dropout,
            stacking=options.stacking,
            start=options.start,
        )
        self.visual_dropout = Dropout(options.visual_dropout)
        self.contrast, self.temperature = options.contrast, options.temperature
        self.takes_prior, self.language_dropout = options.from_language, options.language_dropout
        if options.from_language:
            self.language_weight = nn.Parameter(torch.ones(2))
            nn.init.zeros_(self.fc_prob.weight)
            nn.init.zeros_(self.fc_prob.bias)

    def forward(
        self,
        audio: Float[Tensor, "batch segments audio_dim"],
        visual: Float[Tensor, "batch frames visual_dim"],
        motion: Float[Tensor, "batch segments motion_dim"] | None = None,
        prior: Float[Tensor, "batch segments 2 classes"] | None = None,
        *,
        cross_attention: float | bool = 1.0,
        mixing: Mixing | None = None,
    ) -> Output:
        """Return the probabilities of a batch.

        Args:
            audio, motion: one row a segment.
            visual: one row a segment, or a multiple of that.
            cross_attention: how much of what a track finds in the other one is added to it: 1
                (True) as published, 0 (False) for nothing (JoMoLD's noise estimator), or a share
                between.  The network has the same weights in all cases.
            prior: logits of a zero-shot parser; used only by a network built with `from_language`.
            mixing: which segments are mixed for `Output.mixed_prob`; None: none.

        Raises:
            ValueError: as `Embedding.embed_visual`.
        """
        audio_embedding = self.embed_audio(audio)
        visual_embedding = self.embed_visual(visual, motion, audio.shape[1])
        encoded_audio, encoded_visual = self.hat_encoder(
            audio_embedding, visual_embedding, cross_attention=cross_attention
        )
        both = torch.stack([encoded_audio, self.visual_dropout(encoded_visual)], dim=2)
        similarity = None
        if self.contrast is not None:
            against = visual_embedding if self.contrast == "embedding" else encoded_visual
            similarity = track_similarity(encoded_audio, against, self.temperature)
        language = self._language(prior)
        pooled = attentive_pooling(
            both, self.fc_prob, self.fc_frame_att, self.fc_av_att, added=language
        )
        mixed_prob = None
        if mixing is not None:
            logits = self.fc_prob(mixing.of_both(both))
            if language is not None:
                logits = logits + mixing.of_both(language)
            mixed_prob = torch.sigmoid(logits)
        return Output(
            *pooled,
            audio_embedding=audio_embedding,
            visual_embedding=visual_embedding,
            audio_features=encoded_audio,
            visual_features=encoded_visual,
            similarity=similarity,
            mixed_prob=mixed_prob,
        )

    def _language(
        self, prior: Float[Tensor, "batch segments 2 classes"] | None
    ) -> Float[Tensor, "batch segments 2 classes"] | None:
        """Return what language adds to the logits; while training, 0 for some clips."""
        if not self.takes_prior or prior is None:
            return None
        if self.training and self.language_dropout:
            shape, device = (len(prior), 1, 1, 1), prior.device
            clips = for_whole_batch(shape, lambda of: torch.rand(of, device=device))
            prior = prior * (clips >= self.language_dropout)
        return prior * self.language_weight[:, None]


def track_similarity(
    audio: Float[Tensor, "batch segments width"],
    visual: Float[Tensor, "batch segments width"],
    temperature: float,
) -> Float[Tensor, "batch segments segments"]:
    """Return cosines of audio segments (rows) and visual ones (columns), over `temperature`."""
    return F.normalize(audio, dim=-1) @ F.normalize(visual, dim=-1).transpose(1, 2) / temperature
