"""Prompts of label sets, in particular those that name a person."""

import pytest

from seehear.data import LLP_VOCABULARY
from seehear.labels.lsld.combinations import build_prompts
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
