"""More like this: the routes, and the buttons of a clip's page in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from browsing import until
from kept_library import keep
from seehear.web.app import create_app
from seehear.web.catalogue import clip_id
from seehear.web.settings import Settings
from small_library import put
from web_world import HERE, WORKER, served

A, B, NONE = (clip_id(f"{name}.timeline.json") for name in ("a", "b", "none"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("like")
    draw = np.random.default_rng(0)
    rows = {name: draw.normal(size=(2, 8, 6)) for name in "abc"}
    rows["b"][0, 6] = rows["a"][0, 2]  # sounds like second 2 of a
    rows["c"][1, 5] = rows["a"][1, 2]  # looks like it
    for name, (ear, eye) in rows.items():
        keep(folder, name, ear, eye)
    put(folder, "none", {"Dog": "...."}, {})
    return folder


@pytest.fixture(scope="module")
def client(library: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(library, worker=WORKER)), HERE) as client:
        yield client


def test_the_likest_clips_come_first_with_their_likest_moments(client: TestClient) -> None:
    found = client.get(f"/api/clips/{A}/like", params={"at": 2.4, "track": "audio"}).json()
    assert (found["name"], found["tracks"], found["matching"]) == ("a.mp4", ["audio", "visual"], 3)
    first = found["items"][0]
    assert (first["name"], first["spans"][0]) == ("b.mp4", [6.0, 7.0, 1.0])
    scores = [span[2] for span in first["spans"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) <= 3
    seen = client.get(f"/api/clips/{A}/like", params={"at": 2.4, "track": "visual"}).json()
    assert seen["items"][0]["name"] == "c.mp4"
    second = client.get(f"/api/clips/{A}/like", params={"at": 2.4, "offset": 1, "limit": 1}).json()
    assert len(second["items"]) == 1
    whole = client.get(f"/api/clips/{A}/like").json()
    assert {item["name"] for item in whole["items"]} == {"b.mp4", "c.mp4"}


def test_what_cannot_be_compared_is_said_in_one_line(client: TestClient) -> None:
    assert client.get(f"/api/clips/{NONE}/like/tracks").json() == []
    refused = client.get(f"/api/clips/{NONE}/like", params={"at": 1})
    assert refused.status_code == 400
    assert refused.json()["error"].startswith("no features were kept of it")
    assert client.get(f"/api/clips/{A}/like", params={"at": 99}).status_code == 400
    assert client.get(f"/api/clips/{'0' * 24}/like").status_code == 404
    assert client.get(f"/api/clips/{A}/like", params={"track": "smell"}).status_code == 400


@pytest.mark.browser
def test_a_second_leads_to_those_like_it(page: Any, library: Path) -> None:
    with served(Settings(library, worker=WORKER)) as address:
        page.goto(f"{address}#/clip/{A}?t=2.4")
        chips = page.locator(".like .chip")
        page.wait_for_selector(".like .chip")
        assert chips.all_inner_texts() == ["sound", "picture", "sound and picture"]
        chips.nth(0).click()
        page.wait_for_selector(".clip")
        assert page.locator("h1").inner_text() == "Like 0:02.4 of a.mp4"
        assert page.locator(".clip-name").first.inner_text() == "b.mp4"
        assert page.locator(".chip.time").first.inner_text() == "0:06.0–0:07.0 1.00"
        page.click("text=by picture")
        until(page, "document.querySelector('.clip-name')?.textContent === 'c.mp4'")
        page.locator(".chip.time").first.click()
        page.wait_for_selector(".like .chip")
        assert page.locator("h1").inner_text() == "c.mp4"
        assert page.evaluate("location.hash").endswith("t=5")
        page.goto(f"{address}#/clip/{NONE}")
        page.wait_for_selector(".downloads")
        assert page.locator(".like").is_hidden()
        page.goto("about:blank")
