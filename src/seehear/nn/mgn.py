"""MGN, the multi-modal grouping network.

Class tokens read a track, then every segment is assigned to the tokens (grouping); the grouped
tokens, one a class, are classified.

Source: Mo and Tian, "Multi-modal Grouping Network for Weakly-Supervised Audio-Visual Video
Parsing", NeurIPS 2022; released as stoneMo/MGN.  Parameters carry the released names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.attention import attend
from seehear.nn.embedding import Embedding
from seehear.nn.options import StreamOptions
from seehear.nn.output import Output
from seehear.nn.part import for_whole_batch

Assignment = Literal["soft", "hard"]
Timing = Literal["released", "article", "relative"]


@dataclass(frozen=True, kw_only=True)
class MGNOptions(StreamOptions):
    """How a grouping network is built, beside the widths of `StreamOptions`.

    Args:
        segments: number of segments T; a token MLP over time fixes it at building time.
        heads, depths: of the blocks; depths of the visual, audio and joint transformers.
        assignment: "soft": each segment is shared among all groups; "hard": it goes to one group.
            The grouping of audio around the visual embedding uses the other of the two.
        drop_path: how often training drops a residual branch of the self-attention blocks.
        timing: how segment probabilities follow from the track's and the assignment A (classes,
            segments). "released": with soft assignment track * (1 + softmax over time of A), nearly
            constant in time and never below the track's; with hard assignment track * A.
            "article": track * A always, as the paper's figure draws it (soft: rarely above one
            half). "relative": track * A / max over time of A, in [0, track]; this form is ours, and
            tells the segments apart.
    """

    width: int = 128
    segments: int = 10
    heads: int = 8
    depths: Sequence[int] = (3, 3, 6)
    assignment: Assignment = "soft"
    drop_path: float = 0.1
    timing: Timing = "released"

    @property
    def hard(self) -> bool:
        """Whether each segment goes to one group alone."""
        return self.assignment == "hard"


class Mlp(nn.Module):
    """Linear, GELU, linear."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch width"]:
        return self.fc2(F.gelu(self.fc1(x)))


class SelfAttention(nn.Module):
    """Multi-head self attention with one projection for queries, keys and values."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Float[Tensor, "batch n width"]) -> Float[Tensor, "batch n width"]:
        query, key, value = self.qkv(x).chunk(3, dim=-1)
        return self.proj(attend(query, key, value, self.heads))


class CrossAttention(nn.Module):
    """Multi-head attention from one sequence to another."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.proj = nn.Linear(width, width), nn.Linear(width, width)

    def forward(
        self,
        query: Float[Tensor, "batch queries width"],
        source: Float[Tensor, "batch keys width"],
    ) -> Float[Tensor, "batch queries width"]:
        return self.proj(
            attend(self.q_proj(query), self.k_proj(source), self.v_proj(source), self.heads)
        )


