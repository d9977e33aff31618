"""Words of a query: by name, by other names, by likeness only for words that no name fits."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from seehear.errors import ConfigError, MissingExtraError
from seehear.library import search, update
from seehear.library.query import parse, told
from seehear.library.wording import Names
from small_library import put

LABELS = ("Baby_cry_infant_cry", "Car", "Cello", "Chicken_rooster", "Dog", "Motorcycle", "Speech")


def understood(query: str) -> str:
    names = Names(LABELS)
    return told(names.understood(parse(query, names.is_name), query))


def missing(*_: object) -> None:
    raise MissingExtraError.of("tokenizers", "offline")


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seehear.encoders.minilm.class_embeddings", missing)
    monkeypatch.setattr("seehear.parser.zero_shot.offline.meanings", missing)


@pytest.mark.usefixtures("no_encoder")
@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("dogs", "any:Dog"),
        ("audio:Baby cry", "audio:Baby_cry_infant_cry"),
        ("Baby cry dog", "any:Baby_cry_infant_cry any:Dog"),
        ("heard dog not seen", "audio:Dog -visual:Dog"),
        ("the sound of a rooster", "any:Chicken_rooster"),
        ("people talking", "any:Speech"),
        # a kind of sound of a class is heard
        ("dog barking", "audio:Dog"),
        ("barking", "audio:Dog"),
        ("barking -visual:dog", "audio:Dog -visual:Dog"),
        ("visual:barking", "visual:Dog"),
        # what several are kinds of
        ("audio:animal", "audio:Chicken_rooster | audio:Dog"),
        ("seen vehicle", "visual:Car | visual:Motorcycle"),
    ],
)
def test_words_are_understood_by_name(query: str, meant: str) -> None:
    assert understood(query) == meant


@pytest.mark.usefixtures("no_encoder")
@pytest.mark.parametrize(
    ("query", "told_of"),
    [
        ("Dgo", "; did you mean Dog? parsed for: "),
        ("cat", "of 'cat'; parsed for: Baby_cry_infant_cry, "),  # no misspelt car
        ("big fluffy thing", "of 'big fluffy thing'; parsed for: "),
    ],
)
def test_what_no_class_is_meant_by_is_one_line(query: str, told_of: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told_of)):
        understood(query)


def test_likeness_is_asked_last_and_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    class Encoder:
        def encode(self, texts: list[str]) -> np.ndarray:
            asked.extend(texts)
            return np.array([[0.6, 0.8]] if texts == ["doggo"] else [[0.5, -0.8]])

    monkeypatch.setattr("seehear.encoders.minilm.MiniLM", Encoder)
    monkeypatch.setattr(
        "seehear.encoders.minilm.class_embeddings", lambda names: np.eye(2)[: len(names)]
    )
    monkeypatch.setattr("seehear.parser.zero_shot.offline.meanings", missing)
    put(tmp_path, "a", {"Dog": "##..", "Car": "...."}, None, vocabulary=("Dog", "Car"))
    update(tmp_path)
    found = search(tmp_path, "heard doggo")
    assert (found.searched_for, len(found)) == ("audio:Dog", 1)
    assert found.notes == (
        "no class is called 'doggo'; Dog is the one most like it (likeness 0.80)",
    )
    assert asked == ["doggo"]
    for query in ("heard dog", "dogs", "animal"):
        search(tmp_path, query)
    assert asked == ["doggo"]
    with pytest.raises(
        ConfigError, match=r"'gizmo'; parsed for: Car, Dog; .* for example: audio:Car -"
    ):
        search(tmp_path, "gizmo")
    with pytest.raises(
        ConfigError, match=r"'cat'; parsed for: Car, Dog; .* for example: audio:Car -"
    ):
        search(tmp_path, "cat")  # has a meaning of its own, whatever is like it
    # "no" reverses what follows: it would be taken for a car
    assert search(tmp_path, "dog and no car").searched_for == "any:Dog -any:Car"
    with pytest.raises(ConfigError, match=r"'never' is not .*, for example: without car"):
        search(tmp_path, "dog and never car")
    assert asked == ["doggo", "gizmo"]


def test_what_was_understood_is_said_where_it_is_not_as_typed(tmp_path: Path) -> None:
    put(tmp_path, "a", {"Dog": "##.."}, {"Dog": "...."})
    update(tmp_path)
    for query in ("Dog", "audio:dog -visual:DOG", "audio:Dog & visual:Dog"):
        assert search(tmp_path, query).searched_for is None, query
    assert search(tmp_path, "heard dog but not seen").searched_for == "audio:Dog -visual:Dog"
    assert search(tmp_path, "off-screen dog").searched_for == "audio:Dog -visual:Dog"
    put(tmp_path, "b", {"Rooster": "##.."}, {"Rooster": "...."}, vocabulary=("Rooster",))
    update(tmp_path)
    assert search(tmp_path, "rooster crowing").searched_for == "audio:Rooster"


def test_a_search_by_name_loads_no_encoder(tmp_path: Path) -> None:
    put(tmp_path, "a", {"Dog": "##.."}, {"Dog": "...."})
    program = (
        "import sys; from pathlib import Path; from seehear.library import search, update\n"
        f"p = Path({str(tmp_path)!r}); update(p); search(p, 'audio:Dog -visual:Dog')\n"
        "print([m for m in sys.modules if m.startswith(('seehear.parser', 'seehear.encoders'))])\n"
        "search(p, 'dog barking')\n"
        "print([m for m in ('tokenizers', 'torch', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["[]", "[]"], done.stderr
