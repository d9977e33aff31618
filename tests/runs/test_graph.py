"""A trained run without PyTorch: the same numbers; a graph that is not of the run is refused."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from same_graph import check_graph
from seehear.errors import WeightsError
from seehear.labels.store import SegmentLabels
from seehear.recipes import RECIPES
from seehear.runs.graph import load_graph_run
from seehear.runs.split import predict_with
from seehear.share.bundle import GRAPH, MODEL, RECORD
from seehear.train import load_run, prepare
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


def test_a_run_is_used_where_torch_cannot_be_imported(world, trained) -> None:
    dataset, store = world
    program = f"""
import sys
sys.modules["torch"] = None
from seehear.data import open_dataset
from seehear.features import open_features
from seehear.parser.trained import open_run
from seehear.runs.split import predict_with
run = open_run({str(trained)!r})
dataset, store = open_dataset({str(dataset.root)!r}), open_features({str(store.path)!r})
out = predict_with(run, store, dataset, "test")
print(out.segment_prob.shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "(8, 4, 2, 4)", done.stderr


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
