"""Classes as people write them: what is read, and what is another form and refused."""

import codecs
from pathlib import Path

import pytest

from own_dataset import TOML, write
from seehear.data import Vocabulary, open_dataset
from seehear.data.words import no_single_class, read_words
from seehear.errors import DataError
from seehear.parser.parser import as_vocabulary


@pytest.mark.parametrize(
    ("text", "names", "description"),
    [
        ("Dog", ["Dog"], ""),
        (" Dog , Door bell=a bell rings", ["Dog", "Door bell"], ""),
        ('Dog,"Vehicle horn, car horn"', ["Dog", "Vehicle horn, car horn"], ""),
        ('"a ""b"" c" = "bark, howl = loud" , Cat', ['a "b" c', "Cat"], "bark, howl = loud"),
        ("Dog\nCat\r\nBird, Frog\n", ["Dog", "Cat", "Bird", "Frog"], ""),
        ("12\" record, F# chord, rock 'n' roll", ['12" record', "F# chord", "rock 'n' roll"], ""),
        ("Dog = bark; howl", ["Dog"], "bark; howl"),
        ('"1. Dog","- x","name"', ["1. Dog", "- x", "name"], ""),
        ("name", ["name"], ""),
        ("808 kick, 909 kick", ["808 kick", "909 kick"], ""),
    ],
)
def test_what_is_read(text: str, names: list[str], description: str) -> None:
    words = read_words(text)
    assert [word.name for word in words] == names
    assert words[0].description == description


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Dog; Guitar",
            "is not a single class: semicolons stand in it; separate classes by commas",
        ),
        ("Dog;Guitar,Cat", "semicolons"),
        ("Dog|Guitar", "vertical bars"),
        ("Dog\tGuitar", "tabs"),
        ("Dog = bark; Cat = meow", "expected name = description"),
        ('["Dog", "Guitar"]', "looks like JSON or another format"),
        ('{"Dog": "bark"}', "looks like JSON or another format"),
        ("1. Dog, 2. Guitar", "looks like an item of a list"),
        ("1) Dog", "looks like an item of a list"),
        ("- Dog\n- Guitar", "looks like an item of a list"),
        ("0 Dog, 1 Guitar, 2 Cat", "the classes are numbered"),
        ("label, Dog", "'label' looks like the heading of a column"),
        ("Dog # loud, Cat", "holds a comment"),
        ("Dog = a dog // loud", "holds a comment"),
        ("'Dog', 'Cat'", "quotes of another kind"),
        ("\u201cDog\u201d", "quotes of another kind"),
        ('"Dog" loud', "expected a quote at the end"),
        ('"Dog, Cat', "expected a quote at the end"),
        ("words.txt", "name of a file; a file is given as `vocabulary`"),
        ("my/Words.CSV", "name of a file"),
        ("Dog,,Cat", "expected a class name"),
        ('Dog,""', "expected a class name"),
        ("Dog\x07", "expected a class name"),
    ],
)
def test_what_is_another_form_is_refused(text: str, told: str) -> None:
    with pytest.raises(DataError) as caught:
        Vocabulary.parse(text)
    assert told in str(caught.value)
    assert caught.value.parameter == "events"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'label,description\nDog,"a dog, barking"\n',
            ":1: 'label,description' is not a single class",
        ),
        (
            "Dog\tbarking dog\nGuitar\tplaying\n",
            ":1: 'Dog\\tbarking dog' is not a single class: tabs",
        ),
        ("Dog;barking\n", "semicolons"),
        (
            "Dog\nCat, Bird\n",
            ":2: 'Cat, Bird' is not a single class: commas stand in it; write one",
        ),
        ("# mine\n\nlabel\nDog\n", ":3: 'label' looks like the heading of a column"),
        ("name = description\nDog = bark\n", "'name' looks like the heading"),
        ('[\n "Dog",\n "Guitar"\n]', "looks like JSON"),
        ('[vocabulary]\nDog = "bark"\n', "looks like JSON or another format"),
        ("1. Dog\n2. Cat\n", "looks like an item of a list"),
        ("* Dog\n", "looks like an item of a list"),
        ("1 Dog\n2 Cat\n", "the classes are numbered"),
        ("Dog: barking\nCat: meowing\n", "a colon stands between name and description"),
        ("Dog\nCat # the neighbour's\n", ':2: "Cat # the neighbour\'s" holds a comment'),
        ("// mine\nDog\n", "holds a comment"),
        ("Dog\nDog\n", ":2: class Dog appears twice"),
        ("# nothing\n", "expected at least one class"),
    ],
)
def test_files_of_another_form_are_refused_with_their_line(
    text: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "words.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        Vocabulary.parse(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("mark", [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le")])
def test_files_of_spreadsheets_and_editors(mark: tuple[bytes, str], tmp_path: Path) -> None:
    text = (
        '# mine\r\n"Vehicle horn, honking"\r\n\r\nDog = "a dog, barking"\r\nCat = a cat, lost\r\n'
    )
    path = tmp_path / "words.txt"
    path.write_bytes(mark[0] + text.encode(mark[1]))
    found = Vocabulary.parse(path)
    assert found.names == ("Vehicle horn, honking", "Dog", "Cat")
    assert found.descriptions[1:] == ("a dog, barking", "a cat, lost")


def test_lists_are_taken_one_by_one() -> None:
    assert as_vocabulary(["Dog", '"a, b"']).names == ("Dog", "a, b")
    with pytest.raises(DataError, match="commas"):
        as_vocabulary(["Dog, Cat"])


@pytest.mark.parametrize("name", ["Dog; Guitar", "Dog, Guitar", " Dog", "1. Dog"])
def test_a_dataset_names_single_classes(name: str, tmp_path: Path) -> None:
    assert no_single_class(name) is not None
    write(tmp_path, dataset_toml=TOML.replace("Cat =", f'"{name}" ='))
    with pytest.raises(DataError, match=r"dataset.toml: .*; give every class a line of its own"):
        open_dataset(tmp_path)
    assert no_single_class('say "hi"') is None
