"""In which words sounds are described."""

from pathlib import Path

import pytest

from seehear.captions.wording import Wording, languages
from seehear.data import LLP_VOCABULARY
from seehear.errors import ConfigError, DataError
from seehear.time import TimeGrid, Timeline


def clip(**parser) -> Timeline:
    return Timeline("a.mp4", 1.0, TimeGrid(1), ("Dog", "Speech", "Tuba"), parser=parser)


def test_the_usual_words_of_a_language() -> None:
    assert Wording.of().words(clip(), "Dog") == "dog barking"
    assert Wording.of("de").words(clip(), "Dog") == "Hund bellt"
    assert Wording.of().words(clip(), "Speech") == ""
    assert Wording.of().words(clip(), "Tuba") == "tuba"
    with pytest.raises(ConfigError, match="no words in 'dee'"):
        Wording.of("dee")


def test_own_words_go_before_those_asked_for_and_these_before_the_usual(tmp_path: Path) -> None:
    asked = clip(descriptions={"Dog": "small dog yapping"})
    assert Wording.of().words(asked, "Dog") == "small dog yapping"
    table = tmp_path / "words.txt"
    table.write_text("# mine\ndog = hound howling\nSPEECH = someone talks\nTuba =\n")
    wording = Wording.of("en", table)
    assert [wording.words(asked, label) for label in asked.vocabulary] == [
        "hound howling",
        "someone talks",
        "",
    ]
    table.write_text("Dog: x\n")
    with pytest.raises(DataError, match=r"words.txt:1: expected a line such as Dog = dog barking"):
        Wording.of("en", table)


@pytest.mark.parametrize("language", languages())
def test_every_language_has_words_for_every_class_of_llp(language: str) -> None:
    usual = Wording.of(language).usual
    line = Timeline("a.mp4", 1.0, TimeGrid(1), LLP_VOCABULARY.names)
    for label in LLP_VOCABULARY.names:
        words = Wording.of(language).words(line, label)
        assert words or label == "Speech"
        assert words in usual.values()
