"""VALOR's rule: its published table, and hard labels by hand."""

import numpy as np
import pytest

from seehear.data import LLP_VOCABULARY
from seehear.errors import ConfigError, FeatureError
from seehear.labels.thresholds.valor import PUBLISHED, published, threshold_labels


def test_the_published_table_has_every_class_of_llp():
    for encoder, table in PUBLISHED.items():
        assert set(table) == set(LLP_VOCABULARY.names), encoder
    captions, limits = published("clap-fusion", ["Dog", "Frying_(food)"])
    assert captions == ["This is a sound of dog", "This is a sound of frying (food)"]
    assert limits.tolist() == [4, -2]
    with pytest.raises(ConfigError, match="no threshold for class Cow"):
        published("clap-fusion", ["Dog", "Cow"])


def test_a_label_needs_the_class_and_lies_strictly_above():
    similarity = np.array([[[4.0, 5.0], [4.1, 5.0]]])
    found = threshold_labels(similarity, np.array([[1, 0]]), [4.0, 0.0])
    assert found.tolist() == [[[0, 0], [1, 0]]]
    with pytest.raises(FeatureError, match="NaN"):
        threshold_labels(similarity * np.nan, np.array([[1, 0]]), [4.0, 0.0])
    with pytest.raises(ValueError, match="expected similarity"):
        threshold_labels(similarity, np.array([[1, 0]]), [4.0])
