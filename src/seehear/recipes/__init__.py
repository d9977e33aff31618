"""Recipes: every published system as one page, found here by name."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from seehear.closest import suggest
from seehear.errors import ConfigError
from seehear.features.feature_set import FeatureSet
from seehear.plugins import Registry
from seehear.recipes._features import FEATURES, declared
from seehear.recipes._override import apply
from seehear.recipes._recipe import (
    FIGURES,
    Helper,
    Labels,
    Network,
    Paper,
    Recipe,
    Stage,
    Term,
    Training,
    differences,
    flatten,
)
from seehear.recipes.ave import AVE
from seehear.recipes.avsdn import AVSDN
from seehear.recipes.dhhn import DHHN, DHHN_LSLD, DHHN_REFINED
from seehear.recipes.han import HAN
from seehear.recipes.jomold import JOMOLD
from seehear.recipes.lsld import (
    LSLD,
    LSLD_DENOISE_ONLY,
    LSLD_PLUS,
    LSLD_RELEASE,
    LSLD_RELEASED_LABELS,
)
from seehear.recipes.lsld_robust import LSLD_ROBUST
from seehear.recipes.ma import MA
from seehear.recipes.mgn import MGN, MGN_LSLD
from seehear.recipes.mm_pyramid import MM_PYRAMID, MM_PYRAMID_LSLD
from seehear.recipes.valor import VALOR

__all__ = [
    "FEATURES",
    "FIGURES",
    "RECIPES",
    "RECOMMENDED",
    "FeatureSet",
    "Helper",
    "Labels",
    "Network",
    "Paper",
    "Recipe",
    "Stage",
    "Term",
    "Training",
    "apply",
    "differences",
    "flatten",
    "get",
    "resolve",
]

RECIPES: Mapping[str, Recipe] = Registry(
    "seehear.recipes",
    Recipe,
    {
        recipe.name: dataclasses.replace(recipe, differs=declared(recipe.differs, recipe.features))
        for recipe in (
            HAN,
            LSLD,
            LSLD_RELEASE,
            LSLD_RELEASED_LABELS,
            LSLD_DENOISE_ONLY,
            LSLD_PLUS,
            LSLD_ROBUST,
            MA,
            JOMOLD,
            MGN,
            MGN_LSLD,
            MM_PYRAMID,
            MM_PYRAMID_LSLD,
            DHHN,
            DHHN_REFINED,
            DHHN_LSLD,
            AVE,
            AVSDN,
            VALOR,
        )
    },
)

RECOMMENDED = LSLD_ROBUST.name  # the recipe that is trained where none is named


def get(name: str) -> Recipe:
    """Return the recipe called `name`.

    Raises:
        ConfigError: there is none; the closest name is given, and where one's own come from.
    """
    if name in RECIPES:
        return RECIPES[name]
    if _is_path(name):
        raise ConfigError(
            f"expected the name of a recipe, got the path {name}",
            hint=_OWN,
            parameter="recipe",
        )
    near = suggest(name, RECIPES)
    between = " " if near.endswith("?") else "; "
    raise ConfigError(f"no recipe {name!r}", hint=f"{near}{between}{_OWN}", parameter="recipe")


_OWN = (
    "a recipe of your own comes from an installed package (pip install -e FOLDER), as the page"
    " Your first recipe and loss shows (docs/first-recipe.md)"
)


def _is_path(name: str) -> bool:
    """Return whether somebody wrote a file or folder where a name is expected."""
    return name.endswith(".py") or "/" in name or "\\" in name


def resolve(
    recipe: str | Recipe, features: str, settings: Mapping[str, Any] | None = None
) -> Recipe:
    """Return a recipe as it will run: adapted to one feature set, then changed by the user's
    settings.

    Args:
        recipe: name or definition.
        features: name of a feature set of the recipe.
        settings: see `apply`.

    Raises:
        ConfigError: no such recipe or setting, or a feature set that the recipe does not run on.
    """
    if isinstance(recipe, str):
        recipe = get(recipe)
    if features not in recipe.features:
        raise ConfigError(
            f"recipe {recipe.name} runs on {', '.join(recipe.features)}, got {features}",
            parameter="features",
        )
    recipe = apply(recipe, recipe.adapt.get(features, {}))
    return dataclasses.replace(apply(recipe, settings or {}), features=(features,), adapt={})
