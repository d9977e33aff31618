"""Shared fixtures: where the development data lies, and a browser for the pages."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

from golden import Vectors, folder

# shapes in signatures are checked while tests run (must come before the first import of these
# packages)
install_import_hook(["seehear.nn", "seehear.losses"], "beartype.beartype")

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("SEEHEAR_SHARED", ROOT.parent / "shared"))


# the same examples on every run: a test that fails today fails tomorrow
settings.register_profile("seehear", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("seehear")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of development data, or skip the test."""
    if not (SHARED / "golden").is_dir():
        pytest.skip(f"development data not found at {SHARED} (set SEEHEAR_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def golden(shared: Path) -> Callable[[str], Vectors]:
    """Return a reader of golden vectors by file name; a test whose file is missing is skipped."""

    def read(name: str) -> Vectors:
        path = folder(shared) / f"{name}.npz"
        if not path.is_file():
            pytest.skip(f"golden vectors not found at {path}")
        return Vectors(path)

    return read


@pytest.fixture(scope="module")
def no_graphs() -> Iterator[None]:
    """Leave out the ONNX graph that a run ends with: a second each, where it is not the subject."""
    with mock.patch("seehear.train.graph_file.as_graph", return_value=None):
        yield


@pytest.fixture(scope="module")  # while it lives, its event loop counts as running in this thread
def browser() -> Iterator[Any]:
    """Return a headless Chromium (Playwright's `Browser`), or skip the test."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = (os.environ.get("SEEHEAR_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(
            "Chromium not found (Debian: apt-get install chromium; elsewhere set SEEHEAR_CHROMIUM)"
        )
    quiet = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-sync",
        "--disable-component-update",
        "--autoplay-policy=no-user-gesture-required",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        quiet.append("--no-sandbox")  # root cannot start it otherwise
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=path, args=quiet)
        yield chromium
        chromium.close()
