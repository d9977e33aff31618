"""Nothing outside the library is read, whatever a request names."""

import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from seehear.media import identify
from seehear.time import Event, TimeGrid, Timeline, Track
from seehear.web.catalogue import Catalogue, clip_id
from web_world import SECRET, put

PATHS = [
    "../secret.txt",
    "..%2fsecret.txt",
    "..%2Fsecret.txt",
    "%2e%2e/secret.txt",
    "%2e%2e%2fsecret.txt",
    "..%252fsecret.txt",
    "....//secret.txt",
    "..\\secret.txt",
    "..%5csecret.txt",
    "%c0%ae%c0%ae/secret.txt",
    "{root}/secret.txt",
    "%2f{root}%2fsecret.txt",
    "file://{root}/secret.txt",
    "secret.txt%00",
    "secret.txt%00.jpg",
    "park.mp4",
    "../library/park.mp4",
    ".seehear/index.parquet",
    "con",
    "~/secret.txt",
    "a" * 24,
    "0" * 24,
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "route",
    [
        "/static/{}",
        "/api/clips/{}",
        "/api/clips/{}/media",
        "/api/clips/{}/picture",
        "/api/clips/{}/export/json",
        "/api/uploads/{}",
        "/api/uploads/{}/events",
        "/{}",
    ],
)
def test_paths_lead_nowhere(client: TestClient, library: Path, route: str, path: str) -> None:
    address = route.format(path.format(root=library.parent))
    scope_path = address.split("?")[0]
    answer = client.get(scope_path)
    assert answer.status_code in (307, 400, 404, 405) or address == "/{}", answer.status_code
    assert SECRET not in answer.text


@pytest.mark.parametrize("format", ["../json", "..%2fjson", "nothing", "json%00"])
def test_formats_are_names_not_paths(client: TestClient, format: str) -> None:
    assert client.get(
        f"/api/clips/{clip_id('park.timeline.json')}/export/{format}"
    ).status_code in (400, 404)


def test_a_source_that_points_out_is_not_followed(library: Path, client: TestClient) -> None:
    root = library.parent
    (library / "link.mp4").symlink_to(root / "secret.mp4")
    for index, source in enumerate(
        (
            "../secret.mp4",
            str(root / "secret.mp4"),
            "link.mp4",
            "..\\secret.mp4",
            f"file://{root}/secret.mp4",
            "http://evil.example/x.mp4",
            "x\0.mp4",
        )
    ):
        put(library, f"out{index}", Timeline(source, 1.0, TimeGrid(1), ("Dog",)))
    client.app.state.catalogue.refresh(now=True)
    for index in range(7):
        clip = clip_id(f"out{index}.timeline.json")
        answer = client.get(f"/api/clips/{clip}")
        assert answer.json()["media"] is None
        for what in ("media", "picture"):
            assert client.get(f"/api/clips/{clip}/{what}").status_code == 404
        for format in ("html", "eaf", "json"):
            assert SECRET not in client.get(f"/api/clips/{clip}/export/{format}").text


def test_a_timeline_replaced_by_a_link_is_no_longer_there(
    library: Path, client: TestClient
) -> None:
    outside = library.parent / "outside"
    put(
        outside,
        "x",
        Timeline(SECRET, 1.0, TimeGrid(1), ("Dog",), (Event(0, 1, Track.AUDIO, "Dog"),)),
    )
    put(library, "swap", Timeline("swap.mp4", 1.0, TimeGrid(1), ("Dog",)))
    put(library, "folder/swap", Timeline("swap.mp4", 1.0, TimeGrid(1), ("Dog",)))
    client.app.state.catalogue.refresh(now=True)
    (library / "swap.timeline.json").unlink()
    (library / "swap.timeline.json").symlink_to(outside / "x.timeline.json")
    os.rename(library / "folder", library.parent / "moved")
    (library / "folder").symlink_to(outside)
    for path in ("swap.timeline.json", "folder/swap.timeline.json"):
        answer = client.get(f"/api/clips/{clip_id(path)}")
        assert answer.status_code == 404
        assert SECRET not in answer.text


def test_an_index_damaged_while_serving_is_made_again(
    library: Path, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    index = library / ".seehear" / "index.parquet"
    index.unlink()  # what tests above did to the library may not have been noticed yet
    before = client.get("/api/clips?query=audio:Dog").json()
    caplog.clear()
    for content in (index.read_bytes()[:-1], b"", index.read_bytes()):
        index.write_bytes(content)
        for query in ("audio:Dog", ""):
            answer = client.get(f"/api/clips?query={query}")
            assert answer.status_code == 200, answer.text
        assert client.get("/api/clips?query=audio:Dog").json() == before
    told = [record.getMessage() for record in caplog.records]
    assert [line for line in told if "index" in line] == [
        f"seehear: note: {index.resolve()}: the index was damaged or of another version; it is"
        " made again"
    ]


def test_clips_of_one_name_have_their_own_videos_wherever_these_were_moved(
    tmp_path: Path,
) -> None:
    library, archive = tmp_path / "library", tmp_path / "archive"
    for name in ("a", "b"):
        film = archive / name / "x.mp4"
        film.parent.mkdir(parents=True)
        film.write_text(f"film {name}")
        media = identify(film, name=f"{name}/x.mp4", duration_s=1.0)
        line = Timeline(media.path, 1.0, TimeGrid(1), ("Dog",), media=media)
        put(library, f"{name}/x", line)

    def played() -> list[str]:
        catalogue = Catalogue(library, (archive,))
        items = catalogue.page()["items"]
        assert all(item["media"] for item in items)
        paths = [catalogue.media_path(item["id"]) for item in items]
        return [path.read_text() for path in paths if path is not None]

    assert played() == ["film a", "film b"]
    (archive / "a" / "x.mp4").rename(archive / "elsewhere.mp4")
    (archive / "b" / "x.mp4").rename(archive / "a" / "x.mp4")
    assert played() == ["film a", "film b"]


def test_no_path_of_this_machine_in_any_answer(client: TestClient, library: Path) -> None:
    clip = clip_id("park.timeline.json")
    (library / "bad.timeline.json").write_text("no")
    client.app.state.catalogue.refresh(now=True)
    for path in (
        "/api/library",
        "/api/clips",
        f"/api/clips/{clip}",
        "/api/clips?query=audio:Nothing",
        f"/api/clips/{clip}/export/eaf",
        "/api/clips/zzz",
        "/api/uploads?name=x",
    ):
        assert str(library.parent) not in client.get(path).text
