"""The user's words find their classes: by name, by another name, by a part, by likeness."""

import numpy as np
import pytest

from seehear.data import LLP_VOCABULARY
from seehear.parser.zero_shot.lexicon import picture_lexicon, sound_lexicon, tree_lines


def embed(texts):
    """Return letter counts as unit vectors: alike when spelled alike."""
    rows = np.array(
        [[text.casefold().count(c) for c in "abcdefghijklmnopqrstuvwxyz"] for text in texts],
        np.float32,
    )
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


def find(lexicon, name, description=None):
    return lexicon.find(name, description or name, embed, lambda names: embed(list(names)))


def test_every_audioset_class_stands_in_the_tree_once():
    lexicon = sound_lexicon()
    assert len(lexicon.concepts) == 521
    assert len({c.title for c in lexicon.concepts}) == 521
    assert sorted(c.own[0] for c in lexicon.concepts) == list(range(521))
    dog = next(c for c in lexicon.concepts if c.title == "Dog")
    below = {lexicon.concepts[i].title for i in dog.classes}
    assert below == {"Dog", "Bark", "Yip", "Howl", "Bow-wow", "Growling", "Whimper (dog)"}
    assert "Animal" not in [lexicon.concepts[i].title for i in lexicon.narrowest()]


@pytest.mark.weights
def test_the_tree_has_the_very_names_of_the_network():
    from seehear.encoders.yamnet import audioset_classes

    assert {c.title for c in sound_lexicon().concepts} == set(audioset_classes())


def test_concepts_of_pictures_name_classes_that_exist():
    from seehear.encoders.conse import imagenet_classes

    lexicon = picture_lexicon(imagenet_classes())
    assert lexicon.common == len(tree_lines("imagenet_concepts.txt"))
    assert {i for c in lexicon.concepts for i in c.classes} == set(range(1000))
    by_name = {c.names[0]: c for c in lexicon.concepts[: lexicon.common]}
    shown = {name: {imagenet_classes()[i] for i in by_name[name].classes} for name in by_name}
    assert shown["motorcycle"] == {"moped", "motor scooter"}
    assert shown["chicken"] == {"cock", "hen"}
    assert {"beagle", "chow", "Mexican hairless"} <= shown["dog"]
    assert "timber wolf" not in shown["dog"]
    assert shown["helicopter"] == set()


def test_a_name_without_classes_stands_for_the_concept_above_unless_that_is_a_kind_of_kinds():
    found = picture_lexicon().find("Helicopter", "Helicopter", none, none)
    assert (found.shown, found.how) == (("helicopter", "aircraft"), "above")
    assert set(found.classes) == {404, 405, 895, 908}
    board = picture_lexicon().find("Skateboard", "Skateboard", none, none)  # vehicles are too many
    assert (board.classes, board.how) == ((), "name")


def none(texts):
    raise AssertionError(f"no likeness is needed: {texts}")


@pytest.mark.parametrize(
    ("word", "titles", "how"),
    [
        ("dogs", ("Dog",), "name"),
        ("Barking", ("Bark",), "name"),
        ("motorbike", ("Motorcycle",), "name"),
        ("Rooster", ("Chicken, rooster",), "name"),
        ("playing the Violin", ("Violin, fiddle",), "name"),
        ("Frying_(food)", ("Frying (food)",), "name"),
        ("a passing ambulance", ("Ambulance (siren)",), "part"),
        ("whistlin", ("Whistling",), "likeness"),
    ],
)
def test_sounds_are_found(word, titles, how):
    meaning = find(sound_lexicon(), word)
    assert (meaning.shown[:1], meaning.how) == (titles, how)


def test_the_name_goes_before_the_description_and_the_description_helps_an_unknown_name():
    assert find(sound_lexicon(), "Speech", "Speeching").shown == ("Speech",)
    assert find(sound_lexicon(), "k9", "a dog").shown == ("Dog",)


def test_all_of_llp_is_found_by_name_on_both_sides():
    from seehear.encoders.conse import imagenet_classes

    for lexicon in (sound_lexicon(), picture_lexicon(imagenet_classes())):
        for name, text in zip(LLP_VOCABULARY.names, LLP_VOCABULARY.descriptions, strict=True):
            assert find(lexicon, name, text).how in ("name", "above"), name


def test_what_stands_above_is_brought_along():
    lexicon = sound_lexicon()
    above = {lexicon.concepts[i].title for i in find(lexicon, "Helicopter").above}
    assert above == {"Vehicle", "Aircraft"}
    pictures = picture_lexicon()
    helicopter = find(pictures, "Helicopter")
    assert set(helicopter.classes) == {404, 405, 895, 908}  # ImageNet has no helicopters
    assert 654 in helicopter.above  # a minibus: a vehicle, too


def test_a_word_like_a_kind_of_kinds_is_not_all_of_it():
    lexicon = sound_lexicon()

    def told(likeness):
        """Find a word that is like the titles named, and no others."""

        def rows(names):
            return np.array([[likeness.get(name, 0.0)] for name in names], np.float32)

        return lexicon.find("zzz", "zzz", lambda texts: np.ones((len(texts), 1), np.float32), rows)

    assert told({"animal": 0.6, "frog": 0.55}).shown == ("Frog",)
    assert told({"animal": 0.6}).shown[0] == "Animal"  # nothing narrower is like it
    assert told({"thunderstorm": 0.6, "frog": 0.55}).shown == (
        "Thunderstorm",
        "Frog",
    )  # a small branch may count whole


def test_likeness_is_recorded():
    meaning = find(sound_lexicon(), "whistlin")
    assert 0.9 < max(meaning.likeness) < 1
    assert len(meaning.likeness) == len(meaning.classes)
