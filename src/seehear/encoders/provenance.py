"""What a manifest or a timeline records of an encoder."""

from typing import TypedDict

from seehear.encoders.base import Encoder
from seehear.files import Json


class Provenance(TypedDict):
    """Where the rows of an encoder come from."""

    track: str
    weights: dict[str, str]  # file or id -> digest
    preprocessing: dict[str, Json]
    licence: str
    paper: str


def provenance(encoder: Encoder) -> Provenance:
    """Return what is recorded of an encoder.

    Raises:
        WeightsError: its weights are missing.
    """
    from seehear.weights import digest

    card = encoder.card
    # the weights may be the user's own
    checkpoint = getattr(encoder, "checkpoint", None)
    if checkpoint:
        weights = checkpoint.digests()
    else:
        weights = {name: digest(name) for name in card.weights}
    return {
        "track": card.track,
        "weights": weights,
        "preprocessing": encoder.preprocessing(),
        "licence": card.licence,
        "paper": card.paper,
    }
