"""Every choice of the denoising of labels, as one immutable value that a recipe shows."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from seehear.time import TRACKS

Tracks = Literal["none", "audio", "visual", "both"]
Strategy = Literal["dynamic", "with-event", "without-event", "stable", "none"]
Similarity = Literal["cosine", "softmax"]
Evidence = Literal["language", "contrast", "both"]
Factor = float | str  # a number, `fit`, or a multiple of what is fitted: `fit*0.75`

_CHOICES = {
    "tracks": Tracks,
    "reweight": Tracks,
    "strategy": Strategy,
    "similarity": Similarity,
    "visual_evidence": Evidence,
    "audio_evidence": Evidence,
}
SOUND = "This is a sound of {}"  # around every audio prompt, as released

FIT = "fit"


def read_factor(value: Factor) -> Factor:
    """Return a factor in its plain form: a number, `fit`, or `fit*` and a number that is not 1.

    Raises:
        ValueError: none of these, or a negative number.
    """
    fitted, times, number = str(value).replace(" ", "").partition("*")
    try:
        if fitted == FIT and not times:
            return FIT
        factor = float(number if fitted == FIT else value)
        if not (math.isfinite(factor) and factor >= 0):
            raise ValueError
    except ValueError:
        raise ValueError(
            f"expected a number of at least 0, fit, or fit*NUMBER, got {value!r}"
        ) from None
    if fitted != FIT:
        return factor
    return FIT if factor == 1 else f"{FIT}*{factor:g}"


def is_fitted(factor: Factor) -> bool:
    """Return whether a factor is to be fitted to the similarities."""
    return isinstance(factor, str)


def factor_of(factor: Factor, fitted: float) -> float:
    """Return the number that a factor stands for; `fitted` is the value of `fit`."""
    if not isinstance(factor, str):
        return float(factor)
    return fitted * float(factor.partition("*")[2] or 1)


@dataclass(frozen=True)
class Denoising:
    """How weak labels become segment labels; the defaults are those of the paper.

    Args:
        tracks: which tracks get segment labels; the others keep their weak label.
        visual, audio: encoder of each track, with a space shared with language.
        descriptions: words for the classes in prompts (`seehear.labels.lsld.descriptions`), or a
            file.
        nothing: the prompt for "none of these" (`seehear.labels.lsld.combinations.NOTHING`), or
            `word:TEXT`.
        audio_template: put around audio prompts.
        visual_evidence, audio_evidence: what decides about a label: `language` (prompts, the
            published way); `contrast` with the clips that lack the class
            (`seehear.labels.lsld.contrast`); `both` must agree.
        context: neighbouring segments on each side that the contrast also looks at.
        reweight: which of the tracks are re-weighted afterwards.
        strategy: the rule of the re-weighting (LSLD, table 4b): `dynamic`; `with-event` changes
            positives only, `without-event` negatives only; `stable` uses constants; `none` leaves
            the hard labels.
        similarity: what the factors multiply: `cosine`, or `softmax` over a clip's prompts, as the
            paper states.
        text: words for the classes in the re-weighting.
        alpha, beta: factors of unreliable positives and negatives; `fit` takes them from the
            similarities (`seehear.labels.lsld.scale`), `fit*0.75` three quarters of that.
        trim: share of each group left out as outliers; 0 is the published rule.

    Raises:
        ValueError: a value that an option does not allow.
    """

    tracks: Tracks = "visual"
    visual: str = "clip-vit-b16"
    audio: str = "clap"
    descriptions: str = "playing"
    nothing: str = "other"
    audio_template: str = SOUND
    visual_evidence: Evidence = "language"
    audio_evidence: Evidence = "language"
    context: int = 0
    reweight: Tracks = "visual"
    strategy: Strategy = "dynamic"
    similarity: Similarity = "cosine"
    text: str = "original"
    alpha: Factor = 4.0
    beta: Factor = 0.4
    trim: float = 0.0

    def __post_init__(self) -> None:
        for name, kind in _CHOICES.items():
            value, choices = getattr(self, name), get_args(kind)
            if value not in choices:
                raise ValueError(f"{name}: expected one of {', '.join(choices)}, got {value!r}")
        for name in ("alpha", "beta"):
            try:
                object.__setattr__(self, name, read_factor(getattr(self, name)))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        if self.context < 0:
            raise ValueError(f"context: expected a number of at least 0, got {self.context}")
        if not 0 <= self.trim < 0.5:
            raise ValueError(f"trim: expected a share in [0, 0.5), got {self.trim}")

    def has(self, track: str) -> bool:
        """Return whether `audio` or `visual` gets segment labels."""
        return self.tracks in (track, "both")

    def evidence(self, track: str) -> Evidence:
        """Return what decides about the labels of `audio` or `visual`."""
        return self.visual_evidence if track == "visual" else self.audio_evidence

    def reweights(self, track: str) -> bool:
        """Return whether the segment labels of a track are re-weighted."""
        return self.has(track) and self.strategy != "none" and self.reweight in (track, "both")

    def does(self) -> str:
        """Return in a line what is done with the labels.

        Examples:
            >>> Denoising(strategy="none").does()
            'keep a visual label in the segments whose closest sentence names it; labels stay hard'
        """
        parts = []
        for track in filter(self.has, TRACKS):
            parts.append(f"keep {_A[track]} label in the segments {_KEPT[self.evidence(track)]}")
        soft = [track for track in TRACKS if self.reweights(track)]
        if soft:
            parts.append(f"soften unreliable labels ({' and '.join(soft)})")
        elif parts:
            parts.append("labels stay hard")
        return "; ".join(parts) or "every segment keeps the labels of its clip"

    def unused(self) -> dict[str, str]:
        """Return the options that change nothing because of another one, and that one."""
        found = {}
        if not any(map(self.reweights, TRACKS)):
            why = f"strategy = {self.strategy}"
            if self.strategy != "none":
                why = f"reweight = {self.reweight}, tracks = {self.tracks}"
            found = dict.fromkeys(("reweight", "similarity", "text", "alpha", "beta", "trim"), why)
        for track in TRACKS:
            if not self.has(track):
                of_track = (track, f"{track}_template", f"{track}_evidence")
                found |= dict.fromkeys(of_track, f"tracks = {self.tracks}")
        return found


_A = {"audio": "an audio", "visual": "a visual"}
_KEPT: dict[Evidence, str] = {
    "language": "whose closest sentence names it",
    "contrast": "that differ from clips without it",
    "both": "whose closest sentence names it and that differ from clips without it",
}


PROFILES: dict[str, Denoising] = {
    "paper": Denoising(),
    "release": Denoising(tracks="both"),
    "plus": Denoising(
        tracks="both", visual_evidence="both", audio_evidence="contrast", strategy="none"
    ),
}
