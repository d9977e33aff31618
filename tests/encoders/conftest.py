"""Drawings of known things, and what `conse` sees in them."""

import numpy as np
import pytest

from seehear.demo.pictures import PICTURES
from seehear.encoders import load_encoder


@pytest.fixture(scope="module")
def frames():
    """Two drawings of each thing, prepared."""
    encoder = load_encoder("conse")
    drawn = [PICTURES[name](np.random.default_rng(seed)) for name in PICTURES for seed in (1, 2)]
    return np.stack([encoder.prepare(rgb) for rgb in drawn])


@pytest.fixture(scope="module")
def seen(frames):
    return load_encoder("conse", threads=1).encode(frames)
