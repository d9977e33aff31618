"""Evidence of pictures: sums worked out by hand."""

import numpy as np

from seehear.parser.zero_shot.lexicon import Meaning
from seehear.parser.zero_shot.picture import PictureEvidence
from small_tree import plain


def picture(meanings, prompts, common=None):
    classes = np.eye(1000, 1000)[:, :1000]
    common = np.zeros((1, 1000)) if common is None else common
    other = np.eye(1000)[999]
    return PictureEvidence(meanings, prompts, other, classes, common, plain(4))


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


def test_words_of_many_classes_need_more_of_the_posterior_than_words_of_few():
    prob = np.full((1, 1000), 1e-9)
    prob[0, [0, 500, 900]] = [0.2, 0.2, 0.6]
    few, many = (
        Meaning(tuple(range(first, first + count)), (1.0,) * count, (), ("x",), "name")
        for first, count in ((0, 2), (500, 118))
    )
    judge = picture([few, many], np.eye(1000)[[5, 20]])
    kept = judge.of({"conse/logits": logits_of(prob), "conse/space": np.eye(1000)[[900]]})
    np.testing.assert_allclose(kept[0, :, 0], 0.2, atol=1e-3)
    full = judge.full(kept)[0]
    np.testing.assert_allclose(full[0, 0], np.log(0.2 / (2 / 10) ** 0.35 + 0.005), atol=1e-3)
    np.testing.assert_allclose(full[1, 0], np.log(0.2 / (118 / 10) ** 0.35 + 0.005), atol=1e-3)


def test_no_picture_is_no_evidence():
    judge = picture([Meaning((), (), (), ("y",), "name")], np.eye(1000)[[20]])
    kept = np.broadcast_to(judge.nothing(), (3, 1, 3)).astype(np.float32)
    assert judge.prob(kept).max() < 0.02
