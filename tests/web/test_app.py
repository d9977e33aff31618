"""The routes: pages of the list, media by ranges, pictures, exports, progress of uploads."""

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from seehear import export
from seehear.cli.serve import _about_videos
from seehear.time import Decoding, Event, Scores, TimeGrid, Timeline, Track, decode_scores
from seehear.web.app import create_app
from seehear.web.catalogue import RECHECK_S, Catalogue, clip_id
from seehear.web.settings import Settings
from web_world import HERE, HOSTILE, WORKER, events_of, make_library, make_video, put

PARK, STREET = clip_id("park.timeline.json"), clip_id("street.timeline.json")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_library(tmp_path_factory.mktemp("app"))


@pytest.fixture(scope="module")
def client(library: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(library, worker=WORKER)), HERE) as client:
        yield client


def test_what_a_page_needs_to_know(client: TestClient) -> None:
    value = client.get("/api/library").json()
    offered = [form["name"] for use in value["uses"] for form in use["formats"]]
    assert sorted(offered) == sorted(export.names())
    limits = {"bytes": 500_000_000, "duration_s": 600.0, "pixels": 3840 * 2160, "waiting": 4}
    assert value["limits"] == limits
    nothing = client.get("/api/clips", params={"query": "audio:Car"}).json()
    assert (nothing["matching"], nothing["moments"], nothing["items"]) == (0, 0, [])


def test_classes_have_the_numbers_of_clips_that_a_search_finds(client: TestClient) -> None:
    value = client.get("/api/classes").json()
    assert (value["classes"], value["absent"]) == (4, [])
    assert [of["label"] for of in value["counts"]] == ["Speech", HOSTILE, "Car", "Dog"]
    for of in value["counts"]:
        for number, query in (
            ("heard", "heard:{}"),
            ("seen", "seen:{}"),
            ("both", "both:{}"),
            ("heard_only", "heard:{} -seen:{}"),
            ("seen_only", "seen:{} -heard:{}"),
        ):
            asked = query.replace("{}", of["written"])
            found = client.get("/api/clips", params={"query": asked}).json()
            assert found["matching"] == of[number], asked
    assert value["examples"] == [
        "heard:Speech -seen:Speech",
        "both:Dog",
        "seen:Car -heard:Car",
    ]
    for query in value["examples"]:
        assert client.get("/api/clips", params={"query": query}).json()["moments"] > 0


def test_a_strip_has_no_finer_gaps_than_it_can_show(tmp_path: Path) -> None:
    heard = [Event(k, k + 0.9, Track.AUDIO, "Dog") for k in range(4000)]
    heard.append(Event(4500, 4501, Track.AUDIO, "Dog"))
    put(tmp_path, "a/x", Timeline("x.mp4", 5000.0, TimeGrid(5000), ("Dog",), tuple(heard)))
    put(tmp_path, "b/x", Timeline("x.mp4", 5.0, TimeGrid(5), ("Dog",)))
    first, second = Catalogue(tmp_path).page()["items"]
    spans = [(event["start_s"], event["end_s"]) for event in first["events"]]
    assert spans == [(0, 3999.9), (4500, 4501)]
    assert (first["name"], first["folder"]) == ("x.mp4", "a")
    assert (second["name"], second["folder"]) == ("x.mp4", "b")


def test_the_list_comes_in_pages(client: TestClient) -> None:
    whole = client.get("/api/clips").json()
    assert (whole["clips"], whole["matching"], whole["failed"]) == (4, 4, [])
    parts = [
        client.get("/api/clips", params={"offset": k, "limit": 2}).json()["items"]
        for k in (0, 2, 4)
    ]
    assert [len(part) for part in parts] == [2, 2, 0]
    assert parts[0] + parts[1] == whole["items"]
    park = next(item for item in whole["items"] if item["id"] == PARK)
    assert park["media"]
    assert "spans" not in park
    assert park["events"][0] == {"track": "audio", "label": "Dog", "start_s": 0.0, "end_s": 3.0}
    for wrong in (
        {"offset": -1},
        {"limit": 0},
        {"limit": 10_000},
        {"offset": "x"},
        {"query": "x" * 2000},
    ):
        assert client.get("/api/clips", params=wrong).status_code == 400


