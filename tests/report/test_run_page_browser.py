"""The page of a run in a real browser: player and lanes in step, by mouse and by keyboard, wide and
narrow.
"""

import dataclasses

import pytest

from report_world import make
from seehear.report import run_page
from seehear.report.systems import read_systems

pytestmark = pytest.mark.browser
HOSTILE = "<b onclick=alert(1)>Dog</b>"


@pytest.fixture(scope="module")
def address(tmp_path_factory, no_graphs):
    root = tmp_path_factory.mktemp("page")
    world = make(root)
    systems = read_systems(
        [world.runs["lsld"], world.runs["han"]], world.store, world.dataset, "test"
    )
    truth = dataclasses.replace(
        systems[0].truth(world.dataset, "test", 0, HOSTILE), duration_s=10.0
    )
    extra = [
        run_page.Extra(
            HOSTILE,
            world.dataset.media_path(world.dataset.split("test").clips[0]),
            {HOSTILE: truth, "truth": truth},
        )
    ]
    path = root / "report.html"
    shown = run_page.RunPage(systems, world.dataset, "test", [1], root, extra=extra)
    path.write_text(run_page.render(shown), "utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser):
    """Return a page; whatever it complains of, or asks for beside itself, fails the test."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None,
    )
    page.on(
        "request",
        lambda request: (
            complaints.append(request.url[:60])
            if not request.url.startswith(("file:", "data:"))
            else None
        ),
    )
    page.set_default_timeout(20_000)
    yield page
    page.close()
    assert complaints == []


def opened(page, address):
    page.goto(address)
    page.wait_for_selector(".lane-event")
    page.evaluate("""() => new Promise((done) => {
        const player = document.getElementById("player");
        if (player.readyState >= 1) done();
        else player.addEventListener("loadedmetadata", done, { once: true });
    })""")


def until(page, condition):
    """Wait for a condition on `player` and `sliders` (the numbers they show); fail after 20
    seconds.
    """
    page.evaluate(f"""async () => {{
        const player = document.getElementById("player"), end = performance.now() + 20000;
        for (;;) {{
            const found = [...document.querySelectorAll("[role=slider]")];
            const sliders = found.map((s) => Number(s.ariaValueNow));
            if ({condition}) return;
            const seen = `${{player.currentTime}} ${{sliders}}`;
            if (performance.now() > end) throw new Error(`waited too long: ${{seen}}`);
            await new Promise((done) => requestAnimationFrame(done));
        }}
    }}""")


def test_a_click_seeks_and_every_lane_follows(page, address):
    opened(page, address)
    box = page.locator(".lanes-ruler .lanes-area").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + 10)
    until(page, "Math.abs(player.currentTime - 4) < 0.15 && sliders.length === 2")
    until(page, "sliders.every((s) => Math.abs(s - 4) < 0.15)")


def test_lanes_move_while_it_plays(page, address):
    opened(page, address)
    page.locator("[role=slider]").first.focus()
    page.keyboard.press("Space")
    until(page, "player.currentTime > 0.3 && sliders.every((s) => s > 0.1)")
    page.keyboard.press("Space")
    until(page, "player.paused && sliders.every((s) => Math.abs(s - player.currentTime) < 0.15)")


def test_the_keyboard_is_enough(page, address):
    opened(page, address)
    slider = page.locator("[role=slider]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    until(page, "Math.abs(player.currentTime - 2) < 0.05")
    page.keyboard.press("Home")
    until(page, "player.currentTime === 0 && sliders.every((s) => s === 0)")
    page.locator(".pick").last.focus()
    page.keyboard.press("Enter")
    assert page.locator(".pick").last.get_attribute("aria-pressed") == "true"
    assert page.locator("#no-media").inner_text().startswith("No video")
    assert page.locator(".system h3").all_inner_texts() == ["lsld", "truth", "han"]
    page.locator("[role=slider]").first.focus()
    page.keyboard.press("ArrowRight")
    assert [
        slider.get_attribute("aria-valuenow") for slider in page.locator("[role=slider]").all()
    ] == ["1.0"] * 3


def test_hovering_an_event_tells_its_score(page, address):
    opened(page, address)
    page.locator(".pick").last.click()
    event = page.locator(".system").first.locator(".lane-event").first
    event.hover()
    tip = page.locator(".lanes-tip:visible")
    assert "score 0." in tip.inner_text() or "score 1." in tip.inner_text()


def test_hostile_words_are_text(page, address):
    opened(page, address)
    assert page.locator(".pick b").first.inner_text() == HOSTILE
    assert page.locator(".system h3").first.inner_text() == HOSTILE
    assert page.locator("[onclick]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_both_schemes(browser, address, scheme):
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.goto(address)
    page.wait_for_selector(".lane-event")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    back, ink = page.evaluate(
        """() => ["backgroundColor", "color"].map((name) => {
            const channels = getComputedStyle(document.body)[name].match(/[0-9]+/g).slice(0, 3);
            return channels.reduce((a, b) => a + Number(b), 0);
        })"""
    )
    assert (back > 600 and ink < 200) if scheme == "light" else (back < 200 and ink > 600)
    page.close()
