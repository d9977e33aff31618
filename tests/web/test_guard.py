"""Who may ask: other hosts and sites, and strangers without the token, are refused."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from seehear.web.app import create_app
from seehear.web.catalogue import clip_id
from seehear.web.settings import Settings
from web_world import OURS, WORKER

TOKEN = "a-token-of-some-length"


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


@pytest.mark.parametrize(
    "origin", ["http://[", "http://[::1", "http://a]b", "http://127.0.0.1:8765/", "//", "", "\xff"]
)
def test_an_origin_that_is_none_is_another_site(client: TestClient, origin: str) -> None:
    assert client.get("/", headers={"Origin": origin.encode("latin-1")}).status_code == 403


MALFORMED = (b"", b"[", b"http://[", b"\xff\xfe", b'=;,="\\', b"bytes=", b"9" * 5000, b"-1", b"\0")


@pytest.mark.parametrize(
    "name",
    [
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Content-Length",
        "Content-Type",
        "Cookie",
        "Expect",
        "Host",
        "If-Modified-Since",
        "If-None-Match",
        "If-Range",
        "Origin",
        "Range",
        "Referer",
        "Sec-Fetch-Mode",
        "Sec-Fetch-Site",
        "X-Forwarded-For",
        "X-Seehear",
    ],
)
def test_no_header_makes_an_error_of_the_server(
    client: TestClient, outside: TestClient, name: str
) -> None:
    """An exception that nobody foresaw comes out of the client here."""
    clip = clip_id("park.timeline.json")
    for value in MALFORMED:
        headers: dict[str, str | bytes] = {**OURS, "Range": "bytes=0-1", name: value}
        for path in ("/", f"/api/clips/{clip}/media"):
            assert client.get(path, headers=headers).status_code < 500, value
        assert outside.get("/?token=%ff", headers=headers).status_code < 500, value
        answer = client.post("/api/uploads?name=a.mp4", content=b"", headers=headers)
        assert answer.status_code in (400, 403, 413, 421, 507), value


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
