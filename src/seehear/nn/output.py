"""What every network returns."""

from dataclasses import dataclass, fields

from jaxtyping import Float
from torch import Tensor

# outputs whose first axis is not `batch`
WITHOUT_CLIPS = ("class_logits",)


@dataclass(frozen=True)
class Output:
    """Probabilities of one batch, and further values that some losses need.

    Axes: `batch`, `segments`, `tracks` (0 audio, 1 visual), `classes`, `width`
    before the encoder, `encoded` after it.

    Args:
        clip_prob: whether the class is anywhere in the clip.  With attentive pooling it may exceed
            1 (`seehear.nn.pooling` says why); losses clamp it.
        track_prob: whether the class is anywhere in this track of the clip.
        segment_prob: whether the class is in this segment of this track.
        audio_embedding, visual_embedding: each track as it enters the encoder.
        audio_features, visual_features: what the encoder made of it (before any dropout on the
            result).
        similarity: audio segment (row) against visual segment (column), cosine over temperature;
            only where the system trains on it (`ma`, `jomold`).
        class_logits: logits of each class token (row) over the classes (columns), for each track;
            `mgn` only.
        mixed_prob: as `segment_prob`, of mixed pairs of segments (`seehear.nn.mixing`); only where
            mixing was asked for.
        joint_segment_prob: segment probabilities of the audio-visual head; `ave` and `avsdn` only.
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
