"""Calling what a recipe brings: of another package's code, an exception becomes one line."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor

from seehear.errors import ConfigError, ForeignCodeError, SeehearError
from seehear.plugins import raised
from seehear.recipes._recipe import Recipe
from seehear.recipes.contract import Step

T = TypeVar("T")
A = TypeVar("A")


def call(fn: Callable[[A], T], given: A, recipe: Recipe, what: str) -> T:
    """Return what a function of a recipe returns.

    Args:
        fn: the function.
        given: what it is called with.
        recipe: whose it is.
        what: the part of the recipe in words, such as `loss term calm`.

    Raises:
        ForeignCodeError: a function of another package raised an exception, which is the cause.
    """
    try:
        return fn(given)
    except SeehearError:
        raise
    except Exception as error:  # whatever a foreign function raises
        module = _module(fn)
        if module.partition(".")[0] == "seehear":
            raise
        raise ForeignCodeError(
            f"{what}: {raised(error, module)}", where=f"recipe {recipe.name}"
        ) from error


def _module(fn: object) -> str:
    """Return the name of the module that a function was written in."""
    while isinstance(fn, partial):
        fn = fn.func
    return str(getattr(fn, "__module__", ""))


def loss_terms(recipe: Recipe, step: Step) -> list[Tensor]:
    """Return the value of each loss term of a recipe before its weight, each a scalar.

    Raises:
        ConfigError: a term returns something else than one number.
        ForeignCodeError: see `call`.
    """
    values = []
    for term in recipe.losses:
        what = f"loss term {term.name}"
        value: object = call(term.fn, step, recipe, what)
        if not isinstance(value, Tensor) or value.shape != ():
            raise ConfigError(
                f"{what}: expected one number, got {_told(value)}",
                where=f"recipe {recipe.name}",
                hint="return a tensor without axes, such as loss.mean()",
            )
        values.append(value)
    return values


def weighed(recipe: Recipe, values: Sequence[Tensor]) -> Tensor:
    """Return the sum of the loss terms, each times its weight, a scalar.

    Raises:
        ConfigError: no term depends on the network.
    """
    total = torch.zeros((), device=values[0].device) if values else torch.zeros(())
    for term, value in zip(recipe.losses, values, strict=True):
        total = total + term.weight * value
    if not total.requires_grad:
        raise ConfigError(
            "no loss term depends on what the network says, so nothing can be learned",
            where=f"recipe {recipe.name}",
            hint="do not detach what a term reads from step.out",
        )
    return total


def _told(value: object) -> str:
    """Return in words what a term gave instead of one number."""
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    return "nothing (is a return missing?)" if value is None else f"a {type(value).__name__}"
