"""What the server must refuse: other hosts and sites, strangers without the token, paths, and bad
uploads.
"""

import asyncio
import os
import re
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient
from web_world import WORKER, events_of, make_library, make_video, put

from seehear.time import Event, TimeGrid, Timeline, Track
from seehear.web.app import create_app
from seehear.web.catalogue import Catalogue, clip_id
from seehear.web.settings import Limits, Settings
from seehear.web.uploads import RefusedError, Uploads, shown_name, slug

SECRET = "not for anybody outside 4711"
HERE = "http://127.0.0.1:8765"
OURS = {"X-Seehear": "1"}
TOKEN = "a-token-of-some-length"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("web")
    (root / "secret.txt").write_text(SECRET)
    (root / "secret.mp4").write_text(SECRET)
    return make_library(root)


@pytest.fixture(scope="module")
def client(library: Path) -> Iterator[TestClient]:
    limits = Limits(bytes=300_000, duration_s=6, pixels=200 * 200, parse_s=60, waiting=2)
    with TestClient(create_app(Settings(library, worker=WORKER, limits=limits)), HERE) as client:
        yield client


def send(client: TestClient, name: str, data: bytes, **headers: str) -> dict:
    """Upload and return the last state."""
    answer = client.post(
        "/api/uploads", params={"name": name}, content=data, headers=OURS | headers
    )
    if answer.status_code != 202:
        return {"status": answer.status_code, **answer.json()}
    return events_of(client.get(f"/api/uploads/{answer.json()['id']}/events").text)[-1]


# --- who may ask
# -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "10.0.0.5:8765",
        "localhost.",
        "",
        "[::1",
        "0.0.0.0",
        "127.0.0.1:8765, evil.example",
        "a b",
    ],
)
def test_a_wrong_host_header(client: TestClient, host: str) -> None:
    answer = client.get("/api/clips", headers={"Host": host})
    assert answer.status_code == 421
    assert "park" not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1234", "127.0.0.1", "127.0.0.1:9", "[::1]:8765"]
)
def test_this_machine_under_its_own_names(client: TestClient, host: str) -> None:
    assert client.get("/api/clips", headers={"Host": host}).status_code == 200


