"""Cosines and the asking of text encoders."""

import numpy as np
import pytest
import torch

from seehear.errors import FeatureError, WeightsError
from seehear.labels.similarity import EncodeOnce, encode_texts, like, softmax, to_numpy, unit_rows


def lengths(texts):
    return np.array([[len(text), 1.0] for text in texts], np.float32)


def test_unit_rows_keep_a_zero_row():
    rows = unit_rows(torch.tensor([[3.0, 4.0], [0.0, 0.0]]), "rows")
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, 0]], atol=1e-7)
    assert rows.dtype == np.float32
    with pytest.raises(FeatureError, match=r"rows: NaN or infinite values at index \[1\]"):
        unit_rows(np.array([[1.0, 0.0], [np.inf, 0.0]]), "rows")


def test_arrays_come_back_as_the_kind_they_came_in():
    given = torch.ones(2, dtype=torch.bfloat16)
    array = to_numpy(given)
    assert array.dtype == np.float32
    assert isinstance(like(array, given), torch.Tensor)
    assert like(array, array) is array


def test_every_text_is_encoded_once():
    asked = []
    once = EncodeOnce(lambda texts: asked.append(list(texts)) or lengths(texts))
    np.testing.assert_array_equal(once(["a", "bb", "a"]), lengths(["a", "bb", "a"]))
    once(["bb", "ccc"])
    assert asked == [["a", "bb"], ["ccc"]]
    assert once.count == 3


def test_texts_of_another_space_are_refused():
    with pytest.raises(WeightsError, match=r"expected text features of shape \(1, 3\)"):
        encode_texts(lengths, ["a"], 3)


def test_softmax_of_large_values_adds_up():
    np.testing.assert_allclose(softmax(np.array([[1e4, 1e4]], np.float32)), [[0.5, 0.5]])
