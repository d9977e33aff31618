"""One small run of HAN, which the tests of a module share."""

from pathlib import Path

import pytest

from seehear.data import Dataset
from seehear.features import FeatureStore
from seehear.train import Prepared, prepare, run
from small_world import TINY, write_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, FeatureStore]:
    """Return a dataset of few clips and its features."""
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def prepared(world: tuple[Dataset, FeatureStore]) -> Prepared:
    """Return what a run of HAN starts from."""
    return prepare(*world, "han", settings=TINY)


@pytest.fixture(scope="module")
def trained(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run."""
    return run(prepared, tmp_path_factory.mktemp("run") / "run")
