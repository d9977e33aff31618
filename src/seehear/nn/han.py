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
    """One layer: a track attends to itself and to the other, with the same weights for both.

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
        stacking: what a layer is fed.  "chain": the previous layer's pair (JoMoLD, LSLD).
            "repeat": the original pair, every time, so only the last layer counts (HAN and MA as
            released; the same thing at one layer). "audio_first": the previous layer's pair, audio
            updated first and the visual track seeing the update.
        start: of the layers, as `stack` has it.
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
        start: of the layers.  "copies" (HAN, MA and VALOR as released: the encoder copies one
            layer; nets/net_audiovisual.py, lines 9 and 16, of HAN and MA): all equal.  "drawn"
            (JoMoLD and LSLD: a new layer in every round; nets/net_audiovisual.py, lines 29-31 and
            10-12): each for itself.
        contrast: what `Output.similarity` compares the encoded audio with: the visual "embedding"
            before the encoder (MA) or the "encoded" visual features (JoMoLD); None: no similarity.
        temperature: of that similarity.
        from_language: the logits start from those of a zero-shot parser, times a learned weight a
            track that is one at the start; untrained, its answer is the network's.
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
            visual: one row a segment, or a multiple of that.
            cross_attention: how much of what a track finds in the other one is added to it: 1
                (True) as published, 0 (False) none (JoMoLD's noise estimator), between them a
                share.  Weights are the same in all cases.
            prior: logits of a zero-shot parser, of a network that starts from them.
            mixing: which segments are mixed for `Output.mixed_prob`; None: none.
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
        """Return what language adds to the logits; in training nothing for some clips."""
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
    """Return the cosine of audio segments (rows) with visual ones (columns), over `temperature`."""
    return F.normalize(audio, dim=-1) @ F.normalize(visual, dim=-1).transpose(1, 2) / temperature
