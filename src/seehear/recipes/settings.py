"""The settings of a recipe by the last part of their path: `epochs` is `training.epochs`."""

import dataclasses

from seehear.closest import closest
from seehear.recipes._recipe import Network, Recipe

_SLOTS = ("training", "network", "decoding", "labels")  # the likeliest first
_CLEAR = 0.8  # the least likeness of a name that is spelled a little otherwise


def setting_called(recipe: Recipe, name: str) -> str | None:
    """Return the path of the setting whose last part is `name`, or nearly so; None: there is none.

    Args:
        recipe: whose settings are meant.
        name: such as `epochs`; spelling may be off a little.
    """
    paths: dict[str, str] = {}
    for slot in _SLOTS:
        for part in _names(getattr(recipe, slot)):
            paths.setdefault(part.rpartition(".")[2], f"{slot}.{part}")
    for term in recipe.losses:
        paths.setdefault(term.name, f"losses.{term.name}")
    near = name if name in paths else closest(name, paths, cutoff=_CLEAR)
    return None if near is None else paths[near]


def _names(slot: object) -> list[str]:
    """Return the paths of a slot's settings, below the slot."""
    assert dataclasses.is_dataclass(slot)
    found = []
    for field in dataclasses.fields(slot):
        value = getattr(slot, field.name)
        if field.name == "segments" and dataclasses.is_dataclass(value):
            found += [f"{field.name}.{inner.name}" for inner in dataclasses.fields(value)]
        elif field.name not in _NO_SETTING:
            found.append(field.name)
    if isinstance(slot, Network):
        found += [*slot.options, *(f"forward.{name}" for name in slot.forward)]
    return found


_NO_SETTING = ("segments", "relabel", "builder", "options", "forward", "helpers")
