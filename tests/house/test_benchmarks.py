"""The script that runs every benchmark: none is forgotten, a failure is said, the table dated."""

import json
import sys
from pathlib import Path

import pytest

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
