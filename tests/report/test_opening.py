"""How a page of a run begins: in words that a reader has without the field's."""

import dataclasses
import re

import pytest

from report_world import World, make
from seehear.export.html import PERCEIVED
from seehear.report import opening, run_page
from seehear.report.systems import System, read_systems


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def systems(world: World) -> list[System]:
    return read_systems([world.runs["lsld"], world.runs["han"]], world.store, world.dataset, "test")


def words(html: str) -> str:
    return re.sub("<[^>]+>", "", html)


def test_two_sentences_without_a_term_say_what_was_done_and_how_well(
    world: World, systems: list[System]
) -> None:
    told = words(opening.sentences(systems[0], systems[1:], world.dataset, "test"))
    done, reached, rest = told.split(". ", 1)[0], told.split(". ", 1)[1], told.count(". ")
    assert rest == 1
    clips, classes = len(world.dataset.split("test")), len(world.dataset.vocabulary)
    assert done == (
        f"The parser lsld went through {clips} clips of {world.dataset.name} and said, second by"
        f" second, which of {classes} things are heard and which are seen"
    )
    figures = [100 * system.report.figures()["segment/type"] for system in systems]
    assert reached == (
        f"Where 100 is no mistake at all, it reaches {figures[0]:.1f}, and han {figures[1]:.1f}."
    )
    assert not re.search("segment|event|Type|F1|seed|recipe|track", told)


def test_without_truth_it_says_that_nothing_is_known(world: World, systems: list[System]) -> None:
    blind = [dataclasses.replace(system, report=None) for system in systems]
    told = words(opening.sentences(blind[0], blind[1:], world.dataset, "test"))
    assert told.endswith("What is really there is not known for these clips.")


def test_the_page_begins_with_words_and_picture_and_ends_with_terms(
    world: World, systems: list[System]
) -> None:
    shown = run_page.RunPage(systems, world.dataset, "test", [0], world.dataset.root)
    page = run_page.render(shown)
    order = [
        page.index(part)
        for part in (
            'class="opening"',
            'id="player"',
            'id="lanes"',
            "<h2>Figures",
            "What the words",
        )
    ]
    assert order == sorted(order)
    for word in (*PERCEIVED.values(), "Type", "Event", "segments", "events"):
        assert re.search(rf"<dt>[^<]*{word}", page), word
