"""Soft labels where a hard one contradicts the rest of the training set."""

import numpy as np
import pytest
import torch

from seehear.errors import ConfigError, FeatureError
from seehear.labels.lsld.reweighting import class_similarity, reweight, reweight_by, unreliable


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


def test_a_class_that_every_segment_has_or_none_has_is_left_alone():
    hard = np.zeros((2, 3, 2), np.float32)
    hard[..., 0] = 1
    sigma = np.linspace(0.05, 0.2, 12, dtype=np.float32).reshape(2, 3, 2)
    np.testing.assert_array_equal(reweight_by(hard, sigma, 4, 0.4), hard)


def test_a_factor_times_similarity_of_exactly_1_changes_nothing():
    hard = np.array([[[1], [0]]], np.float32)
    sigma = np.array([[[0.25], [0.5]]], np.float32)
    np.testing.assert_array_equal(reweight_by(hard, sigma, 4, 2), hard)
    np.testing.assert_array_equal(reweight_by(hard, sigma, 3, 1), [[[0.75], [0.5]]])


def test_trimming_takes_similarities_that_occur():
    hard = np.arange(10).reshape(2, 5, 1) < 5
    sigma = np.array([0.2, 0.4, 0.6, 0.85, 1, 0.1, 0.25, 0.5, 0.7, 0.9]).reshape(2, 5, 1)
    region = unreliable(hard, sigma.astype(np.float32), trim=0.1)
    # 0.4 steps from below lies at 0.2, 3.6 steps at 0.9; between them would be 0.28 and 0.82
    assert sigma[region.positive].tolist() == [0.2, 0.4, 0.6, 0.85]
    assert sigma[region.negative].tolist() == [0.25, 0.5, 0.7, 0.9]


def test_labels_of_whole_numbers_become_shares():
    hard = np.array([[[1], [0]]], np.uint8)
    soft = reweight_by(hard, np.array([[[0.1], [0.2]]], np.float32), 4, 0.4)
    assert soft.dtype == np.float32
    np.testing.assert_allclose(soft, [[[0.4], [0.08]]], rtol=1e-6)


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


def outliers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, features and a class text: cosines of 0.2 where on, of 0.1 elsewhere, and an
    outlier on each side, of 0.05 and of 0.25.
    """
    hard = np.zeros((10, 10, 1), np.float32)
    hard[:2] = 1
    sigma = np.where(hard > 0, 0.2, 0.1)[..., 0]
    sigma[0, 0], sigma[9, 9] = 0.05, 0.25
    features = np.stack([sigma, np.sqrt(1 - sigma**2)], axis=2).astype(np.float32)
    return hard, features, np.array([[3.0, 0.0]], np.float32)


def test_the_published_factors_are_the_default_and_trimming_keeps_to_the_bulk():
    hard, features, text = outliers()
    soft = reweight(hard, features, text)[..., 0]
    assert soft.dtype == np.float32
    assert soft[0, 1:] == pytest.approx(0.8, abs=1e-5)  # 4 times 0.2
    assert (soft[0, 0], soft[9, 9]) == pytest.approx((0.2, 0.1), abs=1e-5)
    assert soft[5] == pytest.approx(0.04, abs=1e-5)  # 0.4 times 0.1: above the least positive
    trimmed = reweight(hard, features, text, trim=0.06)[..., 0]
    assert (trimmed[0, 1:] == 1).all()
    assert (trimmed[5] == 0).all()
    assert (trimmed[0, 0], trimmed[9, 9]) == pytest.approx((0.2, 0.1), abs=1e-5)
    assert type(reweight(torch.from_numpy(hard), features, text)) is torch.Tensor


def test_what_cannot_be_reweighted_is_told():
    hard, features, text = outliers()
    for trim in (-0.1, 0.5):
        with pytest.raises(ValueError, match=rf"expected a trim in \[0, 0.5\), got {trim}"):
            reweight(hard, features, text, trim=trim)
    with pytest.raises(ValueError, match="expected labels and similarities of one shape"):
        reweight(hard[:5], features, text)
    with pytest.raises(ValueError, match="expected segment features"):
        class_similarity(features[0], text)
    bad = np.full_like(text, np.nan)
    for given, name in (
        ((features, bad), "class"),
        ((np.full_like(features, np.inf), text), "seg"),
    ):
        with pytest.raises(FeatureError, match=f"{name}[a-z]* features: NaN or infinite values"):
            class_similarity(*given)
    with pytest.raises(ConfigError, match="expected dynamic, with-event") as caught:
        reweight(hard, features, text, mode="some")
    assert caught.value.parameter == "mode"
