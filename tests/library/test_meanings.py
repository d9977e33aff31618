"""Which classes of a library words mean, and what a review of these classes says of the words."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from seehear.errors import WeightsError
from seehear.library import OpenWords, search, update
from seehear.library.meanings import WordMeanings
from seehear.library.wording import Names
from seehear.parser.zero_shot.lexicon import Meaning
from seehear.parser.zero_shot.offline import meanings as offline_meanings
from small_library import put

TREE = {
    "speech": ((1, 2, 3), 1.0, ("Speech",)),
    "someone speaks": ((1, 2, 3), 0.8, ("Speech",)),
    "mumble": ((1, 2, 3), 0.4, ("Speech",)),
    "whisper": ((2,), 1.0, ("Whispering",)),
    "music": ((7, 8), 1.0, ("Music",)),
    "car": ((5,), 1.0, ("Car",)),
    "gizmo": ((), 1.0, ("nothing",)),
}


def taken(words: Sequence[str]) -> list[tuple[Meaning, Meaning]]:
    out = []
    for word in words:
        classes, likeness, shown = TREE[word]
        one = Meaning(classes, (likeness,) * len(classes), (), shown, "name", word)
        out.append((one, one))
    return out


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seehear.parser.zero_shot.offline.meanings", taken)


@pytest.mark.usefixtures("tree")
def test_words_mean_a_class_that_is_taken_for_the_same() -> None:
    known = WordMeanings(["Speech", "Car"])
    assert known.same("someone speaks") == "Speech"
    assert known.same("mumble") is None, "too unlike"
    assert known.same("whisper") is None, "only a part of it"
    assert WordMeanings(["Speech", "someone speaks"]).same("speech") is None, "two are"
    assert WordMeanings([]).same("speech") is None


@pytest.mark.usefixtures("tree")
def test_a_class_covers_its_parts() -> None:
    known = WordMeanings(["Speech", "Car", "gizmo"])
    assert known.covering("whisper") == {"audio": ["Speech"], "visual": ["Speech"]}
    assert known.covering("gizmo") == {"audio": [], "visual": []}


def test_without_weights_nobody_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(words: Sequence[str]) -> None:
        raise WeightsError("not there")

    monkeypatch.setattr("seehear.parser.zero_shot.offline.meanings", missing)
    assert (
        WordMeanings(["Speech"]).same("speech"),
        WordMeanings(["Speech"]).covering("speech"),
    ) == (
        None,
        {},
    )


class NoWords(OpenWords):
    """Scores no word: a test fails that asks for one."""

    def score(self, word: str, clips: object) -> None:
        pytest.fail(f"{word} was scored")


@pytest.mark.usefixtures("tree")
def test_words_for_a_class_answer_from_it_corrections_included(tmp_path: Path) -> None:
    put(tmp_path, "a", {"Speech": "##.."}, None, vocabulary=("Speech", "Car"))
    put(tmp_path, "b", {"Speech": "...."}, None, vocabulary=("Speech", "Car"))
    path = tmp_path / "b.timeline.json"
    line = json.loads(path.read_text())
    line["tracks"]["audio"]["reviewed"] = [[0, 4]]
    path.write_text(json.dumps(line))
    update(tmp_path)
    found = search(tmp_path, "someone speaks", words=NoWords(tmp_path))
    assert [hit.source for hit in found.hits()] == ["a.mp4"]
    assert found.searched_for == "any:Speech"
    assert [note for note in found.notes if "someone speaks" in note] == [found.notes[0]]


@pytest.mark.parametrize(
    ("text", "scored"),
    [("piano", ["piano"]), ("barking", []), ("animal", []), ("music", [])],
)
def test_a_part_of_a_broad_class_is_scored_by_itself(text: str, scored: list[str]) -> None:
    from seehear.library.query import parse

    names = Names(["Dog", "Music"])
    assert names.unknown(parse(text, names.is_name), text) == scored


@pytest.mark.weights
def test_real_words() -> None:
    known = WordMeanings(["Speech", "Dog", "Car"])
    words = ("someone speaks", "voice-over", "cat", "xyzzy")
    assert [known.same(word) for word in words] == ["Speech", "Speech", None, None]
    assert offline_meanings([]) == []


def test_a_name_without_classes_of_the_network_is_taken_for_none_of_them() -> None:
    from seehear.parser.zero_shot.scorer import _doubt

    silence = Meaning((), (), (), ("noise",), "name", "silence")
    assert (_doubt(silence, "picture") or "").startswith("no picture class shows it; ")
    sea = Meaning((3,), (1.0,), (), ("Ocean",), "name", "sea")
    assert _doubt(sea, "picture") == "taken for the picture class Ocean"
