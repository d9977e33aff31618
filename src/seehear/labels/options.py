"""Every choice of the denoising of labels, as one immutable value that a recipe shows and a command line sets."""

from dataclasses import dataclass
from typing import Literal, get_args

Tracks = Literal["none", "audio", "visual", "both"]
Strategy = Literal["dynamic", "with-event", "without-event", "stable", "none"]
Similarity = Literal["cosine", "softmax"]
Factor = float | Literal["fit"]

SOUND = "This is a sound of {}"  # around every audio prompt, as released


@dataclass(frozen=True)
class Denoising:
    """How weak labels become labels of segments; the defaults are those of the paper.

    Args:
        tracks: which tracks get segment labels; the others keep their weak label.
        visual, audio: encoder whose space is shared with language, for each track.
        descriptions: words for the classes in prompts (`seehear.labels.descriptions`), or a file.
        nothing: the prompt for "none of these" (`seehear.labels.prompts.NOTHING`), or `word:TEXT`.
        audio_template: put around audio prompts.
        reweight: which of the tracks are re-weighted afterwards.
        strategy: of the re-weighting, table 4b: `dynamic`; `with-event` changes positives only, `without-event`
            negatives only; `stable` uses constants; `none` leaves the hard labels.
        similarity: what the factors multiply: the cosine, or the softmax over a clip's prompts that the paper states.
        text: words for the classes in the re-weighting.
        alpha, beta: factors of unreliable positives and negatives; `fit` takes them from the similarities
            (`seehear.labels.scale`).
        trim: share of each group cut off before its extreme is taken; 0 is the published rule.
    """

    tracks: Tracks = "visual"
    visual: str = "clip-vit-b16"
    audio: str = "clap"
    descriptions: str = "playing"
    nothing: str = "other"
    audio_template: str = SOUND
    reweight: Tracks = "visual"
    strategy: Strategy = "dynamic"
    similarity: Similarity = "cosine"
    text: str = "original"
    alpha: Factor = 4.0
    beta: Factor = 0.4
    trim: float = 0.0

    def __post_init__(self) -> None:
        for name, kind in (("tracks", Tracks), ("reweight", Tracks), ("strategy", Strategy),
                           ("similarity", Similarity)):
            if getattr(self, name) not in get_args(kind):
                raise ValueError(f"{name}: expected one of {', '.join(get_args(kind))}, got {getattr(self, name)!r}")
        for name in ("alpha", "beta"):
            value = getattr(self, name)
            if value != "fit" and not (isinstance(value, int | float) and value >= 0):
                raise ValueError(f"{name}: expected a number of at least 0, or fit, got {value!r}")
        if not 0 <= self.trim < 0.5:
            raise ValueError(f"trim: expected a share in [0, 0.5), got {self.trim}")

    def has(self, track: str) -> bool:
        """Return whether `audio` or `visual` gets segment labels."""
        return self.tracks in (track, "both")

    def reweights(self, track: str) -> bool:
        """Return whether the segment labels of a track are re-weighted."""
        return self.has(track) and self.strategy != "none" and self.reweight in (track, "both")
