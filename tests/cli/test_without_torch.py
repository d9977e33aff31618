"""Parse, search, export, decode and serve without PyTorch, with a model of elsewhere.

`make light-check` does the same in a new environment with the wheel; here PyTorch is hidden from an
interpreter and from those that it starts.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from fake_scorer import fake
from hiding import hide
from seehear.encoders import cards
from seehear.train import prepare, run
from small_world import TINY, write_world

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = ("torch", "torchvision", "transformers", "jaxtyping", "onnx", "nvidia", "triton")


def trained_elsewhere(folder: Path) -> Path:
    """Return a run that reads rows as wide as the offline encoders give them."""
    widths = {}
    for id_ in ("yamnet", "conse"):
        for output, width in cards()[id_].outputs.items():
            widths[f"{id_}/{output}"] = width
    world = write_world(folder, encoders={"yamnet": {}, "conse": {}}, dims=widths)
    return run(prepare(*world, "han", settings={**TINY, "training.epochs": 1}), folder / "run")


@pytest.mark.slow
@pytest.mark.weights
def test_the_light_installation_does_its_work(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("uvicorn")
    clip = fake.make_clip(tmp_path / "clip.mp4", 2)
    program = ["tools/try_light.py", trained_elsewhere(tmp_path), tmp_path, clip]
    done = subprocess.run(
        [sys.executable, *map(str, program)],
        cwd=ROOT,
        env=hide(HIDDEN, tmp_path / "hidden"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith("ok ")]
    assert len(told) == 6, done.stdout


def test_what_is_hidden_cannot_be_imported_and_is_not_found(tmp_path: Path) -> None:
    program = (
        "import importlib.util as u\nprint(u.find_spec('torch'), u.find_spec('numpy') is None)\n"
        "try:\n import torch.nn\nexcept ModuleNotFoundError as error:\n print(error.name)\n"
    )
    env = hide(("torch",), tmp_path)
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert done.stdout.split() == ["None", "False", "torch"], done.stderr
