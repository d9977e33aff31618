"""Evidence in a space shared with language: each class by itself."""

import numpy as np
import pytest

from seehear.parser.zero_shot.lexicon import Meaning
from seehear.parser.zero_shot.space import SpaceEvidence, space_evidence
from small_tree import DOG, TREE


class Tower:
    """Unit vectors by word."""

    id, dim = "tower", 4
    words = ("dog", "car", "animal", "other")

    def encode(self, texts):
        return np.array(
            [[float(word in text.casefold()) for word in self.words] for text in texts], np.float32
        )


def test_a_space_sets_each_class_against_other_things_alone():
    meanings = [DOG, Meaning((3,), (1.0,), (), ("Car",), "name")]
    made = space_evidence(
        "clip/space", Tower(), ["dog", "car"], meanings, TREE, template="a {}", scale=10.0
    )
    rows = {
        "clip/space": np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], np.float32)
    }
    prob = made.prob(made.of(rows))
    assert (prob[0] > [0.9, -1]).all()
    assert prob[0, 1] < 0.1
    assert prob[1, 0] == pytest.approx(prob[1, 1], abs=0.3)  # both may be there at once
    assert (prob[2] < 0.1).all()  # something else
    assert prob[3, 0] < 0.5  # an animal is not a rival of a dog, and no dog either
    assert prob[3, 1] < 0.1
    alone = space_evidence(
        "clip/space", Tower(), ["dog"], meanings[:1], TREE, template="a {}", scale=10.0
    )
    np.testing.assert_allclose(alone.prob(alone.of(rows))[:, 0], prob[:, 0], atol=1e-6)


def test_space_evidence_by_hand():
    made = SpaceEvidence(
        "x/space",
        np.array([[1.0, 0]]),
        np.array([[0.0, 1], [1, 0]]),
        np.array([[True, False]]),
        2.0,
    )
    kept = made.of({"x/space": np.array([[3.0, 4.0]])})
    np.testing.assert_allclose(kept, [[2 * 0.6 - 2 * 0.8]], atol=1e-6)
    np.testing.assert_allclose(made.prob(kept), [[1 / (1 + np.exp(0.4))]], atol=1e-6)