def test_two_host_headers(client: TestClient) -> None:
    async def ask() -> int:
        status = []

        async def gather(message: dict) -> None:
            status.append(message.get("status"))

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "scheme": "http",
            "headers": [(b"host", b"127.0.0.1"), (b"host", b"evil.example")],
            "http_version": "1.1",
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 1),
            "root_path": "",
        }
        await client.app(scope, None, gather)
        return status[0]

    assert asyncio.run(ask()) == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_requests_of_other_sites(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/api/clips", headers=headers).status_code == 403
    answer = client.post("/api/uploads?name=a.mp4", content=b"x", headers=OURS | headers)
    assert answer.status_code == 403


def test_a_form_of_another_site_cannot_post(client: TestClient) -> None:
    plain = {"Content-Type": "text/plain"}  # what a form may send without asking first
    assert client.post("/api/uploads?name=a.mp4", content=b"x", headers=plain).status_code == 403
    preflight = client.options(
        "/api/uploads",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert preflight.status_code == 403
    assert not [name for name in preflight.headers if name.startswith("access-control")]


def test_a_link_to_the_front_page_works_from_anywhere(client: TestClient) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/", headers=link).status_code == 200
    assert client.post("/", headers=link | OURS).status_code == 403


def test_every_answer_carries_the_policy(client: TestClient) -> None:
    clip = clip_id("park.timeline.json")
    for path in (
        "/",
        "/static/app.js",
        "/api/clips",
        f"/api/clips/{clip}/media",
        "/nothing",
        "/api/clips/x",
        f"/api/clips/{clip}/export/html",
    ):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
    assert client.get("/", headers={"Host": "evil"}).headers["x-content-type-options"] == "nosniff"


def test_no_generated_pages_that_load_from_elsewhere(client: TestClient) -> None:
    assert [client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [
        404,
        404,
        404,
    ]


def test_only_loopback_without_a_token(library: Path) -> None:
    with pytest.raises(ValueError, match="a token is needed"):
        Settings(library, host="0.0.0.0")
    Settings(library, host="::1")


@pytest.fixture(scope="module")
def outside(library: Path) -> Iterator[TestClient]:
    settings = Settings(library, host="0.0.0.0", token=TOKEN, worker=WORKER, names=("box.example",))
    with TestClient(
        create_app(settings), "http://192.168.1.7:8765", follow_redirects=False
    ) as client:
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer \xff".encode("latin-1")},
        {"Cookie": "seehear_8765=wrong"},
        {"Cookie": "=;;=\x01"},
        {"Cookie": f"seehear_1={TOKEN}"},
    ],
)
def test_missing_and_wrong_tokens(outside: TestClient, headers: dict) -> None:
    clip = clip_id("park.timeline.json")
    for path in (
        "/",
        "/static/app.js",
        "/api/library",
        "/api/clips",
        f"/api/clips/{clip}/media",
        "/nothing",
        f"/api/clips?token={TOKEN}",
        "/?token=wrong",
        "/?token=",
    ):
        answer = outside.get(path, headers=headers)
        assert answer.status_code == 401, path
        assert "seehear serve printed" in answer.text
    assert (
        outside.post("/api/uploads?name=a.mp4", content=b"x", headers=OURS | headers).status_code
        == 401
    )


def test_the_token_in_the_address_becomes_a_cookie(outside: TestClient) -> None:
    answer = outside.get(f"/?token={TOKEN}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    value = cookie.split(";")[0]
    outside.cookies.clear()
    assert outside.get("/api/clips", headers={"Cookie": value}).status_code == 200
    assert (
        outside.get("/api/clips", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    )


def test_hosts_of_a_server_for_others(outside: TestClient) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert outside.get("/api/clips", headers=bearer | {"Host": "BOX.example:80"}).status_code == 200
    assert outside.get("/api/clips", headers=bearer | {"Host": "other.example"}).status_code == 421


# --- nothing outside the library is read
# -----------------------------------------------------------------------------

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


def test_no_path_of_this_machine_in_any_answer(client: TestClient, library: Path) -> None:
    clip = clip_id("park.timeline.json")
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


# --- uploads
# ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_video(tmp_path_factory.mktemp("video") / "a.mp4", seconds=2).read_bytes()


def left_behind(client: TestClient) -> list[Path]:
    rooms = client.app.state.catalogue.library / ".seehear" / "uploads"
    return [path for path in rooms.rglob("*") if path.is_file()]


def test_too_large_by_its_own_word(client: TestClient) -> None:
    answer = client.post(
        "/api/uploads?name=a.mp4", content=b"", headers=OURS | {"Content-Length": "900000000"}
    )
    assert answer.status_code == 413
    assert "at most 0 MB" in answer.json()["error"]
    assert left_behind(client) == []


def test_too_large_whatever_it_says(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(10):
            yield b"\0" * 100_000

    answer = client.post("/api/uploads?name=a.mp4", content=chunks(), headers=OURS)
    assert answer.status_code == 413
    assert left_behind(client) == []


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a.txt", 415),
        ("a", 415),
        ("a.mp4.html", 415),
        ("a.m3u8", 415),
        ("a.sdp", 415),
        ("", 415),
        ("..", 415),
        ("a.MP4\0.exe", 415),
    ],
)
def test_names_that_are_no_media(client: TestClient, name: str, status: int) -> None:
    assert send(client, name, b"x")["status"] == status
    assert left_behind(client) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"<html><script>alert(1)</script></html>" * 50, "not a readable media file"),
        (b"#!/bin/sh\nrm -rf /\n" * 50, "not a readable media file"),
        (b"MZ" + b"\0" * 4000, "not a readable media file"),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n#EXT-X-ENDLIST\n",
            "not a readable",
        ),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
            "not a readable",
        ),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "not a readable media file"),
        (b"v=0\nc=IN IP4 224.2.1.1/127\nm=video 49170 RTP/AVP 31\n", "not a readable media file"),
        (
            (
                b'<?xml version="1.0"?><MPD'
                b' xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>file:///etc/passwd</BaseURL></MPD>'
            ),
            "not a readable media file",
        ),
        (b"[playlist]\nFile1=http://127.0.0.1:1/a.mp3\n", "not a readable media file"),
    ],
)
def test_disguised_files_and_playlists(client: TestClient, data: bytes, reason: str) -> None:
    state = send(client, "clip.mp4", data)
    assert reason in state["error"]
    assert state.get("state", "failed") == "failed"
    assert str(client.app.state.catalogue.library) not in state["error"]
    assert left_behind(client) == []


def test_media_that_names_another_file(
    client: TestClient, video: bytes, library: Path, tmp_path: Path
) -> None:
    """An MP4 may say that its samples lie in another file: that file is not opened."""
    at = video.index(b"dref") + 12
    assert video[at : at + 8] == b"\0\0\0\x0curl "
    pipe = tmp_path / "bait.mp4"
    os.mkfifo(pipe)  # whoever opens it would hang, and the worker's time limit would say so
    entry = b"url \0\0\0\0" + f"file://{pipe}\0".encode()
    entry = (4 + len(entry)).to_bytes(4, "big") + entry
    grown = bytearray(video[:at] + entry + video[at + 12 :])
    for box in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        place = grown.rindex(box, 0, at) - 4
        size = int.from_bytes(grown[place : place + 4], "big") + len(entry) - 12
        grown[place : place + 4] = size.to_bytes(4, "big")
    state = send(client, "clip.mp4", bytes(grown))
    assert state["state"] in ("done", "failed")  # either way nothing outside was read
    assert "longer than" not in (state["error"] or "")


def test_too_long_and_too_many_pixels(client: TestClient, tmp_path: Path) -> None:
    long = make_video(tmp_path / "long.mp4", seconds=8, size=(64, 36)).read_bytes()
    assert "is 8 s long; at most 6 s are taken here" in send(client, "long.mp4", long)["error"]
    wide = make_video(tmp_path / "wide.mp4", seconds=1, size=(320, 240)).read_bytes()
    assert "320x240 pixels; at most 40,000 pixels" in send(client, "wide.mp4", wide)["error"]
    assert left_behind(client) == []


