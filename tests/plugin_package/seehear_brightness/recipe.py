"""HAN on brightness and loudness: a variant of ours is a `replace`, so the delta is the
definition.
"""

from dataclasses import replace

from seehear.recipes import RECIPES, FeatureSet

BRIGHT = FeatureSet(
    "bright",
    "brightness and loudness",
    audio=("loudness/feature",),
    visual=("brightness/feature",),
    standardise=True,
)
_HAN = RECIPES["han"]
HAN_BRIGHT = replace(
    _HAN,
    name="han-bright",
    summary="HAN on what costs nothing",
    features=("bright",),
    published={},
    adapt={},
    network=replace(_HAN.network, options={**_HAN.network.options, "width": 16, "hidden": 16}),
    training=replace(_HAN.training, epochs=2),
)
