"""The page of a run: one file, nothing from outside, everything escaped, and figures that are those
of the run.
"""

import dataclasses
import json
import re

import pytest

from report_world import make, tower
from seehear.data import Vocabulary
from seehear.report import run_page, tables
from seehear.report.denoised import read_denoised
from seehear.report.systems import examples, read_systems
from seehear.time import Event, TimeGrid, Timeline, Track

HOSTILE = "<img src=x onerror=alert(1)>\"'</script>"


@pytest.fixture(scope="module")
def world(tmp_path_factory, no_graphs):
    return make(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def systems(world):
    return read_systems([world.runs["lsld"], world.runs["han"]], world.store, world.dataset, "test")


@pytest.fixture(scope="module")
def denoised(world):
    return read_denoised(world.labels, world.store, world.dataset, load_tower=tower)


@pytest.fixture(scope="module")
def page(world, systems, denoised):
    return run_page.render(
        run_page.RunPage(
            systems,
            world.dataset,
            "test",
            [0, 1],
            world.dataset.root,
            denoised=denoised,
            strips=run_page.strip_examples(denoised, 2),
        )
    )


def test_the_page_asks_nothing_of_the_network(page):
    assert not re.search(r"https?:|//[a-z]", re.sub(r"data:[^\"]+", "", page.split("<script>")[0]))
    assert not re.search(
        r"(?:src|href)=(?!\"data:)", page.split("<script>")[0].replace("src=x", "")
    )
    assert not re.search(
        r"\b(?:fetch|XMLHttpRequest|WebSocket|import)\b\(?", page.split("<script>")[1]
    )
    assert "default-src 'none'" in page


def test_it_begins_with_words_and_picture_and_the_terms_stand_below(page):
    parts = ('class="opening"', 'id="player"', 'id="lanes"', "<h2>Figures", "What the words")
    order = [page.index(part) for part in parts]
    assert order == sorted(order)
    for word in ("Heard, Seen, Both", "Type", "Event", "segments", "events"):
        assert f"<dt>{word}</dt>" in page


def test_figures_are_those_of_the_run(page, systems):
    for system in systems:
        row = re.search(rf'<tr><th scope="row">{system.name}</th>(.*?)</tr>', page)
        shown = [float(v) for v in re.findall(r">([\d.]+)</td>", row[1])]
        assert shown == [round(100 * v, 1) for v in system.report.figures().values()]


def test_the_decoding_is_told_whole_and_where_the_network_is_alone(page, world, systems):
    assert "lsld: gate own at 0.5, threshold 0.5; han: gate own at 0.5, threshold 0.5" in page
    assert "the network alone" not in page
    recipe = systems[0].about["recipe"]
    recipe = {**recipe, "network": {**recipe["network"], "prior": "likeness"}}
    decoding = {**systems[0].about["decoding"], "keep_threshold": 0.2, "fill_gap_s": 1.0}
    about = {**systems[0].about, "recipe": recipe, "decoding": decoding}
    main = dataclasses.replace(systems[0], about=about)
    shown = run_page.render(
        run_page.RunPage([main, systems[1]], world.dataset, "test", [], world.dataset.root)
    )
    assert "threshold 0.5 to begin an event and 0.2 to go on, gaps filled up to 1 s" in shown
    assert "gaps filled up to 1 s, the network alone; han: gate own" in shown
    assert shown.count("lsld: the network alone. As it parses, with words beside it:") == 1
    assert f"--split test --model {main.path} --features FEATURES" in shown
    assert "han: the network alone" not in shown
    assert "words help it" in shown


def test_each_clip_carries_its_lanes_truth_and_video(page, systems):
    clips = json.loads(
        re.search(r'<script type="application/json" id="clips">(.*?)</script>', page, re.DOTALL)[1]
    )
    assert [[lane["name"] for lane in clip["lanes"]] for clip in clips] == [
        ["lsld", "truth", "han"]
    ] * 2
    assert clips[0]["media"].startswith("data:video/mp4;base64,")
    assert clips[1]["media"] is None
    parsed = Timeline.from_dict(clips[0]["lanes"][0]["timeline"])
    audio, visual = parsed.to_arrays()
    assert (audio == systems[0].audio[0]).all()
    assert (visual == systems[0].visual[0]).all()


def test_a_large_video_is_linked_to(world, systems):
    folder = world.dataset.root.parent
    page = run_page.render(
        run_page.RunPage(systems, world.dataset, "test", [0], folder, limit_bytes=10)
    )
    assert '"media": "./data/videos/test00.mp4"' in page


def test_labels_before_and_after_stand_there(page, denoised, world):
    quality = denoised.built.quality(world.dataset.split("train").truth())
    for stage in ("weak", "denoised", "re-weighted"):
        row = re.search(rf'<tr><th scope="row">{stage}</th>(.*?)</tr>', page)[1]
        assert f">{100 * quality[stage]['segment/visual']:.1f}</td>" in row
    assert page.count('class="strip"') == 2


def test_words_from_outside_are_text(world, systems):
    names = (HOSTILE, *world.dataset.vocabulary.names[1:])
    dataset = dataclasses.replace(world.dataset, name=HOSTILE, vocabulary=Vocabulary(names, names))
    named = [dataclasses.replace(system, name=HOSTILE) for system in systems[:1]]
    lane = Timeline(HOSTILE, 4.0, TimeGrid(4), (HOSTILE,), (Event(0.0, 1.0, Track.AUDIO, HOSTILE),))
    extra = [run_page.Extra(HOSTILE, None, {HOSTILE: lane})]
    page = run_page.render(run_page.RunPage(named, dataset, "test", [0], dataset.root, extra=extra))
    assert "<img" not in page.split("<script>")[0]
    assert page.count("</script>") == 2
    assert "&lt;img src=x" in page


def test_a_run_without_truth_has_no_figures(world, systems):
    blind = [dataclasses.replace(system, report=None) for system in systems]
    assert "no truth" in tables.figures_table(blind)
    assert tables.against(blind[0], blind[1:]) == ""


def test_examples_go_from_the_best_to_the_worst(world, systems):
    rows = examples(systems[0], world.dataset, "test", 3)
    score = systems[0].report.matrix()[rows][:, [3, 8]].mean(axis=1)
    assert list(score) == sorted(score, reverse=True)
    assert all(world.dataset.split("test").weak[row].sum() >= 2 for row in rows)


def test_strips_show_clips_where_labels_change(denoised):
    rows = run_page.strip_examples(denoised, 3)
    kept = denoised.hard[rows]
    assert (kept.sum(axis=(1, 2)) > 0).all()
    assert (denoised.built.weak[rows].sum(axis=1) >= 2).all()
