"""From network outputs to probabilities: sums worked out by hand, and what must hold for any
vocabulary.
"""

import numpy as np
import pytest

from seehear.parser.zero_shot.calibration import Calibration, around_max, around_mean
from seehear.parser.zero_shot.lexicon import Concept, Lexicon, Meaning
from seehear.parser.zero_shot.picture import PictureEvidence
from seehear.parser.zero_shot.sound import SoundEvidence
from seehear.parser.zero_shot.space import SpaceEvidence, space_evidence

# animal(0) over dog(1) over bark(2); car(3)
TREE = Lexicon(
    (
        Concept(("animal",), (0,), (0, 1, 2), None, "Animal"),
        Concept(("dog",), (1,), (1, 2), 0, "Dog"),
        Concept(("bark",), (2,), (2,), 1, "Bark"),
        Concept(("car",), (3,), (3,), None, "Car"),
    ),
    4,
)
DOG = Meaning((1, 2), (1.0, 1.0), (0,), ("Dog",), "name")
NORMS = np.array([1.0, 2.0, 3.0, 4.0])
PLAIN = Calibration(tuple("abcdef"), (1.0, 0, 0, 0, 0, 0), 0.0, "by hand")


def sound(*meanings, calibration=PLAIN):
    return SoundEvidence(meanings, TREE, NORMS, calibration)


def test_sound_evidence_by_hand():
    judge = sound(DOG)
    # animal, dog, bark, car
    kept = judge.of({"yamnet/logits": np.array([[3.0, -1.0, 2.0, 1.5], [-9.0, -4.0, -5.0, 6.0]])})
    np.testing.assert_allclose(kept[:, 0], [[2.0, 3.0, 0.5], [-4.0, -4.0, -10.0]])
    full = judge.full(kept)[:, 0] * 10
    np.testing.assert_allclose(full[0], [2, 3, 0.5, (2 + 2 - 4) / 3, 2, 2], atol=1e-5)
    np.testing.assert_allclose(full[1], [-4, -4, -10, (2 - 4 - 4) / 3, 2, 2], atol=1e-5)


def test_the_lead_is_capped():
    assert sound(DOG).of({"yamnet/logits": np.array([[0.0, 9.0, 0.0, -9.0]])})[0, 0, 2] == 2


def test_a_class_that_is_only_like_the_word_is_marked_down_and_one_that_is_not_is_no_evidence():
    logits = {"yamnet/logits": np.array([[0.0, 5.0, 5.0, 5.0]])}
    like = sound(Meaning((3,), (0.8,), (), ("Car",), "likeness")).of(logits)
    np.testing.assert_allclose(like[0, 0, :2], [3.0, 3.0], atol=1e-5)
    unlike = sound(Meaning((3,), (0.3,), (), ("Car",), "likeness"))
    assert (unlike.of(logits) == unlike.nothing()).all()
    assert unlike.prob(unlike.of(logits)).max() < 0.02


def test_classes_are_judged_one_by_one():
    rng = np.random.default_rng(0)
    logits = {"yamnet/logits": rng.normal(size=(20, 4)) * 5}
    car = Meaning((3,), (1.0,), (), ("Car",), "name")
    both, alone = sound(DOG, car), sound(DOG)
    np.testing.assert_array_equal(
        both.prob(both.of(logits))[:, 0], alone.prob(alone.of(logits))[:, 0]
    )


def test_silence_is_no_evidence():
    judge = sound(DOG)
    assert judge.prob(np.full((5, 1, 3), judge.nothing(), np.float32)).max() < 0.02


def test_windows_repeat_the_ends():
    rows = np.array([[0.0], [3.0], [0.0], [0.0]])
    np.testing.assert_allclose(around_mean(rows, 1)[:, 0], [1, 1, 1, 0])
    np.testing.assert_allclose(around_max(rows, 1)[:, 0], [3, 3, 3, 0])
    np.testing.assert_allclose(around_max(rows[:1], 9)[:, 0], [0])


def picture(meanings, prompts, common=None):
    classes = np.eye(1000, 1000)[:, :1000]
    common = np.zeros((1, 1000)) if common is None else common
    other = np.eye(1000)[999]
    return PictureEvidence(meanings, prompts, other, classes, common, PLAIN)


def logits_of(prob):
    return np.log(np.maximum(prob, 1e-9))


def test_picture_evidence_sums_the_classes_of_the_word_and_of_what_stands_above():
    prob = np.full((1, 1000), 1e-9)
    prob[0, [5, 6, 7, 8]] = [0.4, 0.2, 0.3, 0.1]
    prompts = np.eye(1000)[[5, 20]]
    meanings = [
        Meaning((5, 6), (1.0, 1.0), (5, 6, 7), ("x",), "name"),
        Meaning((), (), (8,), ("y",), "name"),
    ]
    space = np.zeros((1, 1000))
    space[0, [5, 20, 999]] = [0.8, 0.0, 0.6]
    kept = picture(meanings, prompts).of({"conse/logits": logits_of(prob), "conse/space": space})[0]
    np.testing.assert_allclose(kept[:, 0], [0.6, 0.0], atol=1e-3)  # nothing is like the prompt of y
    np.testing.assert_allclose(kept[:, 1], [0.9, 0.1], atol=1e-3)
    np.testing.assert_allclose(
        kept[:, 2], [0.8 - 0.6, 0.0 - 0.8], atol=1e-5
    )  # against "other"; against class x


def test_names_that_are_like_the_prompt_stand_in_for_a_word_without_classes():
    prob = np.full((1, 1000), 1e-9)
    prob[0, 20] = 1
    kept = picture([Meaning((), (), (), ("y",), "name")], np.eye(1000)[[20]]).of(
        {"conse/logits": logits_of(prob), "conse/space": np.eye(1000)[[20]]}
    )
    assert kept[0, 0, 0] > 0.99


def test_common_things_compete_unless_they_are_the_word():
    space = np.zeros((1, 1000))
    space[0, [20, 30]] = [0.6, 0.8]
    values = {"conse/logits": np.zeros((1, 1000)), "conse/space": space}
    nothing = Meaning((), (), (), ("y",), "name")
    rival = picture([nothing], np.eye(1000)[[20]], common=np.eye(1000)[[30]]).of(values)[0, 0, 2]
    itself = picture([nothing], np.eye(1000)[[20]], common=np.eye(1000)[[20]]).of(values)[0, 0, 2]
    np.testing.assert_allclose([rival, itself], [-0.2, 0.6], atol=1e-5)


def test_no_picture_is_no_evidence():
    judge = picture([Meaning((), (), (), ("y",), "name")], np.eye(1000)[[20]])
    kept = np.broadcast_to(judge.nothing(), (3, 1, 4)).astype(np.float32)
    assert judge.prob(kept).max() < 0.02


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
    assert prob[3, 0] < 0.5  # an animal is no rival of a dog, and no dog either
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


def test_extreme_evidence_stays_a_probability():
    prob = PLAIN.prob(np.array([[1e4, 0, 0, 0, 0, 0], [-1e4, 0, 0, 0, 0, 0]], np.float32))
    assert np.isfinite(prob).all()
    assert prob[0] > 0.999
    assert prob[1] < 0.001
