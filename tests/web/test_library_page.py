"""The library's page in a browser: what it says of itself, filters, loading, many uploads."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import until
from seehear.time import Event, TimeGrid, Timeline, Track
from seehear.web.settings import Limits, Settings
from web_world import WORKER, make_video, put, served, visited

pytestmark = pytest.mark.browser
NOTE = "Rain: no sound class has this name; the most similar one is used instead: Water"


def clip(source: str, *events: Event, warnings: tuple[str, ...] = ()) -> Timeline:
    return Timeline(source, 4.0, TimeGrid(4), ("Dog", "Rain", "Cat"), events, warnings=warnings)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    library = tmp_path_factory.mktemp("library")
    heard, seen = Event(0, 2, Track.AUDIO, "Dog", 0.9), Event(1, 3, Track.VISUAL, "Dog", 0.8)
    put(library, "a/x", clip("x.mp4", heard, warnings=(NOTE,)))
    put(library, "b/x", clip("x.mp4", heard, seen, Event(1, 2, Track.AUDIO_VISUAL, "Dog")))
    put(
        library, "c/rain", clip("rain.mp4", Event(0, 4, Track.AUDIO, "Rain", 0.5), warnings=(NOTE,))
    )
    make_video(library / "a" / "x.mp4", seconds=1)
    with served(Settings(library, worker=WORKER)) as address:
        yield address


def test_it_says_what_it_is_and_its_classes_filter(page: Any, site: str) -> None:
    page.goto(site)
    page.wait_for_selector(".clip")
    page.wait_for_selector(".class")
    assert page.locator("h1").inner_text() == "What is heard and what is seen in these videos"
    legend = page.locator(".intro .legend-tracks li").all_inner_texts()
    assert [line.split()[0] for line in legend] == ["Heard", "Seen", "Both"]
    dog = page.locator(".class", has_text="Dog").locator(".chip")
    assert dog.all_inner_texts() == ["heard 2", "seen 1", "heard only 2", "seen only 1"]
    rain = page.locator(".class", has_text="Rain")
    assert rain.locator(".note").inner_text() == NOTE.removeprefix("Rain: ")
    assert rain.locator("a").all_inner_texts() == ["heard 1", "heard only 1"]  # 0 finds nothing
    assert page.locator(".absent summary").inner_text() == "Looked for, found nowhere: 1"
    dog.nth(3).click()
    page.wait_for_selector(".chip.time")
    assert page.input_value("#query") == "seen:Dog -heard:Dog"
    assert page.locator(".folder").all_inner_texts() == ["in b"]
    assert page.locator("[role=status]").inner_text() == "1 moment, 1.0 s in 1 of 3 clips"
    page.click("summary >> text=What is in these clips")
    page.click(".class [aria-current]")  # the same once more: all clips
    until(page, "document.querySelectorAll('.clip').length === 3")
    assert page.input_value("#query") == ""


def test_the_builder_writes_the_query(page: Any, site: str) -> None:
    page.goto(site)
    page.select_option("#ask-class", label="Dog")
    assert page.input_value("#query") == "heard:Dog -seen:Dog"
    for how, query in (
        ("seen but not heard", "seen:Dog -heard:Dog"),
        ("heard and seen at once", "both:Dog"),
        ("heard", "heard:Dog"),
        ("seen", "seen:Dog"),
    ):
        page.select_option("#ask-how", label=how)
        assert page.input_value("#query") == query
    page.select_option("#ask-length", label="longer than 2 seconds")
    page.click(".builder button")
    page.wait_for_selector("text=Nothing found in 3 clips")
    assert "“Not”" not in page.locator(".no-clips").inner_text()  # nothing of the kind was asked
    assert page.input_value("#query") == "seen:Dog duration>2"
    page.wait_for_selector("#ask-class")
    shown = [
        page.locator(f"#ask-{name}").evaluate("e => e.selectedOptions[0].label")
        for name in ("class", "how", "length")
    ]
    assert shown == ["Dog", "seen", "longer than 2 seconds"]


def test_looking_is_not_finding_nothing(page: Any, site: str) -> None:
    asked, go = threading.Event(), []
    page.route("**/api/clips?*", lambda route: (go.append(route), asked.set()))
    page.goto(f"{site}#/search/seen%3ARain")
    page.wait_for_selector(".skeleton")
    assert page.locator("[role=status]").inner_text() == "Searching …"
    assert page.locator(".grid").get_attribute("aria-busy") == "true"
    assert page.locator("text=Nothing found").count() == 0
    assert asked.is_set()
    go[0].continue_()
    page.wait_for_selector("h2 >> text=Nothing found")
    assert page.locator(".skeleton").count() == 0
    assert page.locator(".grid").get_attribute("aria-busy") == "false"
    page.unroute("**/api/clips?*")


def test_two_clips_of_one_name_are_told_apart(page: Any, site: str) -> None:
    page.goto(site)
    page.wait_for_selector(".clip")
    assert page.locator(".clip-name").all_inner_texts() == ["x.mp4", "x.mp4", "rain.mp4"]
    assert page.locator(".folder").all_inner_texts() == ["in a", "in b", "in c"]
    cover = page.locator(".clip").nth(0).locator(".cover")
    cover.locator("img").evaluate("image => image.decode()")
    until(page, "document.querySelector('.cover').classList.contains('shown')")
    other = page.locator(".clip").nth(1).locator(".cover")
    assert (other.locator("img").count(), other.inner_text()) == (0, "no video here\n0:04")


def test_scores_and_what_was_searched_for_are_shown(page: Any, site: str) -> None:
    def answer(route: Any) -> None:
        found = route.fetch()
        value = found.json()
        value["searched_for"] = ["Searched for heard:Dog", "1 of 3 clips keeps no scores"]
        value["items"][0]["spans"][0] = [0.0, 2.0, 0.876]
        route.fulfill(response=found, body=json.dumps(value))

    page.route("**/api/clips?*", answer)
    page.goto(f"{site}#/search/heard%3ADog")
    page.wait_for_selector(".chip.time")
    told = ["Searched for heard:Dog", "1 of 3 clips keeps no scores"]
    assert page.locator(".searched-for").all_inner_texts() == told
    assert page.locator(".chip.time").all_inner_texts()[0] == "0:00.0–0:02.0 0.88"
    assert "how sure the parser is" in page.locator(".result-line li").last.inner_text()
    page.unroute("**/api/clips?*")


def test_many_files_are_uploaded_and_what_failed_is_named(page: Any, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    good = [make_video(tmp_path / f"{name}.mp4", seconds=1) for name in "abc"]
    fake, large = tmp_path / "fake.mp4", tmp_path / "large.mp4"
    fake.write_text("no video")
    large.write_bytes(bytes(200_000))
    limits = Limits(waiting=1, bytes=150_000)  # one at a time: the rest waits in the page
    with visited(page, Settings(library, worker=WORKER, limits=limits)) as address:
        page.goto(f"{address}#/upload")
        page.set_input_files("#file", [*map(str, good), str(fake), str(large)])
        assert page.locator(".chosen").inner_text() == "a.mp4, b.mp4, c.mp4 and 2 more"
        page.click("button.primary")
        page.wait_for_selector(".file")
        assert page.locator(".file-name").all_inner_texts() == [
            "a.mp4",
            "b.mp4",
            "c.mp4",
            "fake.mp4",
            "large.mp4",
        ]
        page.click(".brand")  # it goes on while other pages are looked at
        page.wait_for_selector("#to-upload >> text=to go")
        page.wait_for_selector("#to-upload >> text=/^Upload$/", timeout=60_000)
        page.click("#to-upload")
        page.wait_for_selector(".file")
        assert page.locator(".page [role=status]").inner_text() == (
            "3 of 5 files parsed. 2 failed: fake.mp4, large.mp4."
        )
        told = page.locator(".file[data-state=failed]").all_inner_texts()
        assert "not a readable media file" in told[0]
        assert "The file has 0 MB; at most 0 MB are taken here." in told[1]
        page.click(".file a >> text=b.mp4")
        page.wait_for_selector("h1 >> text=b.mp4")