def test_a_search_gives_moments(client: TestClient) -> None:
    found = client.get("/api/clips", params={"query": "audio:Speech"}).json()
    assert (found["matching"], found["moments"], found["seconds"]) == (3, 3, 63.0)
    second = client.get(
        "/api/clips", params={"query": "audio:Speech", "offset": 1, "limit": 1}
    ).json()
    assert second["items"] == found["items"][1:2]
    assert {item["name"]: item["spans"] for item in found["items"]} == {
        "news.wav": [[0.0, 59.0, 1.0]],
        "park.mp4": [[1.0, 4.0, 0.7]],
        "street.mp4": [[3.0, 4.0, 0.6]],
    }
    scores = [item["spans"][0][2] for item in found["items"]]
    assert scores == sorted(scores, reverse=True)
    assert found["searched_for"] == []
    understood = client.get("/api/clips", params={"query": "heard talking"}).json()
    assert understood["searched_for"] == ["Searched for audio:Speech"]
    assert understood["items"] == found["items"]
    clip = client.get(f"/api/clips/{STREET}", params={"query": "audio:Speech"}).json()
    assert clip["spans"] == [[3.0, 4.0, 0.6]]
    assert clip["media"] == f"/api/clips/{STREET}/media"
    assert client.get(f"/api/clips/{STREET}").json()["spans"] == []
    fault = client.get("/api/clips", params={"query": "audio:"})
    assert (fault.status_code, "at position 7" in fault.json()["error"]) == (400, True)


def test_media_can_be_asked_for_in_parts(client: TestClient, library: Path) -> None:
    data = (library / "park.mp4").read_bytes()
    whole = client.get(f"/api/clips/{PARK}/media")
    assert (whole.content, whole.headers["content-type"]) == (data, "video/mp4")
    part = client.get(f"/api/clips/{PARK}/media", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, data[100:200])
    assert (
        client.get(
            f"/api/clips/{PARK}/media", headers={"Range": f"bytes={len(data) + 1}-"}
        ).status_code
        == 416
    )


def test_pictures_are_made_once(client: TestClient, library: Path) -> None:
    answer = client.get(f"/api/clips/{PARK}/picture")
    assert answer.headers["content-type"] == "image/jpeg"
    (kept,) = (library / ".seehear" / "pictures").glob(f"{PARK}-*.jpg")
    with Image.open(kept) as picture:
        assert picture.size == (192, 108)
        red, green, blue = picture.convert("RGB").getpixel(
            (180, 50)
        )  # a third into the clip: the second colour
        assert green > max(red, blue)
    stamp = kept.stat().st_mtime_ns
    assert client.get(f"/api/clips/{PARK}/picture").content == answer.content
    assert kept.stat().st_mtime_ns == stamp
    assert (
        client.get(f"/api/clips/{clip_id('radio/news.timeline.json')}/picture").status_code == 404
    )


def test_a_video_without_a_picture_in_it(client: TestClient, library: Path) -> None:
    (library / "broken.mp4").write_bytes(b"no video")
    put(library, "broken", Timeline("broken.mp4", 1.0, TimeGrid(1), ("Dog",)))
    client.app.state.catalogue.refresh(now=True)
    for _ in range(2):
        assert (
            client.get(f"/api/clips/{clip_id('broken.timeline.json')}/picture").status_code == 404
        )
    os.unlink(library / "broken.timeline.json")
    client.app.state.catalogue.refresh(now=True)


@pytest.mark.parametrize("format", export.FORMATS)
def test_a_download_is_what_export_writes(
    client: TestClient, library: Path, format: str, tmp_path: Path
) -> None:
    answer = client.get(f"/api/clips/{PARK}/export/{format}")
    suffix = export.get(format).suffix
    assert (
        answer.headers["content-disposition"]
        == f"attachment; filename=\"park{suffix}\"; filename*=UTF-8''park{suffix}"
    )
    shutil.copy(library / "park.mp4", tmp_path)
    timeline = Timeline.from_json(library / "park.timeline.json")
    if export.get(format).absolute:  # but of where the server's videos lie nothing is said
        text = export.render(timeline, format, media="./park.mp4")
        assert answer.content == text.encode()
        return
    path = export.write(
        timeline, format, export.path_for("park", format, tmp_path), media=tmp_path / "park.mp4"
    )
    assert answer.content == path.read_bytes()


def test_a_download_of_a_strange_name(client: TestClient, library: Path) -> None:
    put(library, 'ünï "q"\r\nX-Evil: 1', Timeline("a.mp4", 1.0, TimeGrid(1), ("Dog",)))
    client.app.state.catalogue.refresh(now=True)
    clip = clip_id('ünï "q"\r\nX-Evil: 1.timeline.json')
    answer = client.get(f"/api/clips/{clip}/export/csv")
    assert "x-evil" not in answer.headers
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="_n_ _q___X-Evil_ 1.csv"; '
    )


