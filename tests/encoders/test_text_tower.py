"""One text tower for three networks: each as its arguments say, neighbours change nothing."""

import dataclasses

import numpy as np
import pytest

import tiny_checkpoints as tiny
from seehear.encoders import card, load_text
from seehear.encoders.clip import TEXT_B16
from seehear.encoders.text_tower import TransformerText
from seehear.errors import WeightsError

MAKE = {"clip-vit-b16": tiny.clip, "siglip2-b16": tiny.siglip2, "clap": tiny.clap}


@pytest.fixture(scope="module", params=MAKE)
def tower(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("text")
    MAKE[request.param](folder)
    return load_text(request.param, weights=folder)


def test_rows_have_length_one_and_the_width_of_their_encoder(tower):
    rows = tower.encode(["dog", "a photo of a cat"])
    assert rows.shape == (2, tower.dim) == (2, card(tower.id).outputs["feature"])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert tower.encode([]).shape == (0, tower.dim)


def test_neighbours_change_nothing(tower):
    texts = ["dog", "the sound of a dog and a cat", "a cat", "dog"]
    together = tower.encode(texts)
    for row, text in zip(together, texts, strict=True):
        np.testing.assert_allclose(tower.encode([text])[0], row, atol=1e-6)
    assert np.abs(together[0] - together[1]).max() > 1e-4


def test_a_long_text_is_cut(tower):
    long, longer = tower.encode(["dog " * 600, "dog " * 700])
    np.testing.assert_array_equal(long, longer)


def test_only_siglip_reads_lower_case_alone(tower):
    lower, upper = tower.network.lower, tower.encode(["DOG", "dog"])
    assert lower == (tower.id == "siglip2-b16")
    if lower:
        np.testing.assert_array_equal(upper[0], upper[1])


def test_another_width_is_refused(tmp_path):
    tiny.clip(tmp_path)
    wider = dataclasses.replace(TEXT_B16, dim=768)
    with pytest.raises(WeightsError, match=r"expected projection to 768, config\.json says 512"):
        TransformerText(wider, tmp_path).encode(["dog"])
