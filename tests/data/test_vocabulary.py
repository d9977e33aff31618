"""Classes from text and files, and the closest one for a name that is none."""

from pathlib import Path

import pytest

from seehear.data import LLP_VOCABULARY, Vocabulary
from seehear.data.vocabulary import mostly_unlike, unlike
from seehear.errors import DataError


def test_vocabularies(tmp_path: Path) -> None:
    assert Vocabulary.parse(" Dog, Violin_fiddle ,Door bell=a door bell ringing").descriptions == (
        "Dog",
        "playing the Violin",
        "a door bell ringing",
    )
    given = Vocabulary.parse("Dog, Violin_fiddle, Door_bell=a door bell ringing").given
    assert given == {"Door_bell": "a door bell ringing"}
    assert not LLP_VOCABULARY.given
    path = tmp_path / "classes.txt"
    path.write_text("\ufeff# mine\nDog\n\nCat = a cat\n", encoding="utf-8")
    assert Vocabulary.parse(path).names == ("Dog", "Cat")
    assert len(LLP_VOCABULARY) == 25
    assert (
        LLP_VOCABULARY.digest() != Vocabulary.parse(",".join(LLP_VOCABULARY.names[::-1])).digest()
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected at least one class"),
        ("Dog,,Cat", "expected a class name"),
        ("Dog,Dog", "Dog appears twice"),
    ],
)
def test_bad_vocabularies(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Vocabulary.parse(text)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("speech", "did you mean Speech"),
        ("Violin", "did you mean Violin_fiddle"),
        ("Guitar", "did you mean Acoustic"),
        ("zzz", "the classes are Speech, Car"),
        ("Speech; Car", "classes are separated by commas; the classes are"),
    ],
)
def test_the_closest_class_is_named(written: str, hint: str) -> None:
    with pytest.raises(DataError, match=hint):
        LLP_VOCABULARY.index(written)


def test_what_differs_is_named_by_side() -> None:
    words = Vocabulary(("Dog", "Cat"), ("dog", "cat"))
    assert unlike(("Dog", "Cow"), words, "the labels") == (
        "only in the labels: Cow; only in the dataset: Cat"
    )
    assert unlike(("Dog",), words, "the labels") == "only in the dataset: Cat"
    assert unlike(("Cat", "Dog"), words, "the labels") == "the same in another order"
    assert [mostly_unlike(names, words) for names in (("Dog", "Cow"), ("Dog", "Cow", "Ox"))] == [
        False,
        True,
    ]
