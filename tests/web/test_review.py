"""What to look at next and how good the parser is, on the page; teaching it there, and the loop."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

import fake_scorer
from browsing import until
from fake_scorer import fake
from seehear.cli.main import main
from seehear.features.kept import KeptWriter
from seehear.interchange import ForeignRow
from seehear.library.corrections import corrected
from seehear.library.written import signed
from seehear.parser import Parser
from seehear.parser.preset import PRESETS
from seehear.time import Timeline
from seehear.web.app import create_app
from seehear.web.catalogue import Catalogue
from seehear.web.settings import Settings
from seehear.web.teaching import Teaching
from small_library import save
from web_world import HERE, OURS, WORKER, served

ROW = ForeignRow("clip", "audio", "Loud", 0, 6, None, "t:2")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library of five reviewed clips, where all the time something is loud, and of one."""
    folder = tmp_path_factory.mktemp("library")
    film = fake.make_clip(folder / "clip.mp4", 6)
    parser = Parser(fake_scorer.scorer(), {"preset": "offline"})
    kept = folder / "lib" / "0.features.npz"
    parser.keep = lambda clip: KeptWriter(kept)
    line = parser(film)
    right = corrected(line, [ROW], complete=True).timeline
    for number in range(6):
        clip = replace(right if number < 5 else line, source=f"{number}.mp4")
        save(folder / "lib", str(number), signed(clip))
        (folder / "lib" / f"{number}.features.npz").write_bytes(kept.read_bytes())
    return folder / "lib"


@pytest.fixture
def client(library: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(library, worker=WORKER)), HERE) as client:
        yield client


def test_the_queue_and_the_figures_are_those_of_the_command(
    client: TestClient, library: Path, capsys
) -> None:
    assert main(["review", str(library), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    asked = client.get("/api/review").json()
    assert asked["figures"] == told["figures"]
    assert [one["name"] for one in asked["moments"]] == [one["name"] for one in told["queue"]]
    assert (asked["clips"], asked["left"]) == (6, 1)
    whole = client.get("/api/review?order=random").json()["moments"]
    assert [(one["name"], one["why"]) for one in whole] == [("5", "not reviewed yet")]
    path = f"/api/clips/{whole[0]['clip']}"
    assert client.get(path).json()["name"] == "5.mp4"
    only = client.get("/api/review?class=Bright").json()
    assert {one["class"] for one in only["figures"]} == {"Bright"}
    assert client.get("/api/review?class=Cat").status_code == 400


def test_faults_of_a_lesson_are_one_line(client: TestClient) -> None:
    assert client.post("/api/teach?how=magic", headers=OURS).status_code == 400
    nothing = client.post("/api/teach/keep?which=new", headers=OURS)
    assert nothing.json() == {"error": "nothing was learnt, so there is nothing to keep"}
    assert client.post("/api/teach?how=calibrate").status_code == 403, "of another site"
    assert client.get("/api/teach").json() == {"state": "none", "taught": False}


def test_a_folder_of_the_users_own_is_never_replaced_by_a_parser(tmp_path: Path) -> None:
    teaching = Teaching(Settings(tmp_path), Catalogue(tmp_path))
    teaching.state = {"state": "learnt"}
    (tmp_path / ".seehear" / "taught").mkdir(parents=True)
    (tmp_path / "taught").mkdir()
    (tmp_path / "taught" / "holiday.timeline.json").write_text("{}")
    with pytest.raises(HTTPException, match="a folder of yours, not a parser; rename it first"):
        teaching.keep(new=True)
    assert (tmp_path / "taught" / "holiday.timeline.json").is_file()


@pytest.mark.browser
def test_the_page_teaches_and_what_was_corrected_stays(
    page: Any, library: Path, monkeypatch
) -> None:
    page.set_default_timeout(90_000)  # a process of its own teaches
    with served(Settings(library, worker=WORKER)) as address:
        page.goto(f"{address}#/review")
        page.wait_for_selector(".figures td")
        assert "1 clip of 6 not reviewed completely" in page.locator(".panel").first.inner_text()
        rows = page.locator(".figures tbody tr").all_inner_texts()
        assert rows[0].split()[:4] == ["Bright", "heard", "30", "s"]
        page.select_option("#review-order", label="whole clips at random")
        until(page, "document.querySelector('.doubts .doubt-clip')?.textContent === '5'")
        page.click(".speeds >> text=Refit")
        page.wait_for_selector(".teach >> text=Learnt from 5 reviewed clips")
        cells = page.locator(".teach tbody tr").last.locator("td").all_inner_texts()
        assert (cells[0], float(cells[2]) > float(cells[1])) == ("mean of the three", True)
        assert not (library / "taught").exists(), "nobody has said yet"
        page.click("button >> text=Take the new one")
        page.wait_for_selector("text=The new parser is kept.")
        assert (library / "taught" / "taught.json").is_file()
        monkeypatch.setitem(PRESETS, "offline", fake_scorer.scorer)
        again = ["parse", str(library), "--from", "library", "--model", str(library / "taught")]
        assert main(again) == 0
        line = Timeline.from_json(library / "5.timeline.json")
        assert "taught" in line.parser
        page.goto(f"{address}#/review")
        page.reload()
        page.click(".speeds >> text=Calibrate")
        page.wait_for_selector(".teach >> text=Learnt from 5 reviewed clips")
        page.click("button >> text=Keep the old one")
        page.wait_for_selector("text=The parser is as it was.")
        page.goto("about:blank")
    for number in range(5):
        line = Timeline.from_json(library / f"{number}.timeline.json")
        loud = [(e.start_s, e.end_s, e.origin) for e in line.on("audio", "Loud")]
        assert loud == [(0, 6, "added")], "a person's word stands"
        assert list(line.reviewed("visual", "Bright")) == [(0, 6)]