@pytest.mark.parametrize(
    ("preset", "limit_s", "reason"),
    [
        ("endless", 1.0, "parsing took longer than 1 s"),
        ("crash", 60, "parsing ended without a result (exit code 3)"),
    ],
)
def test_a_parser_that_hangs_or_dies(
    tmp_path: Path, video: bytes, preset: str, limit_s: float, reason: str
) -> None:
    settings = Settings(
        tmp_path, worker=WORKER, limits=Limits(parse_s=limit_s), parser={"preset": preset}
    )
    with TestClient(create_app(settings), HERE) as client:
        state = send(client, "a.mp4", video)
        assert state["error"] == reason
        assert left_behind(client) == []
        assert client.get("/api/clips").json()["clips"] == 0


def test_concurrent_uploads_wait_their_turn_and_the_queue_is_bounded(
    tmp_path: Path, video: bytes
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    hold = os.open(gate, os.O_RDWR)
    library = tmp_path / "library"
    library.mkdir()
    settings = Settings(
        library,
        worker=WORKER,
        limits=Limits(waiting=2),
        parser={"preset": "gate", "model": str(gate)},
    )
    with TestClient(create_app(settings), HERE) as client:
        answers = []

        def post(name: str) -> None:
            answers.append(
                client.post(f"/api/uploads?name={name}.mp4", content=video, headers=OURS)
            )

        threads = [threading.Thread(target=post, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [202, 202, 429, 429]
        jobs = [answer.json()["id"] for answer in answers if answer.status_code == 202]
        os.write(hold, b"gg")  # a worker goes on when it has read a byte
        states = [events_of(client.get(f"/api/uploads/{job}/events").text)[-1] for job in jobs]
        assert [state["state"] for state in states] == ["done", "done"]
        assert len({state["clip"] for state in states}) == 2
        assert client.get("/api/clips").json()["clips"] == 2
    assert (tmp_path / "gate.log").read_text().split() == [
        "start",
        "end",
    ] * 2  # one after the other
    os.close(hold)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (ClientDisconnect(), "the upload broke off"),
        (None, "the upload broke off"),
        (OSError(28, "No space left"), "the upload broke off"),
    ],
)
def test_an_upload_that_breaks_off_or_never_ends_leaves_nothing(
    tmp_path: Path, fault: Exception | None, reason: str
) -> None:
    uploads = Uploads(Settings(tmp_path, limits=Limits(receive_s=0.05)), Catalogue(tmp_path))

    async def chunks() -> AsyncIterator[bytes]:
        yield b"\0" * 1000
        if fault is not None:
            raise fault
        await asyncio.Event().wait()  # it never comes

    async def receive() -> None:
        job = uploads.new("a.mp4", length=None)
        with pytest.raises((ClientDisconnect, RefusedError)):
            await uploads.receive(job, chunks())
        assert job.state == "failed"
        assert reason in (job.error or "")

    asyncio.run(receive())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    uploads.new("next.mp4", length=None)  # the place in the queue is free again


def test_names_of_uploads_cannot_place_them(
    client: TestClient, video: bytes, library: Path
) -> None:
    before = {path for path in library.parent.rglob("*") if "uploads" not in path.parts}
    for name in ("../../evil.mp4", "/etc/evil.mp4", "..\\..\\evil.mp4", "x" * 900 + ".mp4"):
        state = send(client, name, video)
        assert state["state"] == "done", state
        assert "/" not in state["name"]
        assert client.get(f"/api/clips/{state['clip']}/media").content == video
    new = {path for path in library.parent.rglob("*") if "uploads" not in path.parts} - before
    assert {path for path in new if ".seehear" not in path.parts} == set()
    assert all(
        path.parent.parent == library / "uploads" for path in (library / "uploads").glob("*/*")
    )


def test_names_are_shortened_and_plain() -> None:
    assert shown_name("a/b\\c \x07\u202eé.mp4") == "c é.mp4"
    assert len(shown_name("x" * 900 + ".mp4")) == 204
    for name in (
        "%2e%2e%2fevil.mp4",
        "a\0b.mp4",
        ".hidden.mp4",
        "-rf.mp4",
        "ünï <b>.mp4",
        "../..",
        "...",
        "C:\\a.mp4",
    ):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug(shown_name(name)))
    assert slug("../..") == "clip"
    assert slug("CON.mp4") == "con"


@pytest.mark.parametrize("events", ["Dog,Dog", ",", "x" * 300, ",".join(map(str, range(300)))])
def test_classes_asked_for_are_checked(client: TestClient, events: str) -> None:
    answer = client.post(
        "/api/uploads", params={"name": "a.mp4", "events": events}, content=b"x", headers=OURS
    )
    assert answer.status_code == 400


def test_a_server_that_takes_no_uploads(library: Path) -> None:
    with TestClient(create_app(Settings(library, uploads=False)), HERE) as client:
        assert send(client, "a.mp4", b"x") == {
            "status": 403,
            "error": "this server takes no uploads",
        }
        assert client.get("/api/library").json()["uploads"] is False