def test_halves_of_characters_do_not_break_answers(client: TestClient, library: Path) -> None:
    text = Timeline(
        "x.mp4", 1.0, TimeGrid(1), ("Dog",), (Event(0, 1, Track.AUDIO, "Dog"),)
    ).to_json()
    (library / "half.timeline.json").write_text(
        text.replace("x.mp4", "\\ud800.mp4").replace("Dog", "D\\udc00g")
    )
    client.app.state.catalogue.refresh(now=True)
    answer = client.get("/api/clips")
    assert answer.status_code == 200
    assert any("half.timeline.json: expected Unicode" in line for line in answer.json()["failed"])
    (library / "half.timeline.json").unlink()
    client.app.state.catalogue.refresh(now=True)


def test_new_timelines_appear_and_the_folder_is_not_searched_at_every_request(
    tmp_path: Path,
) -> None:
    now = [0.0]
    catalogue = Catalogue(tmp_path, clock=lambda: now[0])
    assert catalogue.page()["clips"] == 0
    put(tmp_path, "a", Timeline("a.mp4", 1.0, TimeGrid(1), ("Dog",)))
    assert catalogue.page()["clips"] == 0
    now[0] += RECHECK_S + 1
    assert catalogue.page()["clips"] == 1
    (tmp_path / "bad.timeline.json").write_text("no")
    put(tmp_path, "b", Timeline("b.mp4", 1.0, TimeGrid(1), ("Dog",)))
    assert catalogue.refresh(now=True).clips == 2
    (line,) = catalogue.page()["failed"]
    assert "bad.timeline.json: not JSON" in line


def test_videos_in_another_folder_that_the_user_named(tmp_path: Path) -> None:
    library, videos = tmp_path / "library", tmp_path / "videos"
    for source, name in (
        ("a.mp4", "a"),
        ("sub/b.mp4", "sub/b"),
        ("c.mp4", "sub/c"),
        ("gone.mov", "d"),
    ):
        put(library, name, Timeline(source, 1.0, TimeGrid(1), ("Dog",)))
    for name in ("a.mp4", "sub/b.mp4", "sub/c.mp4", "d.mp4"):
        (videos / name).parent.mkdir(parents=True, exist_ok=True)
        (videos / name).touch()
    (videos / "secret").symlink_to(tmp_path)
    catalogue = Catalogue(library, (videos,))
    catalogue.refresh()
    found = {
        name: catalogue.media_path(clip_id(f"{name}.timeline.json"))
        for name in ("a", "sub/b", "sub/c", "d")
    }
    assert found == {
        "a": videos / "a.mp4",
        "sub/b": videos / "sub/b.mp4",
        "sub/c": videos / "sub/c.mp4",
        "d": videos / "d.mp4",
    }
    alone = Catalogue(library)
    alone.refresh()
    assert alone.media_path(clip_id("a.timeline.json")) is None


def test_videos_behind_links_are_refused_until_the_user_allows_their_folder(
    tmp_path: Path,
) -> None:
    library, media, archive = tmp_path / "library", tmp_path / "media", tmp_path / "archive"
    for folder in (library, media, archive):
        folder.mkdir()
    for name in ("a", "b"):
        put(library, name, Timeline(f"{name}.mp4", 1.0, TimeGrid(1), ("Dog",)))
        (archive / f"{name}.mp4").touch()
        (media / f"{name}.mp4").symlink_to(archive / f"{name}.mp4")
    for links, found in (((), False), ((media,), False), ((archive,), True)):
        client = TestClient(create_app(Settings(library, (media,), links=links)), HERE)
        catalogue = client.app.state.catalogue
        items = client.get("/api/clips").json()["items"]
        assert [item["media"] for item in items] == [found] * 2
        leads = [] if found else [archive / "a.mp4", archive / "b.mp4"]
        assert catalogue.refused() == leads
        note = _about_videos(catalogue, [media])
        if not found:
            assert note == (
                "not shown: 2 videos linked from outside the folders named (the first leads to"
                f" {archive / 'a.mp4'}); --links-to {archive} allows that folder"
            )
            answer = client.get(f"/api/clips/{clip_id('a.timeline.json')}/media")
            assert answer.json()["error"].endswith("is a link out of the folders that are served")
        else:
            assert note is None
    for name in ("a", "b"):
        (media / f"{name}.mp4").unlink()
    note = _about_videos(Catalogue(library, (media,)), [media])
    assert note == f"no videos beside the timelines nor in {media}, such as a.mp4"


