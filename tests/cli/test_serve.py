"""`seehear serve`: the address it prints, how it ends, requests no client would send."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seehear.cli.main import main
from seehear.time import Event, TimeGrid, Timeline, Track

SECRET = "4711 is nobody's business"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int, Path]]:
    root = tmp_path_factory.mktemp("serve")
    (root / "secret.txt").write_text(SECRET)
    library = root / "library"
    library.mkdir()
    line = Timeline("one.mp4", 4.0, TimeGrid(4), ("Dog",), (Event(0, 4, Track.AUDIO, "Dog"),))
    (library / "one.timeline.json").write_text(line.to_json())
    (library / "bad.timeline.json").write_text("no")
    process = subprocess.Popen(
        [sys.executable, "-m", "seehear.cli.main", "serve", str(library), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    address = process.stdout.readline().strip()
    yield address, int(address.rstrip("/").rpartition(":")[2]), library
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == ""
    assert "bad.timeline.json: not JSON" in err  # said once, at the start
    assert "Traceback" not in err


def ask(port: int, request: bytes) -> bytes:
    """Send bytes and return the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def get(port: int, path: str, host: str = "127.0.0.1") -> bytes:
    return ask(
        port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1")
    )


def test_it_serves_on_loopback(server: tuple[str, int, Path]) -> None:
    address, port, _ = server
    assert address == f"http://127.0.0.1:{port}/"
    assert b"one.mp4" in get(port, "/api/clips")
    assert get(port, "/").startswith(b"HTTP/1.1 200")
    assert b"server:" not in get(port, "/").lower()


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/static/../../secret.txt",
        "/static/..%2f..%2fsecret.txt",
        "/static/%2e%2e/%2e%2e/secret.txt",
        "//secret.txt",
        "/static//etc/passwd",
        "/static/%00",
        "/api/clips/..%2f..%2fsecret/media",
        "/..\\secret.txt",
        "/static/app.js%00.txt",
        "/static/..%c0%af..%c0%afsecret.txt",
        "/api/clips/%2e%2e%2fsecret.txt/media",
        "http://127.0.0.1/../secret.txt",
        "file:///etc/passwd",
        "/static/....//secret.txt",
        "*",
    ],
)
def test_raw_paths_lead_nowhere(server: tuple[str, int, Path], path: str) -> None:
    _, port, library = server
    for spelling in (path, path.replace("secret.txt", f"{library.parent}/secret.txt")):
        answer = get(port, spelling)
        assert answer.split(b" ")[1] in (b"404", b"400", b"421"), answer[:80]
        assert SECRET.encode() not in answer
        assert b"root:" not in answer


def test_raw_hosts(server: tuple[str, int, Path]) -> None:
    _, port, _ = server
    assert get(port, "/api/clips", host="evil.example").startswith(b"HTTP/1.1 421")
    two = ask(
        port,
        b"GET /api/clips HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection:"
        b" close\r\n\r\n",
    )
    assert two.split(b" ")[1] in (b"421", b"400")
    none = ask(port, b"GET /api/clips HTTP/1.0\r\n\r\n")
    assert none.split(b" ")[1] in (b"421", b"400")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--token", "short"], "--token: expected at least 16 letters, got 5"),
        (["--max-mb", "0"], "--max-mb: expected a number above 0, got 0"),
        (["--port", "99999"], "--port: expected a number from 0 to 65535, got 99999"),
        (["--media", "nowhere"], "nowhere: expected a folder; name one that is there"),
        (["--links-to", "nowhere"], "nowhere: expected a folder; name one that is there"),
        (["--host", "no.such.host.invalid"], "no.such.host.invalid: cannot listen on port 8765"),
        (["--model", "run", "--events", "Dog"], "--events: does not work with a model"),
        (["--preset", "nothing"], "--preset: expected offline or clip, got 'nothing'"),
    ],
)
def test_wrong_options_are_one_line(
    tmp_path: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", str(tmp_path), *options]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_port_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", str(tmp_path), "--port", str(taken.getsockname()[1])]) == 2
    assert "Address already in use; choose another with --port" in capsys.readouterr().err


def test_no_library(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", str(tmp_path / "none")]) == 2
    assert (
        "expected a folder; make one: seehear parse VIDEOS --out LIBRARY" in capsys.readouterr().err
    )
