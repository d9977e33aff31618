"""Factors of the re-weighting, from the similarities themselves."""

import numpy as np
import pytest

from seehear.labels.lsld.scale import fit_scale


def test_the_fitted_factors_bring_medians_to_their_levels():
    hard = np.zeros((10, 10, 1), np.float32)
    hard[:3] = 1
    sigma = np.where(hard > 0, 0.5, 0.25).astype(np.float32)
    scale = fit_scale(hard, sigma, positive=0.8, negative=0.05)
    assert scale == pytest.approx((1.6, 0.2))
    assert fit_scale(np.zeros_like(hard), sigma)[0] == 0  # no positive: nothing to scale
