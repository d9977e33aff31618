"""What the options of a rule of segment labels must say: which tracks, in which spaces."""

from typing import Protocol

from seehear.time import TRACKS


class SegmentRule(Protocol):
    """The options of such a rule, as a recipe holds them (`Denoising`, VALOR's `Thresholds`)."""

    @property
    def visual(self) -> str:
        """Encoder whose space, shared with language, the visual track is compared in; empty where
        labels are read.
        """

    @property
    def audio(self) -> str:
        """Likewise for the audio track."""

    def has(self, track: str) -> bool:
        """Return whether `audio` or `visual` gets segment labels."""


def rule_encoders(rule: SegmentRule) -> dict[str, str]:
    """Return the encoder of each track that a rule labels by one."""
    encoders = {"audio": rule.audio, "visual": rule.visual}
    return {track: encoders[track] for track in TRACKS if rule.has(track) and encoders[track]}
