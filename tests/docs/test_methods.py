"""The site's page of each system says what its recipe says."""

import json
import sys
from pathlib import Path

import pytest

from seehear.recipes import RECIPES, RECOMMENDED

BUILD = Path(__file__).resolve().parents[2] / "docs" / "_build"
TRIED = BUILD.parents[1] / "benchmarks" / "tables" / "own-parser-ablation.json"
_KINDS = ("audio", "visual", "audio_visual", "type")


@pytest.fixture
def methods(monkeypatch):
    monkeypatch.syspath_prepend(str(BUILD))
    monkeypatch.delitem(sys.modules, "methods", raising=False)
    import methods

    yield methods
    sys.modules.pop("methods")


def test_one_page_a_recipe_and_an_index_that_links_them(methods):
    pages = methods.method_pages()
    assert set(pages) == {"methods/index.md", *(f"methods/{name}.md" for name in RECIPES)}
    for recipe in RECIPES.values():
        page = pages[f"methods/{recipe.name}.md"]
        assert f"]({recipe.name}.md)" in pages["methods/index.md"]
        assert f"--recipe {recipe.name} " in page
        assert all(line in page for line in recipe.differs)
        for figures in recipe.published.values():
            assert " | ".join(f"{x:.1f}" for x in figures) in page


def test_measured_rows_stand_on_the_page_of_their_system(methods):
    assert "| offline, restaged, " in methods.page(RECIPES["han"])
    assert "Measured here" not in methods.page(RECIPES["lsld-release"])


def test_the_recommended_recipe_is_taken_apart_from_committed_data(methods):
    page = methods.page(RECIPES[RECOMMENDED])
    data = next((BUILD.parents[1] / "benchmarks" / "notes").glob(f"*/ablation-{RECOMMENDED}.tsv"))
    rows = data.read_text(encoding="utf-8").splitlines()
    assert all(f"| {row.replace(chr(9), ' | ')} |" in page for row in rows)
    assert "Taken apart" not in methods.page(RECIPES["han"])


def test_what_later_systems_found_stands_there_whether_it_helped_or_was_never_measured(methods):
    page = methods.page(RECIPES[RECOMMENDED])
    tried = json.loads(TRIED.read_text(encoding="utf-8"))
    assert tried["rows"]
    for row in tried["rows"]:
        cells = [str(row["runs"]), *(f"{row['figures'][f'segment/{kind}']:.1f}" for kind in _KINDS)]
        assert f"| {' | '.join(cells)} | " in page, row["row"]
    for title, source in tried["unmeasured"]:
        assert f"* {title} ({source})" in page
    assert "later systems found" not in methods.page(RECIPES["han"])
