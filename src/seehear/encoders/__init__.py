"""Encoders: media in, rows out, one file each behind one small protocol.  Listing them imports
nothing heavy.
"""

import difflib
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from seehear import plugins
from seehear.encoders.base import AudioEncoder, EncoderCard, Outputs, TextTower, VisualEncoder
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
_TEXT = {
    "minilm": "minilm:MiniLM",
    "clip-vit-b16": "clip:ClipTextB16",
    "clip-vit-b32": "clip:ClipTextB32",
    "siglip2-b16": "siglip:Siglip2TextB16",
    "clap": "clap:ClapText",
}
GROUP = "seehear.encoders"  # entry points of third-party encoders: name -> class with a `card`

__all__ = [
    "AudioEncoder",
    "EncoderCard",
    "Outputs",
    "TextTower",
    "VisualEncoder",
    "card",
    "cards",
    "encoder_ids",
    "encoder_options",
    "load_encoder",
    "load_text",
]


def encoder_ids() -> list[str]:
    """Return the ids of all encoders, ours first."""
    return [*_ENCODERS, *plugins.added(GROUP, _ENCODERS)]


def load_encoder(id_: str, **options: Any) -> Any:
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
    """Return the names of the options that `load_encoder` takes for an encoder."""
    return tuple(inspect.signature(_class(id_)).parameters)


def card(id_: str) -> EncoderCard:
    """Return what is known of an encoder without loading it."""
    found: EncoderCard = _class(id_).card
    return found


def cards() -> dict[str, EncoderCard]:
    """Return the cards of all encoders; those of packages that cannot be loaded are left out, with
    a line on stderr.
    """
    found = {}
    for id_ in encoder_ids():
        try:
            found[id_] = card(id_)
        except ConfigError as error:
            plugins.tell(error)
    return found


def load_text(id_: str, **options: Any) -> TextTower:
    """Return a text tower by id.

    Raises:
        ConfigError: no such tower.
    """
    if id_ not in _TEXT:
        raise ConfigError(f"no text tower is called {id_!r}", hint=f"known: {', '.join(_TEXT)}")
    tower: TextTower = _import(_TEXT[id_])(**options)
    return tower


def _class(id_: str) -> Callable[..., Any]:
    if id_ in _ENCODERS:
        return _import(_ENCODERS[id_])
    try:
        loaded: Callable[..., Any] = plugins.load(
            GROUP,
            id_,
            lambda it: callable(it) and getattr(getattr(it, "card", None), "id", None) == id_,
            f"a class whose card has the id {id_!r}",
        )
        return loaded
    except KeyError:
        pass
    close = difflib.get_close_matches(id_, encoder_ids(), 1)
    raise ConfigError(
        f"no encoder is called {id_!r}",
        hint=f"did you mean {close[0]}?" if close else f"known: {', '.join(encoder_ids())}",
    )


def _import(where: str) -> Callable[..., Any]:
    module, name = where.split(":")
    found: Callable[..., Any] = getattr(importlib.import_module(f"seehear.encoders.{module}"), name)
    return found
