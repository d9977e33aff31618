"""Training on a GPU: each system's losses are those of the CPU, as far as rounding lets them."""

import pytest
import torch

from seehear.recipes import RECIPES, resolve
from seehear.train import RunFolder, RunOptions, prepare, run
from small_world import TINY, write_world

SYSTEMS = ["han", "ma", "jomold", "mgn", "mm_pyramid", "dhhn", "lsld", "ave", "avsdn"]


@pytest.fixture(scope="module")
def gpu() -> str:
    """Return the device, or skip the test."""
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device, this machine has none")
    return "cuda"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("world"))


def settings_of(name):
    """Return small settings without dropout, whose draws differ between devices."""
    whole = resolve(name, "offline").network
    network = whole.options
    helpers = {f"network.helpers.{one.key}.options.dropout": 0.0 for one in whole.helpers}
    small = {"width": 16, "hidden": 16, "heads": 1, "levels": 2, "depths": (1, 1, 1)}
    known = {f"network.{key}": value for key, value in small.items() if key in network}
    dropouts = [key for key in network if "dropout" in key or key == "drop_path"]
    trained = {key: value for key, value in TINY.items() if key.startswith("training.")}
    weak = {"labels.segments.tracks": "none"} if RECIPES[name].labels.segments else {}
    return {**trained, **known, **weak, **helpers, **{f"network.{key}": 0.0 for key in dropouts}}


@pytest.mark.gpu
@pytest.mark.parametrize("name", SYSTEMS)
def test_losses_are_those_of_the_cpu(name, gpu, world, tmp_path):
    losses = {}
    for device in ("cpu", gpu):
        options = RunOptions(device=device)
        prepared = prepare(
            *world, name, features="offline", settings=settings_of(name), options=options
        )
        folder = RunFolder(run(prepared, tmp_path / device, seed=1, options=options))
        losses[device] = [entry["loss"]["total"] for entry in folder.log()]
    assert losses[gpu] == pytest.approx(losses["cpu"], rel=1e-3)
