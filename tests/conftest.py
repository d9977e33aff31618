"""Shared fixtures: where the development data lies, and a cache that tests may fill."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

# shapes in signatures are checked while tests run (must come before the first import of these packages)
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
