"""The page of results says what lies in the data, and what does not lie there yet."""

import json
import re
import sys
from pathlib import Path

import pytest

from seehear.reproduce import TABLES

BUILD = Path(__file__).resolve().parents[2] / "docs" / "_build"


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.syspath_prepend(str(BUILD))
    monkeypatch.delitem(sys.modules, "measured", raising=False)
    import measured

    yield measured
    sys.modules.pop("measured")


def row(title, seeds, **more):
    ours = {"segment/visual": {"mean": 50.0, "spread": 1.0}} if seeds else None
    known = {"key": title, "title": title, "recipe": "han", "features": "offline", "settings": {}}
    known |= {"same_as": None, "problem": "not run", "command": None, "control": False}
    done = {"finished": ["2026-01-02 10:00"] * len(seeds), "commits": ["abc"] if seeds else []}
    return {**known, **done, "seeds": seeds, "wanted": [1, 2, 3], "ours": ours} | {
        "published": {},
        "gap": {},
        **more,
    }


def test_what_is_missing_is_said(measured, tmp_path):
    table = {"table": "table3", "title": "Some", "columns": ["segment/visual"], "split": "test"}
    table |= {"dataset": {"name": "small", "clips": {"train": 3}}, "settings": {}}
    table |= {"date": "2026-01-02", "seehear": "1", "machine": "here"}
    rows = [row("whole", [1, 2, 3]), row("half", [1]), row("none", []), row("nor this", [])]
    (tmp_path / "table3.json").write_text(json.dumps({**table, "rows": rows}))
    page = measured.results(tmp_path, tmp_path / "older")
    assert "| whole | offline | 1,2,3 | 50.0<wbr>±1.0 |" in page
    assert "| none | offline | - | - |" in page
    lines = [line for line in page.splitlines() if line.startswith("* ")]
    assert lines == [
        "* seeds 2, 3 not measured yet: half",
        "* seeds 1, 2, 3 not measured yet: none; nor this",
        "* measured 2026-01-02, code at `abc`",
    ]
    assert page.count("\nNot measured yet.\n") == len(TABLES) - 1


def test_the_page_has_every_table_and_only_rows_that_are_still_in_them(measured):
    page = measured.results()
    assert re.findall(r"^### (table\d)", page, re.MULTILINE) == list(TABLES)
    for result in measured.tables():
        known = {row.key for row in TABLES[result["table"]].rows}
        assert {row["key"] for row in result["rows"]} <= known
        for one in result["rows"]:
            assert len(one["finished"]) == len(one["seeds"]) == len(set(one["seeds"]))
            assert bool(one["commits"]) == bool(one["ours"])


def test_what_a_row_costs_is_what_was_kept(measured, tmp_path):
    assert measured.dry_run(tmp_path / "none.json").startswith("Not measured yet at full width")
    costs = {"title": "HAN", "features": "paper", "seconds": [90.0], "cpu_seconds": [60.0]}
    costs |= {"peak_mb": 2930, "same_as": None}
    machine = {"cpu": "some cpu", "cores": 2}
    table = {"rows": [costs, {**costs, "same_as": "HAN"}], "date": "2026-01-02", "machine": machine}
    (tmp_path / "kept.json").write_text(json.dumps({"table1": table}))
    page = measured.dry_run(tmp_path / "kept.json")
    assert page.count("| HAN |") == 1
    assert "| 1 | HAN | paper | 1.5 | 1.0 | 2,930 |" in page
    assert page.endswith("One epoch, one thread a row; 2026-01-02, some cpu, 2 cores.")


def test_the_zero_shot_page_says_what_was_measured():
    """`make zero-shot` writes the figures; those of older presets stay as they were."""
    kept = max((BUILD.parents[1] / "benchmarks" / "results").glob("*-zero-shot.json"))
    found = json.loads(kept.read_text(encoding="utf-8"))
    page = (BUILD.parent / "zero-shot.md").read_text(encoding="utf-8")
    folds = [f"{100 * value:.1f}" for value in found["folds"].values()]
    test = [f"**{100 * value:.1f}**" for value in found["test"].values()]
    low_high = [
        f"{100 * a:.0f}–{100 * b:.0f}" for a, b in found["test, 95 % of resamples"].values()
    ]
    own, llp = (found["wild"][words] for words in ("restaged's words", "LLP's words"))
    real = [f"{value:.3f}"[1:] for one in (own, llp) for value in (one["seen"], one["heard"])]
    for figures in (folds, test, low_high, real):
        assert f"| {' | '.join(figures)} |\n" in page
    assert kept.name[:10] in page
