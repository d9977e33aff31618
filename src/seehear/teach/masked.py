"""The network of a recipe, to be trained where only some seconds are known.

Every term of the loss compares with what is known; what is not known has weight 0:

    sum of w * BCE(p, y) / sum of w

The weights w of a target stand beside it, under its name with ` counts` behind it.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from seehear.errors import ConfigError
from seehear.losses.bce import CLAMP
from seehear.nn import Output
from seehear.recipes import RECIPES, RECOMMENDED, Recipe, apply, get
from seehear.recipes._recipe import Term
from seehear.recipes.contract import Step
from seehear.time import Decoding

COUNTS = " counts"
ADAPTED = "offline"  # the feature set whose settings fit what a library keeps
_STEPS = 150  # of the optimiser, at least: few clips are looked at more often
_READS: Mapping[str, Callable[[Output], Tensor]] = {
    "clip": lambda out: out.clip_prob,
    "audio": lambda out: out.track_prob[:, 0],
    "visual": lambda out: out.track_prob[:, 1],
    "audio_segments": lambda out: out.segment_prob[:, :, 0],
    "visual_segments": lambda out: out.segment_prob[:, :, 1],
}


def masked_bce(prob: Tensor, label: Tensor, counts: Tensor) -> Tensor:
    """Return the cross-entropy of what is known; 0 where nothing is.

    Args:
        prob: of any shape; brought into [1e-7, 1 - 1e-7] first.
        label: likewise, in [0, 1].
        counts: likewise, how much each counts; 0: it is not known.
    """
    each = F.binary_cross_entropy(prob.clamp(CLAMP, 1 - CLAMP), label, reduction="none")
    total: Tensor = (each * counts).sum() / counts.sum().clamp(min=1.0)
    return total


def fits(recipe: Recipe) -> bool:
    """Return whether all terms of a recipe's loss can leave out what is not known."""
    plain = recipe.labels.relabel is None and not recipe.labels.removals
    trained = [stage for stage in recipe.stages if stage.make is None]
    named = {term.name for term in recipe.losses} <= _READS.keys()
    return plain and named and len(trained) == 1 and not recipe.network.helpers


def masked(name: str | None, settings: Mapping[str, Any], clips: int) -> Recipe:
    """Return a recipe whose loss looks at what is known.

    Args:
        name: of the recipe; None: the one that is recommended.
        settings: overrides such as `{"training.epochs": 3}`.
        clips: number of clips it will learn from; with few, there are more epochs.

    Raises:
        ConfigError: no such recipe or setting, or one that learns by rules of its own.
    """
    recipe = get(name or RECOMMENDED)
    if not fits(recipe):
        known = ", ".join(sorted(key for key, one in RECIPES.items() if fits(one)))
        raise ConfigError(
            f"recipe {recipe.name} learns by rules of its own", parameter="recipe", hint=known
        )
    recipe = apply(recipe, recipe.adapt.get(ADAPTED, {}))
    seen = max(1, -(-clips // recipe.training.batch))
    more = max(1, round(_STEPS / (seen * recipe.training.epochs)))
    training = dataclasses.replace(
        recipe.training,
        epochs=recipe.training.epochs * more,
        lr_every=recipe.training.lr_every * more,
        select="last",
        select_visual=None,
    )
    weights = {term.name: term.weight for term in recipe.losses}
    # what a person said of seconds is learnt by recipes of weak labels, too
    weights = {"audio_segments": 1.0, "visual_segments": 1.0, **weights}
    changed = dataclasses.replace(
        recipe,
        network=dataclasses.replace(recipe.network, prior="none", rows="segment"),
        losses=tuple(_term(key, weight) for key, weight in weights.items()),
        training=training,
        decoding=Decoding(threshold=0.5, gate="none"),
        adapt={},
    )
    return apply(changed, settings)


def _term(name: str, weight: float) -> Term:
    read = _READS[name]

    def compared(step: Step) -> Tensor:
        return masked_bce(read(step.out), step.targets[name], step.targets[name + COUNTS])

    return Term(name, weight, compared, f"BCE of {name}, where it is known")
