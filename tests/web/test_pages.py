"""The pages in a browser: list, search, player and lanes in step, upload, hostile words."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import read, until
from seehear.time import Event, Extent, TimeGrid, Timeline, Track
from seehear.web.settings import Settings
from web_world import HOSTILE, WORKER, make_library, make_video, put, served, visited

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_library(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def site(library: Path) -> Iterator[str]:
    with served(Settings(library, worker=WORKER)) as address:
        yield address


def test_the_library_shows_pictures_and_lanes(page: Any, site: str) -> None:
    page.goto(site)
    page.wait_for_selector(".clip")
    assert page.locator("[role=status]").inner_text() == "4 clips"
    assert page.locator(".clip-name").all_inner_texts() == [
        f"{HOSTILE}.mp4",
        "park.mp4",
        "news.wav",
        "street.mp4",
    ]
    park = page.locator(".clip", has_text="park.mp4")
    image = park.locator("img")
    image.evaluate("image => image.decode()")
    assert image.evaluate("image => image.naturalWidth") == 192  # a small video stays as it is
    assert park.locator(".preview-lane").count() == 3
    assert (
        park.locator(".preview").get_attribute("aria-label")
        == "Heard: Dog, Speech; Seen: Dog; Both: Dog"
    )
    radio = page.locator(".clip", has_text="news.wav")
    assert radio.locator("img").count() == 0
    assert "Seen: no track" in radio.locator(".preview").get_attribute("aria-label")


def test_search_play_and_seek(page: Any, site: str) -> None:
    page.goto(site)
    page.fill("#query", "audio:Dog -visual:Dog")
    page.press("#query", "Enter")
    page.wait_for_selector(".chip.time")
    assert page.locator("[role=status]").inner_text() == "1 moment, 2.0 s in 1 of 4 clips"
    assert page.locator(".clip-name").all_inner_texts() == ["park.mp4"]
    page.click(".chip.time >> text=0:00.0–0:02.0")
    page.wait_for_selector(".lane-event")
    assert page.locator(".lanes-band").count() == 1
    assert "Grey where the search holds" in page.locator(".legend-tracks").inner_text()
    player = page.locator("#player")
    player.evaluate("async player => { player.muted = true; await player.play(); }")
    for time_s in (0.7, 1.6):  # the cursor follows the player
        gap = page.evaluate(
            """async (time) => {
            const player = document.getElementById("player");
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            while (player.currentTime < time) await frame();
            // on a busy machine time passes between drawing the cursor and looking
            let least = Infinity;
            while (!player.ended && least >= 0.15) {
                await frame();
                const cursor = document.querySelector(".lanes-cursor");
                const at = parseFloat(cursor.style.left) / 100 * 4;
                if (!player.ended) least = Math.min(least, Math.abs(at - player.currentTime));
            }
            return least;
        }""",
            time_s,
        )
        assert gap < 0.15
    player.evaluate("player => player.pause()")
    lane = ".lane.visual .lane-track .lanes-area"
    page.locator(lane).scroll_into_view_if_needed()
    area = read(page, lane, "e.getBoundingClientRect().toJSON()")
    page.mouse.click(
        area["x"] + area["width"] * 0.875, area["y"] + area["height"] / 2
    )  # a click seeks
    until(page, "!document.getElementById('player').seeking")
    assert player.evaluate("player => player.currentTime") == pytest.approx(3.5, abs=0.05)
    assert float(read(page, ".lanes-cursor", "parseFloat(e.style.left)")) == pytest.approx(
        87.5, abs=1
    )
    assert page.locator(".lanes-now").inner_text().split("\n") == ["heard Speech", "seen Dog"]
    page.click(".side .chip.time")  # the moment of the search, once more
    until(page, "!document.getElementById('player').seeking")
    assert player.evaluate("player => player.currentTime") == 0
    page.click(".back a")
    page.wait_for_selector(".clip")
    assert page.input_value("#query") == "audio:Dog -visual:Dog"


def test_hostile_names_and_labels_are_text(page: Any, site: str) -> None:
    page.goto(site)
    page.click(f"text={HOSTILE}.mp4")
    page.wait_for_selector(".lane-event")
    assert page.locator("h1").inner_text() == f"{HOSTILE}.mp4"
    assert page.title() == f"{HOSTILE}.mp4 · seehear"
    assert page.locator(".lane.audio .lane-track .lanes-name").inner_text() == HOSTILE
    assert page.locator(".warnings li").inner_text() == HOSTILE
    page.click("text=How this was made")
    assert page.locator("dl dt").first.inner_text() == HOSTILE
    page.locator(".lane-event").first.hover()
    assert page.locator(".lanes-tip b").inner_text() == HOSTILE
    assert page.locator("img[src=x]").count() == 0
    page.goto(f"{site}#/search/{'%22' + HOSTILE.replace('%', '%25') + '%22'}")
    page.wait_for_selector(".chip.time")
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == "seehear"


def test_a_fault_of_a_query_is_shown_where_it_is_typed(browser: Any, site: str) -> None:
    page = browser.new_page()  # the refused request itself is a complaint of the console
    page.goto(site)
    page.fill("#query", "audio:Dgo")
    page.press("#query", "Enter")
    assert (
        page.locator(".problem").inner_text()
        == "no clip was parsed for a class 'Dgo' at position 7 of 'audio:Dgo'; did you mean Dog?"
        f" parsed for: {HOSTILE}, Car, Dog, Speech; for example: audio:Dog -visual:Dog"
    )
    page.goto(f"{site}#/clip/{'0' * 24}")
    page.wait_for_selector("text=there is no such clip")
    page.close()


def test_upload_and_watch_the_lanes_fill(page: Any, tmp_path: Path) -> None:
    library, pipe = tmp_path / "library", tmp_path / "steps"
    library.mkdir()
    os.mkfifo(pipe)
    steps = os.open(pipe, os.O_RDWR)
    video = make_video(tmp_path / f"{HOSTILE}.mp4")
    settings = Settings(library, worker=WORKER, parser={"preset": "steps", "model": str(pipe)})
    with visited(page, settings) as address:
        page.goto(address)
        page.wait_for_selector("text=No clips yet")
        page.click("#to-upload")
        page.set_input_files("#file", str(video))
        assert page.locator(".chosen").inner_text() == video.name
        page.click("button.primary")
        page.wait_for_selector("text=/^Parsing/")
        assert page.locator("h1").inner_text() == video.name
        os.write(steps, b"1")
        page.wait_for_selector("text=Parsing 25 %")
        assert page.locator(".lane.visual .lane-event").count() == 1
        assert page.locator(".lane.audio_visual .lane-title").inner_text().split("\n") == [
            "Both",
            "nothing yet",
        ]
        assert page.locator("#player").evaluate("player => player.src.slice(0, 5)") == "blob:"
        os.write(steps, b"2")
        page.wait_for_selector("text=Parsing 50 %")
        assert page.locator(".lane.visual .lane-event").count() == 2
        os.write(steps, b"34")
        page.click("text=Open its page")
        page.wait_for_selector(".downloads")
        assert page.locator("h1").inner_text() == video.name
        assert page.locator(".lane.visual .lane-event").count() == 4
        until(page, "document.getElementById('player').readyState >= 2")
        page.click(".brand")
        page.wait_for_selector(".clip")
        assert page.locator(".clip-name").all_inner_texts() == [video.name]
        assert page.locator("img[src=x]").count() == 0
    os.close(steps)


def test_what_stands_in_for_words_is_told_beside_the_lanes(page: Any, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    video = make_video(tmp_path / "a.mp4", seconds=1)
    with visited(page, Settings(library, worker=WORKER)) as address:
        page.goto(f"{address}#/upload")
        page.set_input_files("#file", str(video))
        page.fill("#events", "Rain")
        page.click("button.primary")
        told = "Rain: taken for the sound class Water"
        page.wait_for_selector(f"li >> text={told}")
        page.click("text=Open its page")
        page.wait_for_selector(".downloads")
        assert page.locator(".warnings li").all_inner_texts() == [told]


def test_an_upload_that_is_no_video_says_so(page: Any, site: str, tmp_path: Path) -> None:
    fake = tmp_path / "fake.mp4"
    fake.write_text("#EXTM3U\nhttp://127.0.0.1:1/x.ts\n")
    page.goto(f"{site}#/upload")
    page.set_input_files("#file", str(fake))
    page.click("button.primary")
    page.wait_for_selector(".problem >> text=not a readable media file")
    assert page.locator(".state").inner_text() == "Not parsed"


def test_the_token_opens_the_page(browser: Any, library: Path) -> None:
    token = "a-token-of-some-length"
    with served(Settings(library, token=token)) as address:
        page = browser.new_page()
        assert page.goto(address).status == 401
        page.goto(f"{address}?token={token}")
        page.wait_for_selector(".clip")
        assert token not in page.url
        page.click("text=park.mp4")
        until(page, "document.getElementById('player')?.readyState >= 2")
        page.close()


@pytest.mark.parametrize("view", ["", "#/search/audio%3ASpeech", "#/upload", "clip"])
def test_nothing_runs_over_the_edge_of_a_phone(page: Any, site: str, view: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(site + ("" if view == "clip" else view))
    if view == "clip":
        page.click(f"text={HOSTILE}.mp4")
        page.wait_for_selector(".lanes")
    else:
        page.wait_for_selector(".upload" if "upload" in view else ".clip")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.evaluate(
        """() =>
        [...document.querySelectorAll("button, .button, .downloads a, .examples a, .chip.time")]
            .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 24)
            .map((e) => e.textContent)"""
    )
    assert small == []


def test_a_long_list_comes_in_pages(page: Any, tmp_path: Path) -> None:
    for index in range(70):
        put(
            tmp_path,
            f"{index:02d}",
            Timeline(
                f"{index:02d}.mp4", 4.0, TimeGrid(4), ("Dog",), (Event(0, 1, Track.AUDIO, "Dog"),)
            ),
        )
    with visited(page, Settings(tmp_path, worker=WORKER)) as address:
        page.goto(address)
        page.wait_for_selector(".clip")
        assert page.locator(".clip").count() == 60
        page.click(".more")
        until(page, "document.querySelectorAll('.clip').length === 70")
        assert page.locator(".more").is_hidden()


def test_seconds_that_were_not_parsed_are_hatched(page: Any, tmp_path: Path) -> None:
    tracks = {"visual": Extent.of((0, 4), (6, 7))}
    heard = (Event(2, 8, Track.AUDIO, "Dog"),)
    put(tmp_path, "cut", Timeline("cut.mp4", 10.0, TimeGrid(10), ("Dog",), heard, tracks))
    with visited(page, Settings(tmp_path, worker=WORKER)) as address:
        page.goto(address)
        page.wait_for_selector(".preview-lane")
        marks = [page.locator(f".preview-lane.{track} u").count() for track in Track]
        assert marks == [0, 2, 2]
        page.click("text=cut.mp4")
        page.wait_for_selector(".lane.visual .lanes-unknown")
        assert page.locator(".lane.audio .lanes-unknown").count() == 0
        assert page.locator(".lane.visual .lanes-unknown").count() == 2
        note = page.locator(".lane.visual .lane-title .lanes-area").inner_text()
        assert note == "nothing found; not parsed: 0:04.0 to 0:06.0, 0:07.0 to 0:10.0"
        place = "[e.style.left, e.style.width].map(parseFloat)"
        left, right = read(page, ".lane.visual .lanes-unknown", place)
        assert (left, right) == (40, 20)


@pytest.mark.weights
@pytest.mark.shared
def test_a_real_clip_is_parsed_by_the_real_parser(page: Any, shared: Path, tmp_path: Path) -> None:
    video = shared / "restaged" / "videos" / "e0100000006.mp4"  # a dog, heard and seen
    shutil.copy(video, tmp_path / "clip.mp4")
    library = tmp_path / "library"
    library.mkdir()
    with visited(page, Settings(library)) as address:
        page.goto(f"{address}#/upload")
        page.set_input_files("#file", str(tmp_path / "clip.mp4"))
        page.fill("#events", "Dog, Helicopter")
        page.click("button.primary")
        page.wait_for_selector(".state a", timeout=60_000)
        names = page.locator(".lane-track .lanes-name").all_inner_texts()
        assert "Dog" in names
        page.fill("#query", "audio_visual:Dog")
        page.press("#query", "Enter")
        page.wait_for_selector(".clip")
        assert page.locator(".clip-name").all_inner_texts() == ["clip.mp4"]