class AttnBlock(nn.Module):
    """Pre-norm transformer block; training drops its branches, clip by clip, at `drop_path`."""

    def __init__(self, width: int, heads: int, drop_path: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = SelfAttention(width, heads)
        self.mlp = Mlp(width, 4 * width)
        self.drop_path = drop_path

    def _maybe(self, branch: Tensor) -> Tensor:
        if not self.training or not self.drop_path:
            return branch
        keep = 1 - self.drop_path
        shape = (len(branch), 1, 1)
        kept = for_whole_batch(shape, lambda of: branch.new_empty(of).bernoulli_(keep))
        return branch * kept / keep

    def forward(self, x: Float[Tensor, "batch n width"]) -> Float[Tensor, "batch n width"]:
        x = x + self._maybe(self.attn(self.norm1(x)))
        return x + self._maybe(self.mlp(self.norm2(x)))


class CrossAttnBlock(nn.Module):
    """Attention to another sequence and an MLP, normalised at the end."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn = CrossAttention(width, heads)
        self.norm2, self.norm_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = Mlp(width, 4 * width)

    def forward(
        self,
        x: Float[Tensor, "batch queries width"],
        source: Float[Tensor, "batch keys width"],
    ) -> Float[Tensor, "batch queries width"]:
        x = x + self.attn(x, source)
        return self.norm_post(x + self.mlp(self.norm2(x)))


def assign_weights(
    scores: Float[Tensor, "batch groups n"], *, hard: bool, training: bool
) -> Tensor:
    """Return how much of each element every group gets, (batch, groups, n); the columns sum to 1.

    Args:
        scores: how well each element fits each group.
        hard: give each element to its best group; if False, softmax over the groups.
        training: with `hard`, choose the best group after Gumbel noise, and give the noisy
            softmax's gradient (straight-through).
    """
    if not hard:
        return torch.softmax(scores, dim=1)
    if training:
        drawn = for_whole_batch(scores.shape, lambda of: scores.new_empty(of).exponential_())
        soft = torch.softmax(scores - drawn.log(), dim=1)
        best = torch.zeros_like(soft).scatter_(1, soft.argmax(dim=1, keepdim=True), 1.0)
        return best - soft.detach() + soft
    return torch.zeros_like(scores).scatter_(1, scores.argmax(dim=1, keepdim=True), 1.0)


class Assign(nn.Module):
    """Hands the elements of a sequence to groups; each group takes the mean of what it got."""

    def __init__(self, width: int, hard: bool) -> None:
        super().__init__()
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.proj = nn.Linear(width, width), nn.Linear(width, width)
        self.hard = hard

    def forward(
        self,
        groups: Float[Tensor, "batch groups width"],
        x: Float[Tensor, "batch n width"],
    ) -> tuple[Float[Tensor, "batch groups width"], Float[Tensor, "batch groups n"]]:
        scores = torch.bmm(
            self.q_proj(groups) * x.shape[-1] ** -0.5, self.k_proj(x).transpose(1, 2)
        )
        weights = assign_weights(scores, hard=self.hard, training=self.training)
        # + 1: a group without elements takes 0, and nothing is divided by 0
        mean = weights / (weights.sum(dim=2, keepdim=True) + 1.0)
        return self.proj(torch.bmm(mean, self.v_proj(x))), weights


class GroupingBlock(nn.Module):
    """Groups the `n` elements of a sequence around `tokens` group tokens."""

    def __init__(self, width: int, heads: int, tokens: int, hard: bool) -> None:
        super().__init__()
        self.norm_tokens, self.norm_x = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp_inter = Mlp(tokens, 64)
        self.norm_post_tokens, self.norm_new_x = nn.LayerNorm(width), nn.LayerNorm(width)
        self.pre_assign_attn = CrossAttnBlock(width, heads)
        self.assign = Assign(width, hard)
        self.mlp_channels = Mlp(width, 4 * width)

    def forward(
        self,
        x: Float[Tensor, "batch n width"],
        groups: Float[Tensor, "batch tokens width"],
    ) -> tuple[Float[Tensor, "batch tokens width"], Float[Tensor, "batch tokens n"]]:
        """Return the new group vectors and the assignment of elements to groups."""
        groups, x = self.norm_tokens(groups), self.norm_x(x)
        groups = self.norm_post_tokens(self.mlp_inter(groups.transpose(1, 2)).transpose(1, 2))
        groups = self.pre_assign_attn(groups, x)
        new, weights = self.assign(groups, x)
        new = new + groups
        return new + self.mlp_channels(self.norm_new_x(new)), weights


class ModalityTrans(nn.Module):
    """Sequence and tokens attend to each other, then the sequence is grouped around the tokens.

    Args:
        options: of the network.
        depth: number of self-attention blocks.
        other_tokens: length of a second sequence; the first is grouped around it beforehand, in the
            other assignment (audio is rebuilt on the visual embedding in this way).  None: there is
            no such step.
    """

    def __init__(self, options: MGNOptions, depth: int, *, other_tokens: int | None = None) -> None:
        super().__init__()
        width, heads = options.width, options.heads
        self.blocks = nn.ModuleList(
            AttnBlock(width, heads, options.drop_path) for _ in range(depth)
        )
        if other_tokens is not None:
            self.han_encoder = GroupingBlock(width, heads, other_tokens, not options.hard)
        self.grouping = GroupingBlock(width, heads, options.classes, options.hard)

    def forward(
        self,
        x: Float[Tensor, "batch n width"],
        tokens: Float[Tensor, "batch tokens width"],
        other: Float[Tensor, "batch m width"] | None = None,
    ) -> tuple[Float[Tensor, "batch tokens width"], Float[Tensor, "batch tokens _"]]:
        both = torch.cat([x, tokens], dim=1)
        for block in self.blocks:
            both = block(both)
        x, tokens = both.split([x.shape[1], tokens.shape[1]], dim=1)
        if other is not None:
            x, _ = self.han_encoder(x, other)
        return self.grouping(x, tokens)


class MGN(Embedding):
    """Grouping of each track around its class tokens, then of audio groups around visual ones."""

    def __init__(self, options: MGNOptions) -> None:
        width, classes = options.width, options.classes
        super().__init__(options.audio_dim, options.visual_dim, options.motion_dim, width)
        visual_depth, audio_depth, joint_depth = options.depths
        self.segments, self.timing = options.segments, options.timing
        if options.timing == "released" and options.hard:
            self.timing = "article"
        self.audio_cug = ModalityTrans(options, audio_depth, other_tokens=options.segments)
        self.visual_cug = ModalityTrans(options, visual_depth)
        self.av_mcg = ModalityTrans(options, joint_depth)
        self.fc_prob, self.fc_prob_a, self.fc_prob_v = (nn.Linear(width, 1) for _ in range(3))
        self.fc_cls = nn.Linear(width, classes)
        self.apply(_initialise)
        self.audio_token = nn.Parameter(torch.zeros(classes, width))
        self.visual_token = nn.Parameter(torch.zeros(classes, width))

    def forward(
        self,
        audio: Float[Tensor, "batch segments audio_dim"],
        visual: Float[Tensor, "batch frames visual_dim"],
        motion: Float[Tensor, "batch segments motion_dim"] | None = None,
    ) -> Output:
        """Return the probabilities of a batch and the class logits of the tokens.

        Raises:
            ValueError: clips have another number of segments than the network was built for, or as
                `Embedding.embed_visual`.
        """
        batch, segments, _ = audio.shape
        if segments != self.segments:
            raise ValueError(
                f"this network was built for {self.segments} segments, got {segments}: "
                f"build it with segments={segments}"
            )
        audio_embedding = self.embed_audio(audio)
        visual_embedding = self.embed_visual(visual, motion, segments)
        visual_groups, visual_assigned = self.visual_cug(
            visual_embedding, self.visual_token.expand(batch, -1, -1)
        )
        audio_groups, audio_assigned = self.audio_cug(
            audio_embedding, self.audio_token.expand(batch, -1, -1), visual_embedding
        )
        joint_groups, _ = self.av_mcg(audio_groups, visual_groups)
        audio_logits = self.fc_prob_a(audio_groups).squeeze(-1)
        visual_logits = self.fc_prob_v(visual_groups).squeeze(-1)
        track_prob = torch.sigmoid(torch.stack([audio_logits, visual_logits], dim=1))
        assigned = torch.stack([audio_assigned, visual_assigned], dim=1)
        return Output(
            clip_prob=torch.sigmoid(self.fc_prob(joint_groups).squeeze(-1)),
            track_prob=track_prob,
            segment_prob=_segments_of(track_prob, assigned, self.timing),
            audio_embedding=audio_embedding,
            visual_embedding=visual_embedding,
            class_logits=self.fc_cls(torch.stack([self.audio_token, self.visual_token])),
        )


def _segments_of(
    track_prob: Float[Tensor, "batch 2 classes"],
    assigned: Float[Tensor, "batch 2 classes segments"],
    timing: Timing,
) -> Float[Tensor, "batch segments 2 classes"]:
    """Return the segment probabilities; see `MGNOptions.timing`."""
    if timing == "released":
        factor = 1 + torch.softmax(assigned, dim=-1)
    elif timing == "article":
        factor = assigned
    else:  # in hard mode a class may get no segment at all: it is then 0 everywhere
        smallest = torch.finfo(assigned.dtype).tiny
        factor = assigned / assigned.amax(dim=-1, keepdim=True).clamp_min(smallest)
    return (track_prob[..., None] * factor).permute(0, 3, 1, 2)


def _initialise(module: nn.Module) -> None:
    """Truncated normal weights with deviation 0.02 and zero biases for every linear layer."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
