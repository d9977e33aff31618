"""The user's words, made comparable."""

import pytest

from seehear.parser.zero_shot import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Baby_cry_infant_cry", ["baby cry infant cry"]),
        ("the sound of church bells", ["the sound of church bells", "church bells", "church bell"]),
        ("Busses", ["busses", "buss"]),
        ("cities", ["cities", "city"]),
        ("glass", ["glass"]),
        ("...", []),
    ],
)
def test_forms_of_a_phrase(text, expected):
    assert words.forms(text) == expected


def test_the_longest_part_counts_and_of_equals_the_last():
    assert (
        words.longest_inside("a dog barking at a cat", {"dog", "cat", "dog barking"})
        == "dog barking"
    )
    assert words.longest_inside("dog and cat", {"dog", "cat"}) == "cat"
    assert words.longest_inside("category", {"cat"}) is None
