"""Correcting in a browser: by mouse, key and finger; saved, refused where another was first."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from browsing import until
from seehear.cli.main import main
from seehear.library import corrections
from seehear.time import Decoding, Scores, TimeGrid, Timeline, decode_scores
from seehear.web.settings import Settings
from web_world import WORKER, make_video, put, served

pytestmark = pytest.mark.browser
DOG = ".lane.audio .lane-event[aria-label^='Dog']"
SAVED = "document.querySelector('.edit-told')?.textContent === 'Saved.'"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("edit")
    prob = np.full((10, 2, 2), 0.1)
    prob[0:4, 0, 0], prob[6:8, 0, 1], prob[2:5, 1, 0] = 0.9, 0.7, 0.6
    decoding = Decoding(gate="none")
    made = {"parser": {"decoding": decoding.to_dict()}}
    for name in ("park", "street"):
        make_video(library / f"{name}.mp4", seconds=10)
        scores = Scores(prob, TimeGrid(10), ("Dog", "Speech"))
        put(library, name, decode_scores(scores, decoding, source=f"{name}.mp4", **made))
    shutil.copy(library / "park.timeline.json", library.parent / "as_parsed.json")
    return library


@pytest.fixture(scope="module")
def site(library: Path) -> Iterator[str]:
    with served(Settings(library, worker=WORKER)) as address:
        yield address


@pytest.fixture(scope="module")
def opened(browser: Any, site: str) -> Iterator[Any]:
    """Return one page for all tests; what it complains of fails them."""
    page = browser.new_page(viewport={"width": 1200, "height": 1100})
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    visit(page, site, "park")
    yield page
    page.goto("about:blank")
    page.close()
    assert complaints == []


def visit(page: Any, site: str, name: str) -> None:
    """Open a clip, ready to be corrected and its player at the start."""
    page.goto("about:blank")
    page.goto(site)
    page.click(f"text={name}.mp4")
    page.wait_for_selector(".lane-event")
    if page.locator(".editing").count() == 0:
        page.keyboard.press("e")
    page.wait_for_selector(".editing")
    until(page, "document.getElementById('player').readyState >= 2")
    page.evaluate("document.querySelector('.lane').scrollIntoView({block: 'center'})")


@pytest.fixture
def corrected(opened: Any, site: str, library: Path) -> Any:
    """Return the page of the clip as it was parsed, corrected by mouse and saved."""
    opened.evaluate("localStorage.clear()")
    opened.goto("about:blank")
    shutil.copy(library.parent / "as_parsed.json", library / "park.timeline.json")
    visit(opened, site, "park")
    correct(opened)
    opened.click("text=Save")
    until(opened, SAVED)
    return opened


def correct(page: Any) -> None:
    """Draw an edge, add an event, move one to another lane and mark a stretch as reviewed."""
    heard = row("audio", "Dog")
    edge = at(page, heard, 4)
    drag(page, (edge[0] - 3, edge[1]), at(page, heard, 5.02))
    drag(page, at(page, heard, 7.5), at(page, heard, 8.26))
    drag(page, at(page, row("audio", "Speech"), 7), at(page, row("visual", "Dog"), 7))
    drag(page, at(page, ".lane.audio .lane-reviewed", 1), at(page, ".lane.audio .lane-reviewed", 9))


def said(page: Any, track: str = "audio") -> list[tuple[str, float, float, str]]:
    """Return what the lanes of a page show."""
    shown = page.evaluate(
        "track => [...document.querySelectorAll(`.lane.${track} .lane-event`)].map(({event: e}) =>"
        " [e.label, e.start_s, e.end_s, e.origin || 'parser'])",
        track,
    )
    return [tuple(one) for one in shown]


def stored(library: Path, name: str = "park") -> Timeline:
    return Timeline.from_json(library / f"{name}.timeline.json")


def at(page: Any, row: str, second: float) -> tuple[float, float]:
    """Return where on the page a second of a row lies."""
    box = page.evaluate(
        "row => document.querySelector(row + ' .lanes-area').getBoundingClientRect().toJSON()", row
    )
    return box["x"] + box["width"] * second / 10, box["y"] + box["height"] / 2


def drag(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def play_head(page: Any, second: float) -> None:
    page.evaluate(f"document.getElementById('player').currentTime = {second}")


def row(track: str, label: str) -> str:
    return f".lane.{track} .lane-track:has(.lanes-name[title='{label}'])"


CUT = """() => [...document.querySelectorAll("input[placeholder]")].filter(field => {
  const style = getComputedStyle(field), pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = field.clientWidth - 2 * parseFloat(style.paddingLeft);
  return field.offsetParent && pen.measureText(field.placeholder).width > room;
}).map(field => field.placeholder)"""


def test_no_hint_in_a_field_is_cut_off(opened: Any) -> None:
    """What an empty field says is as long as the field at most."""
    assert opened.locator(".edit-who").is_visible()
    assert opened.evaluate(CUT) == []


def test_by_mouse(opened: Any, library: Path) -> None:
    page = opened
    assert said(page) == [("Dog", 0, 4, "parser"), ("Speech", 6, 8, "parser")]
    correct(page)
    assert said(page)[0] == ("Dog", 0, 5, "corrected"), "drawn to the edge of the segment"
    assert ("Dog", 7.5, 8.3, "added") in said(page)
    assert ("Dog", 6, 8, "corrected") in said(page, "visual"), "to another lane and class"
    assert [e[:3] for e in said(page, "audio_visual")] == [("Dog", 2, 5), ("Dog", 7.5, 8)]
    assert page.locator(".lane.audio .lanes-gone-through").count() == 1
    assert not stored(library).is_corrected, "nothing is written before it is saved"
    page.click("text=Save")
    until(page, SAVED)
    assert page.locator(".edit-log summary").inner_text() == "Changed 1 time"
    line = stored(library)
    assert [(e.label, e.start_s, e.end_s, e.origin) for e in line.on("audio")] == [
        ("Dog", 0, 5, "corrected"),
        ("Dog", 7.5, 8.3, "added"),
    ]
    assert line.tracks["audio"].reviewed == ((1, 9),)
    assert [(e.label, e.start_s, e.end_s) for e in line.removed] == [("Speech", 6, 8)]
    assert (
        line.review.edits[-1].did == "on the page: 1 added, 2 corrected, 1 removed, +8 s reviewed"
    )


def test_a_click_is_no_drag_and_seeks(opened: Any) -> None:
    before = said(opened)
    opened.mouse.click(*at(opened, row("audio", "Dog"), 9))
    until(opened, "Math.abs(document.getElementById('player').currentTime - 9) < 0.1")
    assert said(opened) == before
    assert opened.locator(".chosen").count() == 0


def test_every_step_back_and_forth(corrected: Any, library: Path) -> None:
    page, now = corrected, said(corrected)
    for _ in range(4):
        page.keyboard.press("z")
    assert said(page) == [("Dog", 0, 4, "parser"), ("Speech", 6, 8, "parser")]
    page.keyboard.press("Control+s")
    until(page, SAVED)
    assert not stored(library).is_corrected, "a step back that is saved leaves nothing behind"
    for _ in range(4):
        page.keyboard.press("Shift+Z")
    assert said(page) == now
    page.keyboard.press("Control+s")
    until(page, SAVED)
    assert stored(library).is_corrected


def test_a_drawing_in_between_chooses_nothing(opened: Any, site: str, library: Path) -> None:
    """Curves come when they come: what has the focus keeps it, and nothing else changes."""
    page = opened
    visit(page, site, "street")
    page.locator(DOG).focus()
    page.keyboard.press("Escape")
    play_head(page, 5)
    page.keyboard.press("i")  # from here
    page.keyboard.press("+")  # the lanes are drawn again
    assert page.locator(".chosen").count() == 0
    assert page.evaluate("document.activeElement.matches('.lane-event')")
    play_head(page, 9)
    page.keyboard.press("o")
    assert page.locator(".lanes-mark").count() == 1
    page.keyboard.press("a")  # what is added is chosen, not what has the focus
    assert page.locator(".chosen").count() == 1
    assert page.evaluate("document.querySelector('.chosen').event.start_s") == 5
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")


def test_by_keyboard(opened: Any, site: str, library: Path) -> None:
    page = opened
    visit(page, site, "street")
    page.focus("[role=slider]")
    for key in (".", ".", ","):
        page.keyboard.press(key)
    until(page, "document.getElementById('player').currentTime === 1")
    page.locator(DOG).focus()
    page.keyboard.press("i")  # begins here
    play_head(page, 3)
    page.keyboard.press("s")  # split
    assert [e[:3] for e in said(page)[:2]] == [("Dog", 1, 3), ("Dog", 3, 4)]
    page.keyboard.press("Delete")
    assert ("Dog", 3, 4, "corrected") in said(page)
    page.keyboard.press("z")
    page.locator(".lane.audio .lane-event").last.focus()
    page.keyboard.press("y")
    assert ("Speech", 6, 8, "confirmed") in said(page)
    page.keyboard.press("Escape")
    play_head(page, 5)
    page.keyboard.press("c")
    page.keyboard.type("Owl")
    page.keyboard.press("Enter")
    page.keyboard.press("a")
    assert ("Owl", 5, 6, "added") in said(page)
    page.keyboard.press("m")
    assert ("Owl", 5, 6, "added") in said(page, "visual")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    play_head(page, 9)
    page.keyboard.press("o")
    assert page.locator(".lanes-mark").count() == 1
    page.keyboard.press("r")
    page.keyboard.press("Control+s")
    until(page, SAVED)
    line = stored(library, "street")
    assert line.vocabulary == ("Dog", "Speech", "Owl")
    assert line.reviewed("visual", "Owl") == ((5, 9),)
    assert {e.origin for e in line.on("visual", "Owl")} == {"added"}
    page.keyboard.press("Shift+Y")
    street = page.url
    page.keyboard.press("n")  # is saved first
    until(page, f"location.href !== '{street}'")
    assert "parser" not in {e.origin for e in stored(library, "street").events}
    page.wait_for_selector(".editing")  # ready for the doubt in the other clip
    assert page.locator("h1").inner_text() == "park.mp4"


def test_the_second_tab_is_refused_and_chooses(
    corrected: Any, browser: Any, site: str, library: Path
) -> None:
    page, other = corrected, browser.new_page()
    for one in (page, other):
        visit(one, site, "park")
        one.locator(DOG).first.focus()
    other.keyboard.press("Delete")
    other.keyboard.press("Control+s")
    until(other, SAVED)
    other.close()
    page.keyboard.press("m")
    page.keyboard.press("Control+s")
    told = page.locator("[role=alert]").inner_text()
    assert "this clip was saved since it was opened here, in another tab" in told
    assert len(stored(library).on("audio", "Dog")) == 1, "what was saved first stands"
    page.click("text=Show what was saved")
    page.wait_for_selector("[role=alert]", state="detached")
    assert len([e for e in said(page) if e[0] == "Dog"]) == 1
    page.keyboard.press("z")
    assert ("Dog", 0, 5, "corrected") in said(page, "visual"), "a step back leads to mine"
    path = library / "park.timeline.json"
    line, version = corrections.loaded(path)
    corrections.saved(path, corrections.gone_through(line), version=version)
    page.keyboard.press("Control+s")
    page.click("text=Save mine over it")
    until(page, SAVED)
    assert stored(library).on("visual", "Dog")[0].end_s == 5


def test_what_was_not_saved_is_there_again(opened: Any, site: str, library: Path) -> None:
    page = opened
    before = (library / "park.timeline.json").read_bytes()
    page.locator(".lane-event").first.focus()
    page.keyboard.press("Delete")
    now = said(page)
    visit(page, site, "park")
    assert said(page) == now
    assert page.locator(".edit-told").inner_text() == "Changes are not saved yet."
    page.keyboard.press("z")
    visit(page, site, "park")
    assert said(page) != now
    assert (library / "park.timeline.json").read_bytes() == before


def test_nothing_is_corrected_while_other_thresholds_are_shown(opened: Any, library: Path) -> None:
    page, now = opened, said(opened)
    page.locator(".slide input").first.fill("0.95")
    until(
        page,
        "document.querySelectorAll('.lane.visual .lane-event').length === 0 ||"
        " document.querySelector('.edit-told').textContent.startsWith('You are trying')",
    )
    page.keyboard.press("Shift+Y")
    assert page.locator(".edit-tools .primary").is_disabled()
    page.click("text=Back to what is stored")
    assert said(page) == now


def test_why_is_shown(opened: Any) -> None:
    page = opened
    until(page, "document.querySelectorAll('.lane.audio .lanes-curve').length > 0")
    until(page, "document.querySelector('.lane.audio .lanes-loud') !== null")
    assert page.locator(".lane.visual .lanes-strip i").count() >= 4


def test_by_finger(browser: Any, site: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    visit(page, site, "street")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, "nothing sticks out"
    page.locator(row("audio", "Speech")).scroll_into_view_if_needed()
    page.locator(f"{row('audio', 'Speech')} .lane-event").tap()
    page.wait_for_selector(".chosen .lane-edge")
    for button in page.locator(".edit-tools button:visible").all():
        assert button.bounding_box()["height"] >= 44
    touch = context.new_cdp_session(page)
    x, y = at(page, row("audio", "Speech"), 7)
    for kind, dx in (("touchStart", 0), ("touchMove", -20), ("touchMove", -40), ("touchEnd", None)):
        points = [] if dx is None else [{"x": x + dx, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    moved = next(e for e in said(page) if e[0] == "Speech")
    assert moved[1] < 6
    assert moved[2] - moved[1] == pytest.approx(2)
    context.close()


def test_a_page_that_is_read_only_has_no_tools(browser: Any, library: Path) -> None:
    settings = Settings(library, worker=WORKER, read_only=True, uploads=False)
    with served(settings) as address:
        page = browser.new_page()
        page.goto(address)
        page.click("text=park.mp4")
        page.wait_for_selector(".lane-event")
        page.wait_for_selector(".downloads")
        assert page.locator("text=✎ Correct").count() == 0
        page.keyboard.press("e")
        assert page.locator(".editing").count() == 0
        page.goto("about:blank")
        page.close()


def seehear(*words: object) -> None:
    """Run the command, here: what it loads, it loads once."""
    assert main([str(word) for word in words]) == 0


@pytest.mark.weights
@pytest.mark.shared
def test_the_whole_loop_on_real_clips(browser: Any, shared: Path, tmp_path: Path) -> None:
    archive, library, taught = (tmp_path / name for name in ("archive", "timelines", "parser"))
    archive.mkdir()
    for name in ("e0100000000", "e0100000006"):  # dogs, one with a rooster that is only heard
        shutil.copy(shared / "restaged" / "videos" / f"{name}.mp4", archive)
    seehear("parse", archive, "--events", "Dog,Speech", "--out", library)
    path = library / "e0100000000.timeline.json"
    with served(Settings(library, (archive,), worker=WORKER)) as address:
        page = browser.new_page(viewport={"width": 1200, "height": 1100})
        page.set_default_timeout(20_000)
        visit(page, address, "e0100000000")
        page.keyboard.press("c")
        page.keyboard.type("Rooster")
        page.keyboard.press("Enter")
        page.click(".edit-lanes .audio")
        heard = row("audio", "Rooster")
        drag(page, at(page, heard, 8), at(page, heard, 10))  # by mouse
        page.keyboard.press("Escape")
        play_head(page, 3)
        page.keyboard.press("c")  # by keyboard
        page.keyboard.type("speech")
        page.keyboard.press("Enter")
        page.keyboard.press("a")
        page.click("text=Whole clip reviewed")
        now = said(page)
        assert ("Rooster", 8, 10, "added") in now
        assert ("Speech", 3, 4, "added") in now
        page.keyboard.press("Control+s")
        until(page, SAVED)
        version = corrections.version_of(path)
        seehear("teach", library, "--how", "calibrate", "--out", taught)
        seehear("parse", archive, "--model", taught, "--out", library, "--again", "changed")
        assert corrections.version_of(path) != version, "it was parsed again"
        visit(page, address, "e0100000000")
        assert said(page) == now
        assert page.locator(".lanes-gone-through").count() == 2
        page.goto("about:blank")
        page.close()
