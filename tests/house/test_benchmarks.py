"""The script that runs every benchmark: none is forgotten, a failure is said, the table dated."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from seehear.runs.predicted import Predicted

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def run_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import run_all

    return run_all


def test_no_benchmark_is_forgotten(run_all) -> None:
    known = {benchmark.script for benchmark in run_all.BENCHMARKS} | set(run_all.OTHERS)
    assert {path.stem for path in BENCHMARKS.glob("*.py")} == known
    for benchmark in run_all.BENCHMARKS:
        assert run_all.question(benchmark.script).count("?"), f"{benchmark.script} asks no question"


def test_a_dated_table_with_machine_facts(run_all, tmp_path: Path, monkeypatch, capsys) -> None:
    small = run_all.Benchmark("metrics_speed", "--clips 20 --most 1000 --repeat 2", "")
    monkeypatch.setattr(run_all, "BENCHMARKS", (small,))
    monkeypatch.setattr(
        sys, "argv", ["run_all.py", "--folder", str(tmp_path / "s"), "--out", str(tmp_path / "out")]
    )
    assert run_all.main() == 0
    page = Path(capsys.readouterr().out.strip())
    text = page.read_text()
    assert text.startswith(f"# Benchmarks of {page.stem}\n\nMachine: cpu ")
    assert (
        "## How fast are the metrics, against the literal evaluation, and how do they grow?" in text
    )
    assert "| times faster | " in text
    stored = json.loads(page.with_suffix(".json").read_text())
    assert stored["results"]["metrics_speed"]["printed"]["largest_figure_gap"] < 1e-12


def test_one_that_fails_is_said(run_all, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "argv", ["run_all.py", "--folder", str(tmp_path), "--out", str(tmp_path)]
    )
    broken = run_all.Benchmark("metrics_speed", "--clips many", "")
    monkeypatch.setattr(run_all, "BENCHMARKS", (broken,))
    assert run_all.main() == 1
    assert "FAILED: exit code 2: " in next(tmp_path.glob("*.md")).read_text()


def test_training_speed_allows_for_clips_that_rounding_decides(monkeypatch) -> None:
    pytest.importorskip("pandas")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import train_speed

    predicted = Predicted(
        np.array([[[[0.2]]], [[[0.4999999]]], [[[0.6]]]]),
        np.array([[[0.7]], [[0.7]], [[0.49]]]),
        np.array([[0.9], [0.9], [0.9]]),
    )
    assert train_speed.clips_at_the_threshold(predicted, 0.5) == 1


def test_training_speed_says_which_package_is_missing() -> None:
    hide = "import sys, runpy; sys.modules['pandas'] = None; sys.path.insert(0, sys.argv[1])"
    hide += "; runpy.run_path(sys.argv[1] + '/train_speed.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", hide, str(BENCHMARKS)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("train_speed: pandas is missing")
