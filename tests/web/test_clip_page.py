"""The page of one clip in a browser: what keeps its place, what is explained, what keys do."""

import argparse
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from browsing import read, until
from seehear.cli import decode as decode_command
from seehear.export.uses import USES
from seehear.time import Decoding, Scores, TimeGrid, decode_scores
from seehear.web.settings import Settings
from web_world import WORKER, make_library, put, served

pytestmark = pytest.mark.browser
PLAYS = "document.getElementById('player')?.paused === {}"
STARTS = {
    "json": "{",
    "csv": "source,",
    "vtt": "WEBVTT",
    "srt": "1\n",
    "eaf": "<?xml",
    "textgrid": "File type",
    "rttm": "SPEAKER",
    "html": "<!doctype html>",
    "audacity": "0",
    "tsv": "filename\t",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    library = make_library(tmp_path_factory.mktemp("clip"))
    heard, seen = [0.9, 0.9, 0.4, 0.1], [0.3, 0.6, 0.1, 0.1]
    scores = Scores(np.stack([heard, seen], 1)[..., None], TimeGrid(4), ("Dog",))
    decoding = Decoding(gate="none", keep_threshold=0.25)
    parser = {"decoding": decoding.to_dict()}
    put(library, "scored", decode_scores(scores, decoding, source="scored.mp4", parser=parser))
    with served(Settings(library, worker=WORKER)) as address:
        yield address


@pytest.fixture(scope="module")
def opened(browser: Any, site: str) -> Iterator[tuple[Any, list[Any]]]:
    """Return the page of the clip `park.mp4`, and where its lanes stood while its video was still
    to come and afterwards; what the page complains of fails the test.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    held: list[Any] = []
    page.route("**/media", lambda route: held.append(route))
    page.goto(site)
    page.click("text=park.mp4")
    page.wait_for_selector(".downloads")
    while not held:
        page.wait_for_timeout(20)
    places = [page.locator("#lanes").bounding_box()]
    for route in held:
        route.continue_()
    page.unroute("**/media")
    until(page, "document.getElementById('player').readyState >= 2")
    places.append(page.locator("#lanes").bounding_box())
    yield page, places
    page.close()
    assert complaints == []


@pytest.fixture
def page(opened: tuple[Any, list[Any]]) -> Any:
    """Return the page, its player silent and at its start, the focus nowhere."""
    opened[0].evaluate("""() => {
        const player = document.getElementById("player");
        player.muted = true;
        player.pause();
        player.currentTime = 0;
        document.activeElement.blur();
        scrollTo(0, 0);
    }""")
    until(opened[0], "document.querySelector('[role=slider]').ariaValueNow === '0.0'")
    return opened[0]


def test_the_player_has_its_place_before_its_size_is_known(
    opened: tuple[Any, list[Any]],
) -> None:
    page, (before, after) = opened
    assert page.locator("#player").evaluate("player => player.videoWidth") == 192
    assert before == after


def test_colours_numbers_and_keys_are_explained(page: Any) -> None:
    told = page.locator(".legend-tracks").inner_text().split("\n")
    assert told == [
        "Heard in the sound",
        "Seen in the picture",
        "Both heard and seen in the same second",
        "0.8 in a bar: how sure the parser is, from 0 to 1, on average over the bar",
    ]
    colour = "getComputedStyle(e).backgroundColor"
    for index, track in enumerate(("audio", "visual", "audio_visual")):
        bar = read(page, f".lane.{track} .lane-event", colour)
        assert bar[:4] == "rgb("
        assert read(page, ".legend-tracks .dot", colour, index) == bar
    assert page.locator(".keys").inner_text().startswith("Keys: space plays and pauses.")


def test_every_event_is_in_a_table_whose_times_move_the_player(page: Any) -> None:
    page.click("text=All 4 events")
    rows = page.locator(".events tbody tr")
    assert rows.nth(0).locator("td").all_inner_texts() == [
        "Heard",
        "Dog",
        "0:00.0",
        "0:03.0",
        "0.91",
    ]
    assert rows.count() == 4
    rows.nth(2).locator("button").click()
    until(page, "document.getElementById('player').currentTime === 2")
    page.click("text=All 4 events")


def test_space_plays_wherever_the_focus_is(page: Any) -> None:
    places = (
        ".back a",
        "[role=slider]",
        ".lane.visual .lane-event",
        ".downloads a",
        "#player",
        None,
    )
    for place in places:
        page.evaluate("document.activeElement.blur()")
        if place is not None:
            page.locator(place).first.focus()
        page.keyboard.press("Space")
        until(page, PLAYS.format("false"))
        page.keyboard.press("Space")
        until(page, PLAYS.format("true"))
        moved = page.evaluate("document.getElementById('player').currentTime")
        assert moved < 2, "space on an event plays, and does not go to it"
        page.evaluate("document.getElementById('player').currentTime = 0")


def test_space_is_typed_and_presses_where_it_must(page: Any) -> None:
    page.focus("#query")
    page.keyboard.type("a b")
    assert page.input_value("#query") == "a b"
    page.locator(".events summary").focus()
    page.keyboard.press("Space")
    assert page.locator(".events").get_attribute("open") is not None
    assert page.locator("#player").evaluate("player => player.paused && player.currentTime === 0")
    page.locator(".events button").first.click()  # and then gives the focus back
    page.keyboard.press("Space")
    until(page, PLAYS.format("false"))


def test_what_has_the_focus_keeps_it_when_the_lanes_are_drawn_again(page: Any) -> None:
    focused = "document.activeElement.matches('{}')"
    page.evaluate("window.earlier = document.querySelector('[role=slider]')")
    page.locator("[role=slider]").focus()
    page.keyboard.press("+")
    assert not page.evaluate("window.earlier.isConnected"), "they were drawn again"
    assert page.evaluate(focused.format("[role=slider]"))
    page.keyboard.press("ArrowRight")
    until(page, "document.getElementById('player').currentTime === 1")
    page.locator(".lane.visual .lane-event").first.focus()
    page.keyboard.press("-")
    assert page.evaluate(focused.format('.lane.visual .lane-event[tabindex="0"]'))
    assert page.locator(".lane-event[tabindex='0']").count() == 1


def test_the_play_head_and_rings_are_drawn_whole(page: Any) -> None:
    pictures = []
    for time_s in (0, 2, 4):
        page.locator("#player").evaluate(f"player => {{ player.currentTime = {time_s}; }}")
        until(page, f"document.querySelector('[role=slider]').ariaValueNow === '{time_s}.0'")
        head = read(page, ".lanes-cursor", "e.getBoundingClientRect().toJSON()")
        clip = {"x": round(head["x"]) - 8, "y": round(head["y"]), "width": 18, "height": 14}
        pictures.append(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L"))
    dark = [int((np.asarray(picture) < 128).sum()) for picture in pictures]
    assert max(dark) - min(dark) <= 8, dark  # a hidden half would be some 50 pixels
    assert min(dark) > 90
    # a ring of 2 px, 1 px away, stays inside what scrolls, and is under nothing
    page.locator(".lane-event").first.focus()
    room = page.evaluate(
        """() => {
        const bar = document.activeElement.getBoundingClientRect();
        const name = document.querySelector(".lane-track .lanes-name").getBoundingClientRect();
        const scroll = document.querySelector(".lanes-scroll").getBoundingClientRect();
        const ruler = document.querySelector("[role=slider]").getBoundingClientRect();
        return [bar.left - name.right, scroll.right - bar.right, ruler.top - scroll.top,
            ruler.left - name.right];
    }"""
    )
    assert min(room) >= 4, room


def test_downloads_stand_under_what_people_want_and_say_what_they_are(page: Any) -> None:
    titles = page.locator(".downloads h3").all_inner_texts()
    assert titles == [use.title for use in USES]
    names = page.locator(".downloads a").all_inner_texts()
    assert set(names) >= STARTS.keys()
    for told in page.locator(".downloads li span").all_inner_texts():
        assert len(told) > 10
    for name in STARTS:
        with page.expect_download() as found:
            page.click(f".downloads a >> text=/^{name}$/")
        assert found.value.suggested_filename.startswith("park.")
        assert Path(found.value.path()).read_text("utf-8-sig").startswith(STARTS[name])


def test_the_exported_page_explains_itself_likewise(
    page: Any, browser: Any, site: str, tmp_path: Path
) -> None:
    told = page.locator(".legend-tracks").inner_text()
    # not by a click: a browser takes ten downloads of a page and then asks
    link = page.locator(".downloads a >> text=/^html$/").get_attribute("href")
    path = tmp_path / "park.html"
    path.write_bytes(page.request.get(f"{site}{link.lstrip('/')}").body())
    other = browser.new_page(viewport={"width": 1280, "height": 800})
    other.goto(path.as_uri())
    other.wait_for_selector(".lane-event")
    assert other.locator(".legend-tracks").inner_text() == told
    assert other.locator(".keys").inner_text() == page.locator(".keys").inner_text()
    assert other.locator("details >> text=All 4 events").count() == 1
    until(other, "document.getElementById('player').readyState >= 2")
    other.keyboard.press("Space")
    until(other, PLAYS.format("false"))
    other.close()


def test_sliders_show_what_other_thresholds_would_change_and_write_nothing(
    page: Any, site: str
) -> None:
    said = page.locator(".threshold").inner_text()
    assert "keeps no scores" in said
    assert page.locator(".threshold input").count() == 0
    page.goto(f"{site}#/")
    page.click("text=scored.mp4")
    page.wait_for_selector(".slide")
    on, keep = page.locator(".slide input").all()
    assert page.locator(".slide output").all_inner_texts() == ["0.50", "0.25"]
    assert page.locator(".lane.visual .lane-event").count() == 1
    on.fill("0.7")
    page.wait_for_selector(".changes")
    assert page.locator(".changes li").all_inner_texts() == [
        "− seen Dog, 0:00.0 to 0:02.0",
        "− both Dog, 0:00.0 to 0:02.0",
    ]
    assert page.locator(".lane.visual .lane-event").count() == 0
    assert page.locator(".by-class tbody td").all_inner_texts() == ["Dog", "3.0 s", "–", "–"]
    assert page.locator(".events summary").inner_text() == "All 1 event"
    command = page.locator(".command code").inner_text()
    assert command == "seehear decode library --threshold 0.7 --hysteresis 0.25"
    parser = argparse.ArgumentParser()
    decode_command.configure(parser)
    assert parser.parse_args(command.split()[2:]).threshold == "0.7"
    keep.fill("0.75")  # no higher than what begins an event
    page.wait_for_selector("text=/hysteresis 0.7$/")
    page.click("text=Back to what is stored")
    assert page.locator(".lane.visual .lane-event").count() == 1
    assert page.locator(".slide output").all_inner_texts() == ["0.50", "0.25"]
    assert page.locator(".command").count() == 0
