"""Words for the classes: the sets of the paper, and a file of one's own."""

import pytest

from seehear.data import LLP_VOCABULARY, Vocabulary
from seehear.errors import ConfigError, DataError
from seehear.labels.lsld.descriptions import description_set


def test_the_sets_of_class_descriptions():
    words = {
        name: dict(zip(LLP_VOCABULARY.names, description_set(name, LLP_VOCABULARY)[0], strict=True))
        for name in ("original", "playing", "photo", "playing-photo", "person")
    }
    assert words["original"] == words["photo"] == {name: name for name in LLP_VOCABULARY.names}
    playing = words["playing"]
    assert playing == words["playing-photo"]
    assert {name: text for name, text in playing.items() if text != name} == {
        "Speech": "Speeching",
        "Frying_(food)": "Frying food",
        "Basketball_bounce": "playing basketball",
        "Fire_alarm": "Fire alarm ringing",
        "Cello": "playing the Cello",
        "Banjo": "playing the Banjo",
        "Chicken_rooster": "Chicken",
        "Violin_fiddle": "playing the Violin",
        "Vacuum_cleaner": "Vacuum cleaner",
        "Baby_laughter": "Baby laughter",
        "Accordion": "playing the Accordion",
        "Lawn_mower": "Lawn-mower",
        "Acoustic_guitar": "playing the guitar",
        "Telephone_bell_ringing": "Telephone bell ringing",
        "Baby_cry_infant_cry": "Baby cry",
    }
    people = {name: text for name, text in words["person"].items() if text != playing[name]}
    assert people.pop("Speech") == "a person speaking"
    assert people == {
        name: f"a person {playing[name]}"
        for name in LLP_VOCABULARY.names
        if LLP_VOCABULARY.index(name) in (2, 6, 9, 10, 11, 13, 16, 20, 24)
    }
    templates = {name: description_set(name, LLP_VOCABULARY)[1] for name in words}
    assert templates == {
        "original": "{}",
        "playing": "{}",
        "person": "{}",
        "photo": "a photo of {}",
        "playing-photo": "a photo of {}",
    }


PETS = Vocabulary(("Dog", "Cat"), ("barking dog", "cat"))


def test_a_file_of_ones_own_names_every_class(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("Cat = a cat that purrs\nDog = a dog that barks\n")
    assert description_set(str(file), PETS) == (["a dog that barks", "a cat that purrs"], "{}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Dog = a dog\n", "no description for Cat"),
        ("Dog = a dog\nCat = a cat\nCow = a cow\n", "no class Cow in the vocabulary"),
    ],
)
def test_a_file_of_other_classes_is_refused(tmp_path, text, message):
    file = tmp_path / "words.txt"
    file.write_text(text)
    with pytest.raises(DataError, match=message):
        description_set(str(file), PETS)


def test_an_unknown_set_lists_those_there_are():
    with pytest.raises(ConfigError, match=r"descriptions: expected playing, original, .*'plying'"):
        description_set("plying", PETS)
