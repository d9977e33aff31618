"""The site's page of each system says what its recipe says."""

import sys
from pathlib import Path

import pytest

from seehear.recipes import RECIPES

BUILD = Path(__file__).resolve().parents[2] / "docs" / "_build"


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
