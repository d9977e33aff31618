"""Features of segments in a space shared with language, read from a features folder."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import TextTower, TextTowerLoader, card, load_text
from seehear.errors import ConfigError, FeatureError
from seehear.features import FeatureStore
from seehear.features.reader import read_segments


def find_space(store: FeatureStore, encoder: str) -> str | None:
    """Return the stream that holds an encoder's joint space; None if the folder lacks it.

    The joint space is the output `space` of an encoder that has one beside its features.  The
    features of CLIP, SigLIP and CLAP lie in the joint space themselves (`feature` or `frames`).
    """
    streams = (f"{encoder}/{output}" for output in _space_outputs(encoder))
    return next((stream for stream in streams if stream in store.streams), None)


def _space_outputs(encoder: str) -> tuple[str, ...]:
    try:
        has_space = "space" in card(encoder).outputs
    except ConfigError:  # features of an encoder that is not installed here
        return ("space", "feature", "frames")
    return ("space",) if has_space else ("feature", "frames")


def read_space(
    store: FeatureStore, encoder: str, names: Sequence[str], segments: int, *, command: str
) -> NDArray[np.float32]:
    """Return (N, T, D) features of clips in an encoder's joint space, frames averaged to segments.

    Args:
        store: an open features folder.
        encoder: whose space.
        names: of the clips.
        segments: T.
        command: makes such features (`features.commands.extract_command`), for the error.

    Raises:
        FeatureError: the folder has no such space, or as `reader.read_segments`.
    """
    stream = find_space(store, encoder)
    if stream is None:
        held = ", ".join(sorted(store.streams)) or "nothing"
        raise FeatureError(
            f"expected a space of {encoder} that is shared with language, the folder holds {held}",
            where=store.path,
            hint=f"make it with {command}, or name another encoder",
        )
    return read_segments(store, stream, names, segments)


def text_tower(encoder: str, load: TextTowerLoader = load_text) -> TextTower:
    """Return the text tower that shares an encoder's space.

    Raises:
        ConfigError: the encoder shares no space with language, or its tower is unknown.
    """
    try:
        language = card(encoder).language
    except ConfigError:
        language = encoder
    if language is None:
        raise ConfigError(
            f"encoder {encoder} shares no space with language",
            hint="choose one that does: see seehear models ls",
        )
    return load(language)
