"""How a page of a run begins: in words that a reader has without the field's."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from seehear.data import Dataset
from seehear.metrics import evaluate
from seehear.report import opening
from seehear.report.systems import System
from small_world import write_world


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_world(tmp_path_factory.mktemp("world"), truth=("test",))[0]


@pytest.fixture(scope="module")
def systems(dataset: Dataset) -> list[System]:
    """Return one that finds everything, and one that hears nothing."""
    truth = dataset.split("test").truth()
    found = {"lsld": truth.audio, "han": np.zeros_like(truth.audio)}
    return [
        System(
            name,
            Path(name),
            {},
            audio,
            truth.visual,
            np.zeros(0),
            evaluate(audio, truth.visual, truth.audio, truth.visual),
            (),
        )
        for name, audio in found.items()
    ]


def words(html: str) -> str:
    return re.sub("<[^>]+>", "", html)


def test_two_sentences_without_a_term_say_what_was_done_and_how_well(
    dataset: Dataset, systems: list[System]
) -> None:
    told = words(opening.sentences(systems[0], systems[1:], dataset, "test"))
    done, reached, rest = told.split(". ", 1)[0], told.split(". ", 1)[1], told.count(". ")
    assert rest == 1
    clips, classes = len(dataset.split("test")), len(dataset.vocabulary)
    assert done == (
        f"The parser lsld went through {clips} clips of {dataset.name} and said, second by"
        f" second, which of {classes} things are heard and which are seen"
    )
    figures = [100 * system.report.figures()["segment/type"] for system in systems]
    assert reached == (
        f"Where 100 means no mistake at all, it reaches {figures[0]:.1f}, and han {figures[1]:.1f}."
    )
    assert not re.search("segment|event|Type|F1|seed|recipe|track", told)


def test_a_network_that_words_help_in_parsing_is_said_to_be_alone(
    dataset: Dataset, systems: list[System]
) -> None:
    alone = "That is its network alone: when it parses, words help it, and the figures are others."
    assert alone not in words(opening.sentences(systems[0], systems[1:], dataset, "test"))
    about = {"recipe": {"network": {"prior": "likeness"}}}
    guided = dataclasses.replace(systems[0], about=about)
    assert words(opening.sentences(guided, systems[1:], dataset, "test")).endswith(alone)


def test_without_truth_it_says_that_nothing_is_known(
    dataset: Dataset, systems: list[System]
) -> None:
    blind = [dataclasses.replace(system, report=None) for system in systems]
    told = words(opening.sentences(blind[0], blind[1:], dataset, "test"))
    assert told.endswith("What is really there is not known for these clips.")
