"""A trained run without PyTorch: the same numbers; a graph that is not of the run is refused."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hiding import hide
from same_graph import check_graph
from seehear.errors import WeightsError
from seehear.labels.store import SegmentLabels
from seehear.recipes import RECIPES
from seehear.runs.graph import load_graph_run
from seehear.runs.split import predict_with
from seehear.share.bundle import GRAPH, MODEL, RECORD
from seehear.train import evaluate_split, load_run, prepare
from seehear.train import run as train_run
from small_recipes import small_settings
from small_world import SEGMENTS, TINY, write_world

pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def trained(world, tmp_path_factory):
    return train_run(prepare(*world, "han", settings=TINY), tmp_path_factory.mktemp("run") / "run")


@pytest.fixture
def copy(trained, tmp_path) -> Path:
    return shutil.copytree(trained, tmp_path / "copy")


def test_the_numbers_of_torch(world, trained) -> None:
    dataset, store = world
    ours = predict_with(load_graph_run(trained), store, dataset, "test")
    wanted = predict_with(load_run(trained), store, dataset, "test")
    for got, want in zip(ours[:3], wanted[:3], strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5, rtol=0)


NEEDS_LABELS = [
    recipe.name
    for recipe in RECIPES.values()
    if "offline" in recipe.features and any(stage.seedless for stage in recipe.stages)
]


@pytest.mark.parametrize("name", NEEDS_LABELS)
def test_recipes_that_learn_from_labels_have_the_numbers_of_torch(world, tmp_path, name) -> None:
    """Every other recipe: `tests/train/test_loop.py`."""
    prepared = prepare(*world, name, settings=small_settings(name, epochs=1))
    weak = prepared.train.weak.numpy()
    rows = np.repeat(weak[:, None], SEGMENTS, axis=1)
    labels = SegmentLabels(rows, rows, prepared.train.names, prepared.dataset.vocabulary.names, {})
    check_graph(train_run(prepared, tmp_path / "run", labels=labels))


def test_a_run_is_scored_and_shared_where_torch_cannot_be_imported(
    world, trained, tmp_path
) -> None:
    dataset, store = world
    address = f"file://{tmp_path}/shared"
    scored = ["evaluate", str(dataset.root), "--features", str(store.path), "--json", "--model"]
    program = f"""
import sys
from seehear.cli.main import main
assert main({[*scored, str(trained)]}) == 0
assert main({["share", str(trained), "--to", address]}) == 0
assert main({[*scored, address]}) == 0
assert "torch" not in sys.modules
"""
    env = {
        **hide(("torch", "jaxtyping", "onnx"), tmp_path / "hidden"),
        "SEEHEAR_CACHE": str(tmp_path),
    }
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    one, other = (json.loads(part) for part in done.stdout.split(f"{address}\n"))
    assert one["figures"] == other["figures"]
    assert one["figures"] == pytest.approx(evaluate_split(trained, store, dataset, "test"))


@pytest.mark.parametrize("damage", ["changed", "cut off", "missing"])
def test_a_damaged_graph_is_refused_in_one_line(copy, damage) -> None:
    content = (copy / GRAPH).read_bytes()
    if damage == "missing":
        (copy / GRAPH).unlink()
    else:
        (copy / GRAPH).write_bytes(content[:-9] + b"x" * 9 * (damage == "changed"))
    with pytest.raises(
        WeightsError, match=r"expected (sha256|a graph).*take another copy"
    ) as error:
        load_graph_run(copy)
    assert "\n" not in str(error.value)


def test_a_graph_of_other_weights_is_not_used(copy) -> None:
    content = (copy / MODEL).read_bytes()
    (copy / MODEL).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert load_graph_run(copy) is None


def test_an_old_run_has_no_graph(copy) -> None:
    record = json.loads((copy / RECORD).read_text())
    del record["graph"]
    (copy / RECORD).write_text(json.dumps(record))
    assert load_graph_run(copy) is None
    assert load_graph_run(copy / MODEL) is None
