"""The zero-shot scorer tells what it took words for."""

import numpy as np
import pytest

import fake_encoders as fake
from fake_scorer import scorer
from seehear.data import LLP_VOCABULARY, Vocabulary
from seehear.parser import Parser
from seehear.parser.zero_shot.lexicon import Concept, Lexicon, Meaning
from seehear.parser.zero_shot.words import normal

LEXICON = Lexicon(
    (
        Concept(("ocean", "sea"), (0,), (0,), None, "Ocean"),
        Concept(("dog", "dog barking"), (1,), (1,), None, "Dog"),
        Concept(("chicken rooster", "chicken", "rooster"), (2,), (2,), None, "Chicken, rooster"),
    ),
    3,
)


def alike(texts: list[str] | tuple[str, ...]) -> np.ndarray:
    return np.ones((len(texts), 1), np.float32)


def told(name: str) -> list[str]:
    """Return what is told of a word of the user, sounds alone."""
    odd = scorer()
    heard = LEXICON.find(name, name, alike, alike)
    odd.vocabulary = Vocabulary((name,), (name,))
    odd._meanings = [heard], [Meaning((0,), (1.0,), (), (name,), "name", normal(name))]
    return odd.doubts()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "sunset over the sea",
            'no sound class has this name; the one for "sea" is used instead: Ocean;'
            " if that is not what you mean, try other words",
        ),
        ("Sea", "taken for the sound class Ocean"),
        (
            "xyzzy",
            "no sound class has this name; the most similar ones are used instead:"
            " Ocean, Dog, Chicken, rooster; if that is not what you mean, try other words",
        ),
        (
            "Roostr",
            "no sound class has this name (did you mean rooster?); the most similar ones are used"
            " instead: Ocean, Dog, Chicken, rooster; if that is not what you mean, try other words",
        ),
    ],
)
def test_words_that_are_dropped_or_have_another_in_their_place(name: str, line: str) -> None:
    assert told(name) == [f"{name}: {line}"]


@pytest.mark.parametrize("name", ["Dog", "dogs", "the Ocean", "Rooster", "chicken, rooster"])
def test_words_that_are_known_are_no_news(name: str) -> None:
    assert told(name) == []


def test_other_names_of_our_own_classes_are_no_news() -> None:
    ours = scorer()
    renamed = Meaning((0,), (1.0,), (), ("cheering",), "name", "clapping")
    ours.vocabulary = LLP_VOCABULARY
    ours._meanings = ([renamed] * len(LLP_VOCABULARY),) * 2
    assert ours.doubts() == []


def test_the_timeline_tells_it_too(tmp_path) -> None:
    odd = scorer()
    odd._meanings = (
        [Meaning((1,), (0.6,), (), ("Boom",), "likeness"), odd._meanings[0][1]],
        odd._meanings[1],
    )
    line = (
        "Loud: no sound class has this name; the most similar one is used instead: Boom;"
        " if that is not what you mean, try other words"
    )
    assert odd.doubts() == [line]
    so_far = []
    clip = fake.make_clip(tmp_path / "a.mkv", 2)
    parser = Parser(odd, {"preset": "fake"})
    timeline = parser(clip, progress=lambda share, timeline: so_far.append(timeline.warnings))
    assert timeline.warnings[0] == line
    assert timeline.warnings.count(line) == 1
    assert so_far
    assert all(warnings == (line,) for warnings in so_far)  # while it is parsed, as on the page


def test_what_stands_above_a_word_is_told() -> None:
    odd = scorer()
    odd._meanings = (
        [Meaning((1,), (1.0,), (), ("helicopter", "aircraft"), "above"), odd._meanings[0][1]],
        odd._meanings[1],
    )
    assert odd.doubts() == [
        "Loud: no sound class has this name; the broader one is used instead: aircraft;"
        " if that is not what you mean, try other words"
    ]
