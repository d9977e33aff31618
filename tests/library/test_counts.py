"""Numbers of clips of every class at once, against the searches that mean the same."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from seehear.library import search, update
from seehear.library.counts import ClassCounts, count_classes
from small_library import CLASSES, Picture, put, save, scored, write_library

QUERIES = {
    "heard": "heard:{}",
    "seen": "seen:{}",
    "both": "both:{}",
    "heard_only": "heard:{} -seen:{}",
    "seen_only": "seen:{} -heard:{}",
}


def drawn(rng: random.Random) -> Picture:
    """Return a track of four seconds at random, some absent."""
    if rng.random() < 0.2:
        return None
    labels = rng.sample(CLASSES, rng.randint(0, len(CLASSES)))
    return {label: "".join(rng.choice("..#") for _ in range(4)) for label in labels}


def rated(rng: random.Random) -> list[dict[str, str]]:
    """Return the scores of both tracks over four seconds, steady and at random."""
    tracks: list[dict[str, str]] = [{}, {}]
    for lane in tracks:
        lane.update({label: " ".join([rng.choice(["0.1", "0.3", "0.6"])] * 4) for label in CLASSES})
    return tracks


@pytest.mark.parametrize("kept", [False, True])
def test_the_numbers_are_those_of_searches(tmp_path: Path, kept: bool) -> None:
    rng = random.Random(17)
    for index in range(60):
        words = rng.choice([CLASSES, (*CLASSES, "Cat")])
        parsed = {rng.choice(["audio", "visual"]): "".join(rng.choice(".###") for _ in range(4))}
        put(tmp_path, f"{index:02d}", drawn(rng), drawn(rng), words, parsed=parsed)
        if kept and index % 2:
            save(tmp_path, f"{index:02d}", scored(*rated(rng)))
    update(tmp_path)
    counts = count_classes(tmp_path)
    assert {of.label for of in counts} == {*CLASSES, "Cat"}
    for of in counts:
        for kind, query in QUERIES.items():
            found = search(tmp_path, query.replace("{}", of.label))
            assert getattr(of, kind) == found.clips, (of.label, kind)
    assert min(of.heard_only + of.seen_only for of in counts if of.label != "Cat") > 0


def test_spellings_of_one_class_are_one_and_notes_are_its_own(tmp_path: Path) -> None:
    put(tmp_path, "a", {"Baby_cry": "#..."}, {})
    put(tmp_path, "b", {"baby cry": "#..."}, {}, ("baby cry", "Dog"))
    told = put(tmp_path, "c", {}, {"Dog": "##.."}, ("Dog",))
    lines = ("Dog: taken for the picture class Hound", "the picture is damaged")
    (tmp_path / "c.timeline.json").write_text(replace(told, warnings=lines).to_json())
    update(tmp_path)
    cry, dog, car = count_classes(tmp_path)
    assert cry == ClassCounts("Baby_cry", heard=2, heard_only=2)
    assert dog == ClassCounts("Dog", seen=1, seen_only=1, notes=lines[:1])
    assert car == ClassCounts("Car")


@pytest.mark.parametrize("clips", [0, 1])
def test_a_library_without_events(tmp_path: Path, clips: int) -> None:
    for index in range(clips):
        put(tmp_path, str(index), {}, None)
    update(tmp_path)
    assert count_classes(tmp_path) == [ClassCounts(name) for name in sorted(CLASSES) if clips]


def test_the_small_library_by_hand(tmp_path: Path) -> None:
    write_library(tmp_path)
    update(tmp_path)
    dog = next(of for of in count_classes(tmp_path) if of.label == "Dog")
    assert (dog.heard, dog.seen, dog.both, dog.heard_only, dog.seen_only) == (2, 1, 1, 1, 0)
