"""ConSE with its real weights: what it sees, and that neighbours change nothing."""

import numpy as np
import pytest

from same_rows import same
from seehear.demo.pictures import PICTURES
from seehear.encoders import load_encoder, load_text
from seehear.encoders.conse import imagenet_classes, language_space, posteriors


def test_posteriors_at_the_ends():
    np.testing.assert_allclose(posteriors(np.array([[1000.0, 0, -1000]], np.float32)), [[1, 0, 0]])


@pytest.mark.weights
def test_conse_ranks_its_own_word_first(seen):
    names = [name.replace("_", " ") for name in PICTURES]
    assert {name: rows.shape for name, rows in seen.items()} == {
        "feature": (2 * len(names), 1280),
        "logits": (2 * len(names), 1000),
        "space": (2 * len(names), 384),
    }
    assert all(rows.dtype == np.float32 for rows in seen.values())
    similarity = seen["space"] @ load_text("minilm").encode(names).T
    np.testing.assert_array_equal(similarity.argmax(axis=1), np.repeat(np.arange(len(names)), 2))


@pytest.mark.weights
def test_the_network_names_what_is_drawn(seen):
    best = [imagenet_classes()[k] for k in seen["logits"].argmax(axis=1)]
    assert sum(
        word in best[2 * i] for i, word in enumerate(n.replace("_", " ") for n in PICTURES)
    ) == len(PICTURES)


@pytest.mark.weights
def test_frames_do_not_depend_on_neighbours_or_threads(frames, seen):
    encoder = load_encoder("conse", threads=1)
    for i in range(len(frames)):
        same(seen, encoder.encode(frames[i : i + 1]), slice(i, i + 1))
    same(seen, load_encoder("conse", threads=2).encode(frames))
    backwards = encoder.encode(frames[::-1])
    same({name: rows[::-1] for name, rows in backwards.items()}, seen)


@pytest.mark.weights
def test_a_picture_that_stands_still_has_the_rows_of_each(frames, seen):
    again = load_encoder("conse").encode(frames[[0, 0, 0, 1, 0]])
    same({name: rows[[0, 0, 0, 1, 0]] for name, rows in seen.items()}, again)


@pytest.mark.weights
def test_the_space_is_the_average_of_the_ten_best_names(seen):
    tower = load_text("minilm")
    logits = seen["logits"][:1].astype(np.float64)
    prob = np.exp(logits[0] - logits.max())
    prob /= prob.sum()
    best = np.argsort(prob)[::-1][:10]
    names = tower.encode([imagenet_classes()[k] for k in best])
    expected = (prob[best, None] * names).sum(axis=0) / prob[best].sum()
    np.testing.assert_allclose(seen["space"][0], expected, atol=1e-5)
    np.testing.assert_allclose(language_space(seen["logits"]), seen["space"], atol=1e-6)
