"""What every network returns."""

from dataclasses import dataclass, fields

from jaxtyping import Float
from torch import Tensor

# outputs that belong to no clip: their first axis is not `batch`
WITHOUT_CLIPS = ("class_logits",)


@dataclass(frozen=True)
class Output:
    """Probabilities of one batch, and what some losses ask for besides.

    Axes: `batch`, `segments`, `tracks` (0 audio, 1 visual), `classes`, `width`
    before the encoder, `encoded` after it.

    Args:
        clip_prob: is the class anywhere in the clip.  With attentive pooling this is a sum of
            products of two separate softmaxes and may exceed 1; losses clamp it.
        track_prob: is the class anywhere in this track of the clip.
        segment_prob: is the class in this segment of this track.
        audio_embedding, visual_embedding: each track as it enters the encoder.
        audio_features, visual_features: what the encoder made of it (before any dropout on the
            result).
        similarity: audio segment (row) against visual segment (column), cosine over temperature;
            only where the system trains on it (`ma`, `jomold`).
        class_logits: what each class token (row) is taken for, per track; `mgn` only.
        mixed_prob: as `segment_prob`, of segments mixed by two; only where that was asked for.
        joint_segment_prob: the audio-visual head's own segments; `ave` and `avsdn` only.
    """

    clip_prob: Float[Tensor, "batch classes"]
    track_prob: Float[Tensor, "batch 2 classes"]
    segment_prob: Float[Tensor, "batch segments 2 classes"]
    audio_embedding: Float[Tensor, "batch segments width"] | None = None
    visual_embedding: Float[Tensor, "batch segments width"] | None = None
    audio_features: Float[Tensor, "batch segments encoded"] | None = None
    visual_features: Float[Tensor, "batch segments encoded"] | None = None
    similarity: Float[Tensor, "batch segments segments"] | None = None
    mixed_prob: Float[Tensor, "batch segments 2 classes"] | None = None
    class_logits: Float[Tensor, "2 classes classes"] | None = None
    joint_segment_prob: Float[Tensor, "batch segments classes"] | None = None

    def detach(self) -> "Output":
        """Return the same values cut from the graph."""
        given: dict[str, Tensor] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                given[field.name] = value.detach()
        return Output(**given)
