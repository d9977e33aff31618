"""The networks by name: which class, and the options that make it the published one."""

import difflib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from torch import nn

from seehear.errors import ConfigError
from seehear.nn.ave import AVE
from seehear.nn.ave_events import AVEEvents
from seehear.nn.avsdn import AVSDN
from seehear.nn.dhhn import HCMN, AudioNet, VideoNet
from seehear.nn.han import HAN
from seehear.nn.mgn import MGN
from seehear.nn.mm_pyramid import MMPyramid


@dataclass(frozen=True)
class System:
    """A network class with the options of one published system."""

    network: Callable[..., nn.Module]
    options: Mapping[str, Any] = field(default_factory=dict)


# options are the released settings, quirks included
SYSTEMS: dict[str, System] = {
    "han": System(HAN, {"stacking": "repeat"}),
    "ma": System(HAN, {"stacking": "repeat", "contrast": "embedding"}),
    "jomold": System(HAN, {"stacking": "chain", "visual_dropout": 0.5, "contrast": "encoded"}),
    "lsld": System(
        HAN, {"stacking": "chain", "visual_dropout": 0.5, "visual_dim": 512, "motion_dim": None}
    ),
    "mgn": System(MGN),
    "mm_pyramid": System(MMPyramid),
    "dhhn": System(
        HCMN
    ),  # what is trained; the final parser of two copies is `load_official("dhhn", ...)` or `DHHN`
    "dhhn_audionet": System(AudioNet),
    "dhhn_videonet": System(VideoNet),
    "ave": System(AVE),
    "avsdn": System(AVSDN),
    "ave_events": System(AVEEvents),  # AVE's own task, not a parser
}


def closest(name: str, names: list[str]) -> str:
    """Return a hint naming the closest of `names`, or all of them."""
    match = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {match[0]}?" if match else "known: " + ", ".join(names)


def build(name: str, **options: Any) -> nn.Module:
    """Return a freshly initialised network of a published system, in training mode.

    Args:
        name: "han", "ma", "jomold", "lsld", "mgn", "mm_pyramid", "dhhn", "ave", "avsdn"; beside
            these parsers the helpers "dhhn_audionet" and "dhhn_videonet", and "ave_events".
        options: override the released settings; the network's class documents them (`audio_dim`,
            `visual_dim`, `motion_dim`, `classes`, `dropout`, ...).

    Raises:
        ConfigError: for an unknown name or option, or a word that an option does not know.

    Examples:
        >>> net = build("lsld", audio_dim=128, layers=1, classes=25)
    """
    if name not in SYSTEMS:
        raise ConfigError(f"no network is called {name!r}", hint=closest(name, list(SYSTEMS)))
    system = SYSTEMS[name]
    known = inspect.signature(system.network).parameters
    for option, value in options.items():
        if option not in known:
            raise ConfigError(f"{name} has no option {option!r}", hint=closest(option, list(known)))
        words = _words(known[option].annotation)
        if words and value not in words:
            raise ConfigError(
                f"expected {option} of {name} to be one of {', '.join(map(str, words))}, got"
                f" {value!r}"
            )
    return system.network(**{**system.options, **options})


def _words(annotation: Any) -> tuple[Any, ...]:
    """Return what a `Literal[...]`, or one `| None`, allows; nothing for other annotations."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    parts = [_words(part) or (None,) * (part is type(None)) for part in get_args(annotation)]
    return sum(parts, ()) if parts and all(parts) else ()
