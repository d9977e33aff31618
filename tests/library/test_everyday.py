"""Everyday English in a query: read as the query language, or refused with what to write."""

import re

import pytest

from seehear.errors import ConfigError
from seehear.library.query import parse, told
from seehear.library.wording import Names

CLASSES = ("Car", "Dog", "Speech")


def read(query: str, classes: tuple[str, ...] = CLASSES) -> str:
    names = Names(classes)
    return told(parse(query, names.is_name, names.one(), is_class=names.is_class))


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("speech but is not seen", "audio:speech -visual:speech"),
        ("speech but isn't seen", "audio:speech -visual:speech"),
        ("speech but isn\N{RIGHT SINGLE QUOTATION MARK}t visible", "audio:speech -visual:speech"),
        ("dog is not seen", "-visual:dog"),
        ("dog never seen", "-visual:dog"),
        ("dog that is heard and can't be seen", "audio:dog -visual:dog"),
        ("dog heard but nowhere to be seen", "audio:dog -visual:dog"),
        ("dog you can hear but not see", "audio:dog -visual:dog"),
        ("I hear dog but I don't see it", "audio:dog -visual:dog"),
        ("you can hear dog but you cannot see it", "audio:dog -visual:dog"),
        ("hearing dog without seeing it", "audio:dog -visual:dog"),
        ("we see dog but can not hear it", "visual:dog -audio:dog"),
        ("dog which is audible and which was visible", "audio_visual:dog"),
        ("dog is heard while car is seen", "audio:dog visual:car"),
        ("dog is both heard and seen", "audio_visual:dog"),
        ("no dog", "-any:dog"),
        ("dog but no speech", "any:dog -any:speech"),
        ("dog and no car", "any:dog -any:car"),
        ('no "dog"', "-any:dog"),
        ("no dog or no car", "-any:dog | -any:car"),
        ("dog longer than 3 seconds", "any:dog duration>3"),
        ("dog that is shorter than two minutes", "any:dog duration<120"),
        ("dog for at least 2.5s", "any:dog duration>=2.5"),
        ("dog heard but not seen for more than 4 s", "audio:dog -visual:dog duration>4"),
        ("dog with speech", "any:dog any:speech"),
    ],
)
def test_everyday_english_is_read_as(query: str, meant: str) -> None:
    assert read(query) == meant


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("no smoking sign heard", 'audio:"no smoking sign"'),
        ('"is" heard', 'audio:"is"'),
        ("audio:See not seen", 'audio:"See" -visual:"See"'),
        ("hear see", 'audio:"see"'),
        ("can -visual:can", 'any:"can" -visual:"can"'),
    ],
)
def test_names_stay_as_they_are(query: str, meant: str) -> None:
    assert read(query, ("No smoking sign", "See", "Can")) == meant


@pytest.mark.parametrize(
    ("query", "position", "told_of"),
    [
        ("is", 1, "'is' is not understood"),
        ("audio:than", 7, "'than' is not understood"),
        ("the", 1, "'the' is not understood"),
        ("dog & you", 7, "for example: Car heard but not seen"),
        ("dog longer than that", 5, "a length is written so: Car duration>3"),
        ("dog more than 3", 5, "a length is written so: Car duration>3"),
        ("dog in w040", 5, "a query cannot be limited to a clip; the answer names the clip"),
        ("dog in the car", 5, "for both at once write & between them: & car"),
        ("where dog is heard", 1, 'or put it in quotes: "where dog"'),
        ("silent dog", 1, "ask with not or without, for example: without dog"),
        ("neither speech", 1, "ask with not or without, for example: without speech"),
        ("no dog or car", 1, "write: without dog without car, or: (without dog) or car"),
    ],
)
def test_words_that_are_no_names_are_never_scored(query: str, position: int, told_of: str) -> None:
    names = Names(CLASSES)
    with pytest.raises(ConfigError, match=re.escape(told_of)) as caught:
        names.unknown(parse(query, names.is_name, is_class=names.is_class), query)
    assert f"at position {position} of {query!r}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_quotes_ask_for_the_very_words() -> None:
    names, query = Names(CLASSES), 'audio:"in water"'
    assert names.unknown(parse(query, names.is_name), query) == ["in water"]
