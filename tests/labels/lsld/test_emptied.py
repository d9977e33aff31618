"""Classes that a denoising empties: found, and told with the words that agree best."""

from pathlib import Path

import numpy as np

from seehear.data import Vocabulary
from seehear.labels.lsld.build import build_labels
from seehear.labels.lsld.emptied import advise, find_emptied, without_any
from seehear.labels.lsld.options import Denoising
from seehear.labels.store import load, save
from small_world import write_world

WEAK = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0]])
VOCABULARY = Vocabulary(("Speech", "Dog", "Cat"), ("a person speaking", "Dog", "Cat"))


def hard_labels(speech: int) -> np.ndarray:
    """Return labels of 3 clips of 10 segments, of which `speech` keep Speech and all keep Dog."""
    hard = np.repeat(WEAK[:, None], 10, axis=1).astype(np.float32)
    hard[:2, :, 0] = (np.arange(20) < speech).reshape(2, 10)
    return hard


def test_a_class_with_one_label_in_twenty_is_emptied() -> None:
    (found,) = find_emptied("visual", WEAK, hard_labels(1), VOCABULARY.names)
    assert str(found) == (
        "visual: Speech loses its label in 19 of 20 segments, and 1 of 2 clips keep any"
    )
    assert find_emptied("visual", WEAK, hard_labels(2), VOCABULARY.names) == []


def test_the_words_that_agree_best_are_named() -> None:
    (found,) = find_emptied("visual", WEAK, hard_labels(0), VOCABULARY.names)

    def again(clips: np.ndarray, texts: list[str]) -> np.ndarray:
        assert clips.tolist() == [0, 1]
        assert list(texts[1:]) == ["Dog", "Cat"]
        return hard_labels({"Speech": 8}.get(texts[0], 0))[clips]

    told = advise(found, WEAK, VOCABULARY.descriptions, VOCABULARY, again)
    assert "described as 'a person speaking'" in told
    assert "'Speech' agrees best with the clips and keeps 8 of 20: put it into" in told
    nothing = advise(
        found, WEAK, VOCABULARY.descriptions, VOCABULARY, lambda clips, _: hard_labels(0)[clips]
    )
    assert "nothing in the features supports it (tried: 'Speech')" in nothing


def test_classes_without_any_label_are_told() -> None:
    assert without_any(WEAK, [], "train", VOCABULARY.names) == [
        "no clip of train is labelled with Cat: nothing is learnt of it"
    ]
    both = [
        find_emptied(track, WEAK, hard_labels(0), VOCABULARY.names)[0]
        for track in ("audio", "visual")
    ]
    told = without_any(WEAK[:, :2], both, "train", VOCABULARY.names[:2])
    assert told == ["Speech has (almost) no label left in either track"]


class Words:
    """A text tower in which one description lies opposite to whatever is seen."""

    id, dim = "made-up", 8

    def __init__(self, seen: np.ndarray) -> None:
        self.seen = seen / np.linalg.norm(seen)

    def encode(self, texts: list[str]) -> np.ndarray:
        rows = []
        for text in texts:
            share = -1.0 if "lost" in text else 0.5 if text == "other" else 1.0
            rows.append(share * self.seen + np.roll(self.seen, 1) * (text == "other"))
        return np.stack(rows).astype(np.float32)


def test_a_description_that_empties_a_class_is_told_and_kept_with_the_labels(
    tmp_path: Path,
) -> None:
    dataset, store = write_world(tmp_path)
    words = tmp_path / "words.txt"
    words.write_text("Dog = lost\nCar = car\nSpeech = speech\nCat = cat\n")
    options = Denoising(visual="conse", descriptions=str(words), strategy="none")
    rows = [store.rows("conse/space", name) for name in dataset.split("train").names]
    tower = Words(np.concatenate(rows).mean(axis=0))
    built = build_labels(dataset, store, options, load=lambda id_: tower)
    told = [line for line in built.warnings if "Dog" in line]
    assert len(told) == 1
    assert told[0].startswith("visual: Dog loses its label in")
    assert "described as 'lost'" in told[0]
    assert "agrees best with the clips" in told[0]
    save(built.labels, tmp_path / "labels")
    again = load(tmp_path / "labels")
    assert again.provenance["warnings"] == list(built.warnings)
    assert again.weak is not None
    np.testing.assert_array_equal(again.weak, built.weak.astype(bool))
    np.testing.assert_array_equal(again.hard["visual"], built.hard["visual"] > 0.5)
