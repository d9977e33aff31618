"""A run of an older version is given its graph, and a damaged one is made again."""

import json
import shutil
from pathlib import Path
from unittest import mock

import pytest

from same_graph import check_graph
from seehear.cli.main import main
from seehear.runs.graph import load_graph_run
from seehear.share.bundle import GRAPH, MODEL, RECORD

pytest.importorskip("onnx")


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """Return a run of its own."""
    return shutil.copytree(trained, tmp_path / "run")


def older(run: Path) -> Path:
    """Return the run as before runs had graphs."""
    (run / GRAPH).unlink()
    record = json.loads((run / RECORD).read_text())
    del record["graph"]
    (run / RECORD).write_text(json.dumps(record))
    return run


def test_an_older_run_is_given_the_very_graph_of_training(run, trained, capsys) -> None:
    assert load_graph_run(older(run)) is None
    assert main(["convert", str(run)]) == 0
    assert "parses without PyTorch from now on" in capsys.readouterr().out
    for name in (GRAPH, RECORD):
        assert (run / name).read_bytes() == (trained / name).read_bytes()
    assert main(["convert", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"graph": str(run / GRAPH), "new": False}


def test_a_changed_graph_is_one_line_and_is_made_again(run, trained, capsys) -> None:
    (run / GRAPH).write_bytes((run / GRAPH).read_bytes() + b"x")
    assert main(["share", str(run), "--card"]) == 2
    said = capsys.readouterr().err
    assert "expected sha256" in said
    assert "make the graph again: seehear convert RUN" in said
    assert said.count("\n") == 1
    assert main(["convert", str(run)]) == 0
    assert (run / GRAPH).read_bytes() == (trained / GRAPH).read_bytes()


def test_a_single_model_file_has_its_graph_beside_it(run, tmp_path) -> None:
    file = Path(shutil.copy(run / MODEL, tmp_path / "mine.safetensors"))
    assert load_graph_run(file) is None
    assert main(["convert", str(file)]) == 0
    check_graph(file)
    assert {path.name for path in tmp_path.glob("mine.*")} == {
        "mine.safetensors",
        "mine.onnx",
        "mine.json",
    }


def test_the_model_file_of_a_run_is_the_run(run) -> None:
    assert load_graph_run(run / MODEL) is not None


def test_a_run_that_is_not_finished_and_a_strange_network_are_one_line(run, capsys) -> None:
    with mock.patch("seehear.train.graph_file.as_graph", return_value=None):
        assert main(["convert", str(older(run))]) == 2
        assert "comes from another package, and needs PyTorch" in capsys.readouterr().err
    (run / RECORD).unlink()
    assert main(["convert", str(run)]) == 2
    assert "expected run.json, got a run that is not finished" in capsys.readouterr().err
    assert not (run / GRAPH).exists()
