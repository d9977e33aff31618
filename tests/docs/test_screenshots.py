"""The pictures of the product in README and site are of the page as it is."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def screenshots(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    monkeypatch.delitem(sys.modules, "screenshots", raising=False)
    import screenshots

    yield screenshots
    sys.modules.pop("screenshots")


def test_the_pictures_are_of_the_page_of_today(screenshots):
    old = screenshots.outdated()
    assert not old, f"{', '.join(old)}: not as in docs/pictures; run: make screenshots"


def test_a_changed_page_is_noticed(screenshots, tmp_path, monkeypatch):
    static = tmp_path / "src/seehear/web/static"
    static.mkdir(parents=True)
    (static / "app.css").write_text("a { }")
    monkeypatch.setattr(screenshots, "ROOT", tmp_path)
    monkeypatch.setattr(screenshots, "MADE_FROM", tmp_path / "made-from.json")
    screenshots.MADE_FROM.write_text(screenshots.json.dumps(screenshots.digests()))
    assert screenshots.outdated() == []
    (static / "app.css").write_text("b { }")
    (static / "new.js").write_text("")
    names = ["src/seehear/web/static/app.css", "src/seehear/web/static/new.js"]
    assert screenshots.outdated() == names


def test_every_picture_is_small_and_shown(screenshots):
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = "".join(page.read_text(encoding="utf-8") for page in pages)
    pictures = list(screenshots.PICTURES.glob("*.png"))
    assert pictures, "the folder of pictures has moved"
    for picture in pictures:
        assert f"pictures/{picture.name})" in shown, picture.name
        assert picture.stat().st_size < 120_000, picture.name
