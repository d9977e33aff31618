"""What the options of a rule for segment labels must say: which tracks, in which spaces."""

from typing import Protocol

from seehear.time import TRACKS


class SegmentRule(Protocol):
    """The options of a rule, as a recipe holds them (`Denoising`, VALOR's `Thresholds`)."""

    @property
    def visual(self) -> str:
        """Encoder in whose space the visual track is compared with texts; empty where labels are
        read from a file.
        """

    @property
    def audio(self) -> str:
        """Likewise for the audio track."""

    def has(self, track: str) -> bool:
        """Return whether `audio` or `visual` gets segment labels."""


def rule_encoders(rule: SegmentRule) -> dict[str, str]:
    """Return, by track, the encoder that a rule needs to label it."""
    encoders = {"audio": rule.audio, "visual": rule.visual}
    return {track: encoders[track] for track in TRACKS if rule.has(track) and encoders[track]}
