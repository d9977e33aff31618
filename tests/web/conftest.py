"""One server of a small library for the tests of what it must refuse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from seehear.web.app import create_app
from seehear.web.settings import Limits, Settings
from web_world import HERE, SECRET, WORKER, make_library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("web")
    (root / "secret.txt").write_text(SECRET)
    (root / "secret.mp4").write_text(SECRET)
    return make_library(root)


@pytest.fixture(scope="module")
def client(library: Path) -> Iterator[TestClient]:
    limits = Limits(bytes=300_000, duration_s=6, pixels=200 * 200, parse_s=60, waiting=2)
    with TestClient(create_app(Settings(library, worker=WORKER, limits=limits)), HERE) as client:
        yield client


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """Return a page; whatever it complains of fails the test."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None,
    )
    page.set_default_timeout(20_000)
    yield page
    page.close()
    assert complaints == []
