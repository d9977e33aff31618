"""Comparing what an encoder gives for the same media in other company."""

import numpy as np


def same(whole, other, rows=slice(None)):
    """Networks give the same bits; the product with the class names may round differently with its
    height.
    """
    for output in ("feature", "logits"):
        np.testing.assert_array_equal(whole[output][rows], other[output])
    np.testing.assert_allclose(whole["space"][rows], other["space"], atol=1e-6)
