"""The script behind `make tables`: nothing is measured twice, whatever was lost or killed."""

import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from fake_words import install
from small_world import write_world

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
TINY = ["network.width=16", "network.hidden=16", "training.epochs=1", "training.batch=10"]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Return a function that runs the script on a small world, and tells what it measured."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import measure_tables

    install(monkeypatch)
    monkeypatch.setattr(measure_tables, "THREE", (1,))
    monkeypatch.setattr(measure_tables, "JOBS", 0)
    dataset, store = write_world(tmp_path / "world")

    def run(*more: str) -> list[str]:
        done: list[str] = []
        monkeypatch.setattr(measure_tables, "say", done.append)
        options = [str(dataset.root), "--features", str(store.path), "--tables", "table2"]
        options += ["--out", str(tmp_path / "out"), "--data", str(tmp_path / "data"), *more]
        options += [part for setting in TINY for part in ("--set", setting)]
        monkeypatch.setattr(sys, "argv", ["measure_tables.py", *options])
        assert measure_tables.main() == 0
        return [line.split(" ", 1)[1] for line in done if " seed " in line]

    yield run
    sys.modules.pop("measure_tables")


def test_a_lost_scratch_folder_costs_nothing_and_a_lost_unit_itself(script, tmp_path: Path):
    rows = ["none", "han-apart", "han-as-lsld", "den", "lsld-attends", "den+rew"]
    assert script() == [f"table2 {row} seed 1" for row in rows]
    data = tmp_path / "data"
    table = json.loads((data / "table2.json").read_text())
    assert [row["seeds"] for row in table["rows"]] == [[1]] * 6
    assert all(row["wanted"] == [1] and row["commits"] for row in table["rows"])
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    assert set(before) == {"runs.json", "table2.json"}
    shutil.rmtree(tmp_path / "out")
    assert script() == []
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before

    runs = json.loads(before["runs.json"])
    (folder,) = {row["folder"] for row in table["rows"] if row["key"] == "den"}
    assert runs[folder]["1"]["recipe"] == "lsld-denoise-only"
    assert runs[folder]["1"].keys() >= {"machine", "commit", "finished"}
    del runs[folder]["1"]
    (data / "runs.json").write_text(json.dumps(runs))
    shutil.rmtree(tmp_path / "out")
    assert script() == ["table2 den seed 1"]
    again = json.loads((data / "table2.json").read_text())
    assert [row["ours"] for row in again["rows"]] == [row["ours"] for row in table["rows"]]


def test_what_is_not_measured_by_then_is_left_for_the_next_call(script, tmp_path: Path):
    assert script("--until", "00:00") == []
    table = json.loads((tmp_path / "data" / "table2.json").read_text())
    assert [row["ours"] for row in table["rows"]] == [None] * 6
    assert script("--bill") == []


def test_the_first_seed_of_every_row_comes_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import measure_tables

    one, two = (SimpleNamespace(folder=name, seeds=(1, 2, 3)) for name in ("one", "two"))
    units = measure_tables._units({"table2": [one, two, one], "table3": [two]})
    assert [(u.table, u.folder) for u in units] == [
        ("table2", f"{name}/seed-{seed}") for seed in (1, 2, 3) for name in ("one", "two")
    ]