def test_a_subfolder_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    library, media, outside = tmp_path / "library", tmp_path / "media", tmp_path / "outside"
    for folder in (media, outside):
        folder.mkdir()
    put(library, "sub/a", Timeline("gone.mov", 1.0, TimeGrid(1), ("Dog",)))
    (outside / "a.mp4").touch()
    (media / "sub").symlink_to(outside)
    clip = clip_id("sub/a.timeline.json")
    for links, found in (((), None), ((outside,), outside / "a.mp4")):
        catalogue = Catalogue(library, (media,), links=links)
        catalogue.refresh()
        assert catalogue.media_path(clip) == found
        assert catalogue.refused() == ([] if found else [outside / "a.mp4"])


def test_progress_is_told_as_it_comes_and_can_be_asked_for_again(
    client: TestClient, tmp_path: Path
) -> None:
    data = make_video(tmp_path / "x.mp4", seconds=3).read_bytes()
    answer = client.post(
        "/api/uploads",
        params={"name": "My clip.mp4", "events": "Rain, Wind"},
        content=data,
        headers={"X-Seehear": "1"},
    )
    job = answer.json()
    assert (answer.status_code, job["name"], job["clip"], job["error"]) == (
        202,
        "My clip.mp4",
        None,
        None,
    )
    stream = client.get(f"/api/uploads/{job['id']}/events")
    assert stream.headers["content-type"].startswith("text/event-stream")
    states = events_of(stream.text)
    fractions = [state["fraction"] for state in states]
    assert fractions == sorted(fractions)
    assert states[-1]["state"] == "done"
    assert states[-1]["timeline"]["source"] == "My clip.mp4"
    assert states[-1]["timeline"]["vocabulary"] == ["Rain", " Wind"]
    assert (
        events_of(client.get(f"/api/uploads/{job['id']}/events").text) == states[-1:]
    )  # a page opened later
    clip = client.get(f"/api/clips/{states[-1]['clip']}").json()
    assert clip["timeline"] == states[-1]["timeline"]
    assert client.get(clip["media"]).content == data
    assert client.get("/api/clips", params={"query": "audio:Rain"}).json()["matching"] == 1
    assert client.get(f"/api/uploads/{'0' * 24}/events").status_code == 404


def test_other_thresholds_are_tried_and_nothing_is_written(tmp_path: Path) -> None:
    scores = Scores(np.array([[[0.9], [0.6]], [[0.4], [0.4]]]), TimeGrid(2), ("Dog",))
    decoding = Decoding(gate="none", keep_threshold=0.3)
    parser = {"decoding": decoding.to_dict()}
    put(tmp_path, "a", decode_scores(scores, decoding, source="a.mp4", parser=parser))
    before = (tmp_path / "a.timeline.json").read_bytes()
    clip = f"/api/clips/{clip_id('a.timeline.json')}"
    with TestClient(create_app(Settings(tmp_path, worker=WORKER)), HERE) as client:
        shown = client.get(clip).json()
        assert shown["decoding"] == {"threshold": 0.5, "keep_threshold": 0.3}
        assert "scores" not in shown["timeline"]
        tried = client.get(f"{clip}/timeline?threshold=0.7&keep=0.5").json()
        assert [(e["track"], e["start_s"], e["end_s"]) for e in tried["events"]] == [
            ("audio", 0.0, 1.0)
        ]
        for wrong in ("threshold=2&keep=0", "threshold=0.5", "threshold=nan&keep=0.1"):
            assert client.get(f"{clip}/timeline?{wrong}").status_code == 400
        assert (tmp_path / "a.timeline.json").read_bytes() == before
        odd = Timeline.from_json(tmp_path / "a.timeline.json")
        put(tmp_path, "a", dataclasses.replace(odd, parser={"decoding": {"threshold": "high"}}))
        assert client.get(clip).json()["decoding"] is None, "and the page is there all the same"


def test_a_timeline_without_scores_says_so(client: TestClient) -> None:
    assert client.get(f"/api/clips/{PARK}").json()["decoding"] is None
    answer = client.get(f"/api/clips/{PARK}/timeline?threshold=0.5&keep=0.5")
    assert answer.status_code == 400
    assert "scores" in answer.json()["error"] or "decided" in answer.json()["error"]
