"""Settings of a recipe by the last part of their path."""

import pytest

from seehear.recipes import RECIPES, apply, get
from seehear.recipes.settings import setting_called


@pytest.mark.parametrize(
    ("recipe", "name", "path"),
    [
        ("lsld-robust", "epochs", "training.epochs"),
        ("lsld-robust", "epoch", "training.epochs"),
        ("lsld-robust", "weight_decay", "training.weight_decay"),
        ("lsld-robust", "width", "network.width"),
        ("lsld-robust", "cross_attention", "network.forward.cross_attention"),
        ("lsld-robust", "threshold", "decoding.threshold"),
        ("lsld-robust", "strategy", "labels.segments.strategy"),
        ("han", "strategy", None),
        ("han", "xyzzy", None),
    ],
)
def test_a_setting_is_found_by_its_last_part(recipe, name, path):
    assert setting_called(get(recipe), name) == path


@pytest.mark.parametrize("recipe", list(RECIPES))
def test_what_is_found_can_be_set(recipe):
    for name in ("epochs", "batch", "lr", "seed", "select", "threshold", "smooth_visual", "prior"):
        path = setting_called(get(recipe), name)
        head, _, last = path.rpartition(".")
        owner = get(recipe)
        for part in head.split("."):
            owner = getattr(owner, part)
        apply(get(recipe), {path: getattr(owner, last)})
