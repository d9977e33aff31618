"""Evidence of sound: sums worked out by hand, and what holds for any vocabulary."""

import numpy as np

from seehear.parser.zero_shot.lexicon import Meaning
from seehear.parser.zero_shot.sound import SoundEvidence
from small_tree import DOG, TREE, plain


def sound(*meanings):
    return SoundEvidence(meanings, TREE, plain(3))


def test_sound_evidence_by_hand():
    judge = sound(DOG)
    # animal, dog, bark, car
    kept = judge.of({"yamnet/logits": np.array([[3.0, -1.0, 2.0, 1.5], [-9.0, -4.0, -5.0, 6.0]])})
    np.testing.assert_allclose(kept[:, 0], [[2.0, 3.0, 0.5], [-4.0, -4.0, -10.0]])
    full = judge.full(kept)[:, 0] * 10
    np.testing.assert_allclose(full[0], [3, 0.5, 2], atol=1e-5)
    np.testing.assert_allclose(full[1], [-4, -10, 2], atol=1e-5)


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
