"""Soft labels where a hard one contradicts the rest of the training set."""

import numpy as np
import pytest

from seehear.labels.lsld.reweighting import class_similarity, reweight_by, unreliable


def test_groups_that_do_not_overlap_and_empty_groups_are_left_alone():
    hard = np.zeros((2, 2, 3), np.float32)
    hard[0, :, 0] = hard[0, 0, 1] = 1
    sigma = np.full((2, 2, 3), 0.1, np.float32)
    sigma[0, :, 0] = 0.3  # class 0: every positive above every negative
    sigma[1, 1, 1] = 0.2  # class 1: its single positive lies below a negative; class 2 has none
    soft = reweight_by(hard, sigma, 4, 0.4)
    np.testing.assert_array_equal(soft[..., 0], hard[..., 0])
    np.testing.assert_array_equal(soft[..., 2], hard[..., 2])
    assert soft[0, 0, 1] == pytest.approx(0.4)  # exactly one positive: a class like any other
    assert soft[1, 1, 1] == pytest.approx(0.08)


def test_one_outlier_opens_the_region_and_trimming_closes_it():
    hard = np.zeros((10, 10, 1), bool)
    hard[:2] = True
    sigma = np.where(hard, 0.3, 0.1).astype(np.float32)
    sigma[9, 9] = 0.35  # one negative above all positives
    region = unreliable(hard, sigma)
    assert region.positive.sum() == 20
    assert region.negative.sum() == 1
    assert not unreliable(hard, sigma, trim=0.05).positive.any()


def test_similarities_are_cosines():
    features = np.array([[[3.0, 0.0], [0.0, 2.0]]], np.float32)
    texts = np.array([[1.0, 1.0], [0.0, 5.0]], np.float32)
    wanted = [[[0.5**0.5, 0], [0.5**0.5, 1]]]
    np.testing.assert_allclose(class_similarity(features, texts), wanted, atol=1e-6)
    with pytest.raises(ValueError, match="expected segment features"):
        class_similarity(features, texts[:, :1])
