"""Settings that make the network of any recipe small."""

from small_world import TINY

SMALL = {
    "ma": TINY,
    "han": TINY,
    "jomold": TINY,
    "mm_pyramid": {**TINY, "network.heads": 2, "network.levels": 2},
    "mgn": {"network.width": 16, "network.heads": 2, "network.depths": "1,1,1"},
    "ave": {"network.width": 16, "network.hidden": 8, "network.head_hidden": 8},
}
HELPERS = {
    "network.helpers.audio.options.width": 16,
    "network.helpers.audio.options.hidden": 16,
    "network.helpers.visual.options.width": 16,
    "network.helpers.visual.options.hidden": 16,
}


def small_settings(name, *, epochs):
    """Return settings with which a recipe trains in a second."""
    family = name.split("-")[0]
    sizes = {**SMALL.get(family, SMALL["ave" if family == "avsdn" else "han"])}
    return {
        **sizes,
        **(HELPERS if family == "dhhn" else {}),
        "training.epochs": epochs,
        "training.batch": 10,
    }
