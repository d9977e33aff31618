"""The networks by name: which class, and the options that make it the published one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from torch import nn

from seehear.closest import suggest
from seehear.errors import ConfigError
from seehear.nn.ave import AVE, AVEOptions
from seehear.nn.ave_events import AVEEvents, AVEEventsOptions
from seehear.nn.avsdn import AVSDN, AVSDNOptions
from seehear.nn.dhhn import HCMN, AudioNet, AudioNetOptions, HCMNOptions, VideoNet, VideoNetOptions
from seehear.nn.han import HAN, HANOptions
from seehear.nn.mgn import MGN, MGNOptions
from seehear.nn.mm_pyramid import MMPyramid, MMPyramidOptions


@dataclass(frozen=True)
class Builder:
    """How the network of one published system is built.

    Args:
        network: the class; takes an instance of `options`.
        options: the dataclass of all its options.
        released: the options that make it the released network, quirks included, where they differ
            from the defaults of `options`.
    """

    network: Callable[[Any], nn.Module]
    options: type
    released: Mapping[str, object] = field(default_factory=dict)

    @property
    def keywords(self) -> tuple[str, ...]:
        """The names of the options."""
        return tuple(option.name for option in fields(self.options))


SYSTEMS: dict[str, Builder] = {
    "han": Builder(HAN, HANOptions, {"stacking": "repeat"}),
    "ma": Builder(HAN, HANOptions, {"stacking": "repeat", "contrast": "embedding"}),
    "jomold": Builder(
        HAN,
        HANOptions,
        {"stacking": "chain", "start": "drawn", "visual_dropout": 0.5, "contrast": "encoded"},
    ),
    "lsld": Builder(
        HAN,
        HANOptions,
        {
            "stacking": "chain",
            "start": "drawn",
            "visual_dropout": 0.5,
            "visual_dim": 512,
            "motion_dim": None,
        },
    ),
    "mgn": Builder(MGN, MGNOptions),
    "mm_pyramid": Builder(MMPyramid, MMPyramidOptions),
    # the network that is trained; `load_official("dhhn", ...)` or `DHHN` makes two copies a parser
    "dhhn": Builder(HCMN, HCMNOptions),
    "dhhn_audionet": Builder(AudioNet, AudioNetOptions),
    "dhhn_videonet": Builder(VideoNet, VideoNetOptions),
    "ave": Builder(AVE, AVEOptions),
    "avsdn": Builder(AVSDN, AVSDNOptions),
    "ave_events": Builder(AVEEvents, AVEEventsOptions),  # AVE's own task, not a parser
}


def builder(name: str) -> Builder:
    """Return how the network of a system is built.

    Raises:
        ConfigError: for an unknown name.
    """
    if name not in SYSTEMS:
        raise ConfigError(f"no network is called {name!r}", hint=suggest(name, SYSTEMS))
    return SYSTEMS[name]


def build(name: str, **options: object) -> nn.Module:
    """Return a freshly initialised network of a published system, in training mode.

    Args:
        name: "han", "ma", "jomold", "lsld", "mgn", "mm_pyramid", "dhhn", "ave", "avsdn"; beside
            these parsers the helpers "dhhn_audionet" and "dhhn_videonet", and "ave_events".
        options: override the released settings; the options class beside each network documents
            them (`audio_dim`, `visual_dim`, `motion_dim`, `classes`, `dropout`, ...).

    Raises:
        ConfigError: for an unknown name or option, or a word that an option does not allow.

    Examples:
        >>> net = build("lsld", audio_dim=128, layers=1, classes=25)
    """
    system = builder(name)
    for option, value in options.items():
        _check(name, system, option, value)
    return system.network(system.options(**{**system.released, **options}))


def _check(name: str, system: Builder, option: str, value: object) -> None:
    """Refuse an option that a network does not have, or a word that the option does not allow."""
    annotations = {known.name: known.type for known in fields(system.options)}
    if option not in annotations:
        raise ConfigError(f"{name} has no option {option!r}", hint=suggest(option, annotations))
    words = _words(annotations[option])
    if words and value not in words:
        expected = ", ".join(map(str, words))
        raise ConfigError(f"expected {option} of {name} to be one of {expected}, got {value!r}")


def _words(annotation: object) -> tuple[object, ...]:
    """Return the words that `Literal[...]` or `Literal[...] | None` allows, () for other types."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    words: list[object] = []
    for part in get_args(annotation):
        if part is NoneType:
            words.append(None)
        elif get_origin(part) is Literal:
            words += get_args(part)
        else:
            return ()
    return tuple(words)
