"""Encoders: media in, rows of features out; one file each, all with the same small protocol.

Listing them imports neither torch nor any other large library.
"""

import importlib
import inspect
from typing import Any, Protocol, TypeGuard

from seehear import plugins
from seehear.closest import suggest
from seehear.encoders.base import (
    AnyEncoder,
    AudioEncoder,
    Encoder,
    EncoderCard,
    EncoderLoader,
    Outputs,
    TextTower,
    TextTowerLoader,
    VisualEncoder,
    is_audio,
    is_visual,
)
from seehear.errors import ConfigError

# id -> module and class; a module is imported only when its encoder is asked for
_ENCODERS = {
    "conse": "conse:ConSE",
    "yamnet": "yamnet:YamNet",
    "clip-vit-b16": "clip:ClipB16",
    "clip-vit-b32": "clip:ClipB32",
    "siglip2-b16": "siglip:Siglip2B16",
    "resnet152": "resnet152:ResNet152",
    "r2plus1d18": "r2plus1d18:R2Plus1D18",
    "vggish": "vggish:VGGish",
    "clap": "clap:Clap",
}
# id -> module and text tower: a class of towers, or the text network that `TransformerText` takes
_TEXT = {
    "minilm": "minilm:MiniLM",
    "clip-vit-b16": "clip:TEXT_B16",
    "clip-vit-b32": "clip:TEXT_B32",
    "siglip2-b16": "siglip:TEXT",
    "clap": "clap:TEXT",
}
GROUP = "seehear.encoders"  # entry points of third-party encoders: name -> class with a `card`

__all__ = [
    "AnyEncoder",
    "AudioEncoder",
    "Encoder",
    "EncoderCard",
    "EncoderLoader",
    "Outputs",
    "TextTower",
    "TextTowerLoader",
    "VisualEncoder",
    "card",
    "cards",
    "encoder_ids",
    "encoder_options",
    "is_audio",
    "is_visual",
    "load_encoder",
    "load_text",
]


class EncoderClass(Protocol):
    """A class of encoders, from this package or another."""

    card: EncoderCard

    def __call__(self, **options: Any) -> AnyEncoder:
        """Return an encoder with these options."""


def encoder_ids() -> list[str]:
    """Return the ids of all encoders, ours first."""
    return [*_ENCODERS, *plugins.added(GROUP, _ENCODERS)]


def load_encoder(id_: str, /, **options: Any) -> AnyEncoder:
    """Return an encoder; its weights are read when it first encodes.

    Args:
        id_: see `encoder_ids`.
        options: of that encoder's class, such as `fps`, or `weights` for a folder or file of the
            user's own.

    Raises:
        ConfigError: no such encoder, or no such option.
    """
    try:
        return _class(id_)(**options)
    except TypeError as error:
        raise ConfigError(f"encoder {id_}: {error}") from None


def encoder_options(id_: str) -> tuple[str, ...]:
    """Return the names of the options that `load_encoder` takes for an encoder.

    Raises:
        ConfigError: no such encoder.
    """
    return tuple(inspect.signature(_class(id_)).parameters)


def card(id_: str) -> EncoderCard:
    """Return what is known of an encoder without loading its weights.

    Raises:
        ConfigError: no such encoder.
    """
    return _class(id_).card


def cards() -> dict[str, EncoderCard]:
    """Return the cards of all encoders.

    Encoders of a package that cannot be loaded are left out, with a line on stderr.
    """
    found = {}
    for id_ in encoder_ids():
        try:
            found[id_] = card(id_)
        except ConfigError as error:
            plugins.warn_once(error)
    return found


def load_text(id_: str, /, **options: Any) -> TextTower:
    """Return a text tower by id.

    Args:
        id_: the `language` of an encoder's card.
        options: of that tower, such as `weights`.

    Raises:
        ConfigError: no such tower.
    """
    if id_ not in _TEXT:
        raise ConfigError(f"no text tower is called {id_!r}", hint=suggest(id_, _TEXT))
    from seehear.encoders.text_tower import TextNetwork, TransformerText

    found = _import(_TEXT[id_])
    if isinstance(found, TextNetwork):
        return TransformerText(found, **options)
    tower: TextTower = found(**options)
    return tower


def _class(id_: str) -> EncoderClass:
    if id_ in _ENCODERS:
        ours: EncoderClass = _import(_ENCODERS[id_])
        return ours

    def fits(found: object) -> TypeGuard[EncoderClass]:
        card_ = getattr(found, "card", None)
        return callable(found) and getattr(card_, "id", None) == id_

    try:
        return plugins.load(GROUP, id_, fits, f"a class whose card has the id {id_!r}")
    except KeyError:
        raise ConfigError(
            f"no encoder is called {id_!r}", hint=suggest(id_, encoder_ids())
        ) from None


def _import(where: str) -> Any:
    module, name = where.split(":")
    return getattr(importlib.import_module(f"seehear.encoders.{module}"), name)
