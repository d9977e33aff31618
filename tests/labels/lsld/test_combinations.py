"""Prompts of label sets: those that name a person, wordings of nothing, and what is refused."""

import numpy as np
import pytest

from seehear.data import LLP_VOCABULARY
from seehear.errors import ConfigError, DataError
from seehear.labels.lsld.combinations import (
    MOST_LABELS,
    Nothing,
    build_prompts,
    class_texts,
    membership,
    nothing_variant,
)
from seehear.labels.lsld.descriptions import description_set

SPEECH, CAR, DOG, SINGING, GUITAR = 0, 1, 3, 11, 20


@pytest.fixture(scope="module")
def words() -> list[str]:
    return description_set("person", LLP_VOCABULARY)[0]


def test_one_label_has_its_person(words: list[str]) -> None:
    assert build_prompts([GUITAR], words) == ["a person playing the guitar", "other"]
    assert build_prompts([DOG], words) == ["Dog", "other"]


def test_two_activities_have_one_subject_as_in_the_paper(words: list[str]) -> None:
    assert build_prompts([GUITAR, SPEECH], words) == [
        "a person speaking and playing the guitar",
        "a person speaking",
        "a person playing the guitar",
        "other",
    ]


def test_activities_come_before_other_labels(words: list[str]) -> None:
    assert build_prompts([DOG, GUITAR], words)[0] == "a person playing the guitar and Dog"
    assert build_prompts([CAR, DOG], words)[0] == "Car and Dog"


def test_three_labels(words: list[str]) -> None:
    prompts = build_prompts([SPEECH, CAR, SINGING], words)
    assert prompts[0] == "a person speaking and Singing and Car"
    assert prompts[4:7] == [
        "a person speaking and Car",
        "a person speaking and Singing",
        "a person Singing and Car",
    ]
    assert build_prompts([SPEECH, SINGING, GUITAR], words)[0] == (
        "a person speaking and Singing and playing the guitar"
    )


def test_texts_without_a_person_are_joined_in_class_order() -> None:
    assert build_prompts([1, 0], ["Speeching", "a personal car"])[0] == (
        "Speeching and a personal car"
    )


def test_the_spelled_negation_stays_behind(words: list[str]) -> None:
    prompts = build_prompts([DOG, GUITAR], words, nothing="not-class-spelled")
    assert prompts[2] == "a person playing the guitar and not Dog"


def test_nothing_in_ones_own_words(words: list[str]) -> None:
    assert nothing_variant("word: silence ") == Nothing(word="silence")
    assert build_prompts([DOG], words, nothing="word:a")[-1] == "a"
    for name in ("word:", "word: ", "silence"):
        with pytest.raises(ConfigError) as caught:
            nothing_variant(name)
        expected = "expected other, none, not-class, not-class-spelled or word:TEXT, got"
        assert str(caught.value) == f"nothing: {expected} {name!r}"


def test_a_clip_without_labels_has_the_paper_s_word_whatever_negates() -> None:
    for nothing, word in (("other", "other"), ("none", "none"), ("not-class", "other")):
        assert build_prompts([], ["Dog"], nothing=nothing) == [word]


def test_what_no_prompt_can_be_made_of_is_told() -> None:
    for label in (-1, 3):
        with pytest.raises(DataError) as caught:
            build_prompts([0, label], ["Dog", "Cat", "Car"])
        assert str(caught.value) == (
            f"label {label} is outside the vocabulary, classes 0 to 2;"
            " give a description for every class, or mend the labels"
        )
    texts = [f"class {number}" for number in range(MOST_LABELS + 1)]
    assert len(build_prompts(range(MOST_LABELS), texts)) == 2**MOST_LABELS
    with pytest.raises(DataError) as caught:
        build_prompts(range(MOST_LABELS + 1), texts)
    assert str(caught.value) == (
        "expected at most 10 labels a clip, got 11: every subset of them would be a prompt;"
        " cut the clip, or train recipe valor, which compares classes one by one"
    )
    for template in ("a photo", "{} and {}"):
        with pytest.raises(ConfigError) as wrong:
            build_prompts([0], ["Dog"], template=template)
        assert str(wrong.value) == f"template: expected one {{}} in the template, got {template!r}"


def test_class_texts_are_a_list_or_a_vocabulary_s() -> None:
    assert class_texts(("Dog", "Cat")) == ["Dog", "Cat"]
    assert class_texts(LLP_VOCABULARY) == list(LLP_VOCABULARY.descriptions)
    for wrong, kind in (("Dog", "str"), ({"Dog"}, "set")):
        with pytest.raises(TypeError) as caught:
            class_texts(wrong)
        assert str(caught.value) == f"expected a sequence of texts or a vocabulary, got {kind}"


def test_which_prompt_names_which_class() -> None:
    matrix = membership([1, 3], 4)
    assert matrix.dtype == np.float32
    assert matrix.tolist() == [[0, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
